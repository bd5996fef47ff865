// Floats: arithmetic, comparison, conversion, rounding, NaN and infinity.
#include <stdint.h>
#include <math.h>
static uint64_t hash;
static void mix(uint64_t v) { hash = (hash ^ v) * 0x100000001b3ull; hash ^= hash >> 29; }
static void mixd(double d) { union { double d; uint64_t u; } x = {d}; mix(d == d ? x.u : 0x7ff8); }
static void mixf(float d) { union { float d; uint32_t u; } x = {d}; mix(d == d ? x.u : 0x7fc0); }
static double from_bits(uint64_t u) { union { uint64_t u; double d; } x = {u}; return x.d; }
static float from_bits32(uint32_t u) { union { uint32_t u; float d; } x = {u}; return x.d; }
static volatile double zero = 0;
#define TESTS(T, X, suffix) \
__attribute__((noinline)) static void test##T(T a, T b) { \
    X(a + b); X(a - b); X(a * b); X(a / b); X(-a); X(a * b + b); \
    mix(a < b); mix(a <= b); mix(a > b); mix(a >= b); mix(a == b); mix(a != b); \
    mix(!(a < b)); mix(!(a >= b)); mix(isnan(a)); mix(isinf(b)); mix(isfinite(a)); mix(signbit(b) != 0); mix(isnormal(a)); \
    mix(__builtin_isless(a, b)); mix(__builtin_isunordered(a, b)); mix(__builtin_islessgreater(a, b)); \
    X(__builtin_fabs##suffix(a)); X(__builtin_floor##suffix(a)); X(__builtin_ceil##suffix(b)); X(__builtin_trunc##suffix(a)); \
    X(__builtin_rint##suffix(a)); X(__builtin_nearbyint##suffix(b)); X(__builtin_round##suffix(a)); X(__builtin_roundeven##suffix(b)); \
    X(__builtin_sqrt##suffix(a)); X(__builtin_copysign##suffix(a, b)); X(__builtin_fmod##suffix(a, b)); X(__builtin_fma##suffix(a, b, a)); \
    if (a != b) { X(__builtin_fmin##suffix(a, b)); X(__builtin_fmax##suffix(a, b)); } \
    X(a < b ? a : b); X(a > b ? a : b); X((T)(float)a); X((T)(double)b); \
    if (a > -100 && a < 100) { mix((int8_t)a); mix((int16_t)a); mix((int)a); mix((long)a); mix(__builtin_lround##suffix(a)); mix(__builtin_lrint##suffix(a)); } \
    if (a >= 0 && a < 250) { mix((uint8_t)a); mix((uint16_t)a); mix((unsigned)a); mix((unsigned long)a); mix((uint64_t)(unsigned __int128)a); } \
    if (a > 0 && a < 1.8e19) mix((unsigned long)a); if (a > 0 && a < 4e9) mix((unsigned)a); if (a > -9e18 && a < 9e18) mix((uint64_t)(__int128)a); \
}
TESTS(double, mixd, ) TESTS(float, mixf, f)
__attribute__((noinline)) static void ints(uint64_t s) {
    mixd((double)(int8_t)s); mixd((double)(uint8_t)s); mixd((double)(int16_t)s); mixd((double)(uint16_t)s); mixd((double)(int)s); mixd((double)(unsigned)s); mixd((double)(long)s); mixd((double)s);
    mixf((float)(int8_t)s); mixf((float)(uint8_t)s); mixf((float)(int16_t)s); mixf((float)(uint16_t)s); mixf((float)(int)s); mixf((float)(unsigned)s); mixf((float)(long)s); mixf((float)s);
    mixd((double)((__int128)(long)s * 12345)); mixf((float)((unsigned __int128)s * s)); mixd((double)(_Bool)(s & 1));
}
uint64_t run(uint64_t seed) {
    hash = seed;
    double special[] = {0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, 0.49999999999999994, 1e300, -1e300, 1e-310, INFINITY, -INFINITY, NAN, 4503599627370497.5, 123.456, 3e9, 1e19, 249.9};
    int n = sizeof special / sizeof *special;
    for (int i = 0; i < n; i++) for (int j = 0; j < n; j++) { testdouble(special[i] + zero, special[j]); testfloat((float)special[i], (float)(special[j] + zero)); }
    uint64_t s = seed;
    for (int i = 0; i < 40; i++) {
        s = s * 6364136223846793005ull + 1442695040888963407ull;
        testdouble(from_bits(s), from_bits(s ^ (s << 20))); testfloat(from_bits32((uint32_t)(s >> 32)), from_bits32((uint32_t)(s >> 20)));
        testdouble((double)(int)(s >> 40) / 128, (double)(s >> 50)); ints(s); ints(s >> (i & 63));
    }
    return hash;
}
