// Floats in two parts, and minimum, maximum and choice of 128 bits.
#include <stdint.h>
#include <math.h>
static uint64_t hash;
static void mix(uint64_t v) { hash = (hash ^ v) * 0x100000001b3ull; hash ^= hash >> 29; }
static void mixd(double d) { union { double d; uint64_t u; } x = {d}; mix(d == d ? x.u : 1); }
#define NOINLINE __attribute__((noinline))
typedef unsigned __int128 u128;
typedef __int128 i128;
static void mix128(u128 v) { mix((uint64_t)v); mix((uint64_t)(v >> 64)); }
NOINLINE static void parts(double d, float f) {
    double whole; float wholef; int exponent;
    mixd(modf(d, &whole)); mixd(whole); mixd(modff(f, &wholef)); mixd(wholef);
    if (isfinite(d)) { mixd(frexp(d, &exponent)); mix(exponent); }
    if (isfinite(f)) { mixd(frexpf(f, &exponent)); mix(exponent); }
}
NOINLINE static void order(u128 a, u128 b, i128 c, i128 d) {
    mix128(a < b ? a : b); mix128(a > b ? a : b); mix128(c < d ? c : d); mix128(c > d ? c : d);
    mix128(c < 0 ? -c : c); mix128(a < b ? b - a : a - b); mix128(c < d ? a : b);
    mix128(a > 1000 ? 1000 : a); mix128(c < -5 ? -5 : c);
}
NOINLINE static i128 toint(double d) { return d > 1e30 || d < -1e30 ? 0 : (i128)d; }
NOINLINE static i128 tointf(float f) { return f > 1e30f || f < -1e30f ? 0 : (i128)f; }
uint64_t run(uint64_t seed) {
    hash = seed;
    const double numbers[] = {0.0, -0.0, 1.5, -2.75, 0.3, -1e-310, 1e300, INFINITY, -INFINITY, NAN, 123456789.125, -7, 1e25, -3e22};
    for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        parts(numbers[i], (float)numbers[i]); parts(numbers[i] * (double)(seed & 0xff), (float)(seed >> 7));
        mix128(numbers[i] == numbers[i] ? (u128)toint(numbers[i]) : 0); mix128(numbers[i] == numbers[i] ? (u128)tointf((float)numbers[i]) : 0);
    }
    u128 s = (u128)seed << 64 | seed * 3;
    order(s, ~s, (i128)s, (i128)~s); order(s, seed, (i128)seed, -(i128)seed); order(seed, s, 3, -3); order(s, s, (i128)s, (i128)s);
    return hash;
}
