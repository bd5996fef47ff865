// Vectors of many lengths and lane types.
#include <stdint.h>
static uint64_t hash;
static void mix(uint64_t v) { hash = (hash ^ v) * 0x100000001b3ull; hash ^= hash >> 29; }
static void mixd(double d) { union { double d; uint64_t u; } x = {d}; mix(d == d ? x.u : 1); }
#define INTS(T, N, MASK) \
typedef T v##T##N __attribute__((ext_vector_type(N))); \
__attribute__((noinline)) static v##T##N make##T##N(uint64_t s) { v##T##N r; for (int i = 0; i < N; i++) { r[i] = (T)(s >> (i % 5)); s = s * 6364136223846793005ull + 1442695040888963407ull; } return r; } \
__attribute__((noinline)) static void show##T##N(v##T##N v) { for (int i = 0; i < N; i++) mix((uint64_t)v[i]); } \
__attribute__((noinline)) static void test##T##N(uint64_t s) { \
    v##T##N a = make##T##N(s), b = make##T##N(s * 77 + 1), c; \
    show##T##N(a + b); show##T##N(a - b); show##T##N(a * b); show##T##N(a & b); show##T##N(a | b); show##T##N(a ^ b); show##T##N(~a); show##T##N(-a); \
    show##T##N(a << 3); show##T##N(a >> 2); show##T##N(a << (b & MASK)); show##T##N(a >> (b & MASK)); \
    show##T##N(a / (b | 1)); show##T##N((a & 0x7f) % (b | 1)); \
    show##T##N((v##T##N)__builtin_convertvector(a < b, v##T##N)); show##T##N(__builtin_convertvector(a == b, v##T##N)); \
    show##T##N(a < b ? a : b); show##T##N((a >= b) ? a + 1 : b - 1); \
    show##T##N(__builtin_elementwise_max(a, b)); show##T##N(__builtin_elementwise_min(a, b)); \
    mix((uint64_t)__builtin_reduce_add(a)); mix((uint64_t)__builtin_reduce_xor(a)); mix((uint64_t)__builtin_reduce_max(a)); mix((uint64_t)__builtin_reduce_min(b)); \
    mix((uint64_t)__builtin_reduce_and(a | 1)); mix((uint64_t)__builtin_reduce_or(b)); mix((uint64_t)__builtin_reduce_mul(a | 1)); \
    c = a; c[s % N] = (T)s; show##T##N(c); mix((uint64_t)c[(s + 1) % N]); \
    show##T##N(__builtin_elementwise_add_sat(a, b)); show##T##N(__builtin_elementwise_sub_sat(a, b)); \
    show##T##N(__builtin_elementwise_popcount(a)); show##T##N(__builtin_elementwise_bitreverse(a)); \
    c = a + b; if (N > 1) show##T##N(c == a ? b : c); \
}
#define FLOATS(T, N) \
typedef T v##T##N __attribute__((ext_vector_type(N))); \
typedef int i##T##N __attribute__((ext_vector_type(N))); \
__attribute__((noinline)) static v##T##N make##T##N(uint64_t s) { v##T##N r; for (int i = 0; i < N; i++) { r[i] = (T)((int)(s >> 40) - 5000000) / 64; s = s * 6364136223846793005ull + 1442695040888963407ull; } return r; } \
__attribute__((noinline)) static void show##T##N(v##T##N v) { for (int i = 0; i < N; i++) mixd((double)v[i]); } \
__attribute__((noinline)) static void test##T##N(uint64_t s) { \
    v##T##N a = make##T##N(s), b = make##T##N(s * 77 + 1), c; \
    show##T##N(a + b); show##T##N(a - b); show##T##N(a * b); show##T##N(a / b); show##T##N(-a); \
    show##T##N(a < b ? a : b); show##T##N(a != b ? a : b); show##T##N(__builtin_elementwise_abs(a)); \
    show##T##N(__builtin_elementwise_floor(a)); show##T##N(__builtin_elementwise_ceil(a)); show##T##N(__builtin_elementwise_trunc(a)); \
    show##T##N(__builtin_elementwise_roundeven(a)); show##T##N(__builtin_elementwise_sqrt(a * a)); show##T##N(__builtin_elementwise_copysign(a, b)); \
    show##T##N(__builtin_elementwise_round(a)); show##T##N(__builtin_elementwise_fma(a, b, a)); \
    show##T##N(__builtin_elementwise_max(a, b)); show##T##N(__builtin_elementwise_min(a, b)); \
    i##T##N n = __builtin_convertvector(a, i##T##N); for (int i = 0; i < N; i++) mix(n[i]); \
    show##T##N(__builtin_convertvector(n, v##T##N)); \
    mixd((double)__builtin_reduce_max(a)); mixd((double)__builtin_reduce_min(b)); \
    c = a; c[s % N] = (T)1.5; show##T##N(c); mixd((double)c[(s + 1) % N]); \
}
typedef int8_t i8; typedef uint8_t u8; typedef int16_t i16; typedef uint16_t u16; typedef int32_t i32; typedef uint32_t u32; typedef int64_t i64; typedef uint64_t u64;
INTS(i8, 16, 7) INTS(u8, 8, 7) INTS(i8, 32, 7) INTS(u8, 3, 7) INTS(i16, 8, 15) INTS(u16, 4, 15) INTS(u16, 16, 15) INTS(i32, 4, 31) INTS(u32, 8, 31) INTS(i32, 2, 31)
INTS(u32, 3, 31) INTS(i64, 2, 63) INTS(u64, 4, 63) INTS(i64, 8, 63) INTS(u64, 1, 63) INTS(i32, 16, 31)
FLOATS(float, 4) FLOATS(float, 2) FLOATS(float, 8) FLOATS(float, 3) FLOATS(double, 2) FLOATS(double, 4) FLOATS(double, 3)
__attribute__((noinline)) static void conversions(uint64_t s) {
    vi816 a = makei816(s); vi168 b = makei168(s); vi324 c = makei324(s); vi642 d = makei642(s);
    typedef i16 w16 __attribute__((ext_vector_type(16))); typedef i32 w8 __attribute__((ext_vector_type(8))); typedef i64 w4 __attribute__((ext_vector_type(4)));
    typedef i64 w16l __attribute__((ext_vector_type(16))); typedef u8 n8 __attribute__((ext_vector_type(8))); typedef u8 n4 __attribute__((ext_vector_type(4)));
    w16 wa = __builtin_convertvector(a, w16); for (int i = 0; i < 16; i++) mix(wa[i]);
    w16l la = __builtin_convertvector(a, w16l); for (int i = 0; i < 16; i++) mix(la[i]);
    w8 wb = __builtin_convertvector(b, w8); for (int i = 0; i < 8; i++) mix(wb[i]);
    w4 wc = __builtin_convertvector(c, w4); for (int i = 0; i < 4; i++) mix(wc[i]);
    n8 nb = __builtin_convertvector(b, n8); for (int i = 0; i < 8; i++) mix(nb[i]);
    n4 nc = __builtin_convertvector(c, n4); for (int i = 0; i < 4; i++) mix(nc[i]);
    vdouble4 e = __builtin_convertvector(c, vdouble4); showdouble4(e);
    vfloat4 f = __builtin_convertvector(e, vfloat4); showfloat4(f);
    vfloat2 g = __builtin_convertvector(d, vfloat2); showfloat2(g);
    vdouble2 g2 = __builtin_convertvector(g, vdouble2); showdouble2(g2);
    showi816(__builtin_shufflevector(a, a, 15, 14, 13, 12, 11, 10, 9, 8, 0, 1, 2, 3, 4, 5, 6, 7));
    showi324(__builtin_shufflevector(c, c + 1, 7, 0, 5, 2)); showi642(__builtin_shufflevector(d, d, 1, 0));
    vi3216 big = __builtin_shufflevector(c, c * 3, 0, 4, 1, 5, 2, 6, 3, 7, 7, 6, 5, 4, 3, 2, 1, 0); showi3216(big);
    showi324(__builtin_shufflevector(big, big * 5, 3, 17, 30, 9)); showi322(big.lo.lo.hi + big.hi.hi.lo);
    showi816((vi816)(c)); showfloat4((vfloat4)(d & 0x3fffffff3fffffffl));
    mix(__builtin_bit_cast(u64, makeu88(s))); mix(__builtin_bit_cast(u32, (n4)(nc + 1)));
}
uint64_t run(uint64_t seed) {
    hash = seed;
    testi816(seed); testu88(seed); testi832(seed); testu83(seed); testi168(seed); testu164(seed); testu1616(seed); testi324(seed); testu328(seed); testi322(seed);
    testu323(seed); testi642(seed); testu644(seed); testi648(seed); testu641(seed); testi3216(seed);
    testfloat4(seed); testfloat2(seed); testfloat8(seed); testfloat3(seed); testdouble2(seed); testdouble4(seed); testdouble3(seed);
    conversions(seed);
    return hash;
}
