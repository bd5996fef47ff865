// Integers of odd and large widths.
#include <stdint.h>
static uint64_t hash;
static void mix(uint64_t v) { hash = (hash ^ v) * 0x100000001b3ull; hash ^= hash >> 29; }
#define SHOW(v, bits) do { unsigned _BitInt(bits) t = (unsigned _BitInt(bits))(v); \
    for (int k = 0; k < (bits); k += 48) mix((uint64_t)(t >> k)); } while (0)
#define TEST(bits) \
__attribute__((noinline)) static void test##bits(uint64_t seed) { \
    unsigned _BitInt(bits) a = (unsigned _BitInt(bits))seed, b = (unsigned _BitInt(bits))(seed * 0x9e3779b97f4a7c15ull) | 1; \
    for (int i = 0; i < (bits) / 40 + 1; i++) { a = a * (unsigned _BitInt(bits))0x9e3779b97f4a7c15ull + b; b = (b << 13 % (bits)) ^ (a >> 7 % (bits)) ^ b; } \
    _BitInt(bits) sa = (_BitInt(bits))a, sb = (_BitInt(bits))b; \
    for (int i = 0; i < 6; i++) { \
        SHOW(a + b, bits); SHOW(a - b, bits); SHOW(a * b, bits); SHOW(a & b, bits); SHOW(a | b, bits); SHOW(a ^ b, bits); SHOW(~a, bits); \
        if (b) { SHOW(a / b, bits); SHOW(a % b, bits); } \
        if (sb && sb != -1) { SHOW(sa / sb, bits); SHOW(sa % sb, bits); } \
        unsigned s = (unsigned)(seed + i * 37) % (bits); \
        SHOW(a << s, bits); SHOW(a >> s, bits); SHOW(sa >> s, bits); \
        mix(a < b); mix(sa < sb); mix(a <= b); mix(sa >= sb); mix(a == b); mix(a != b); mix(sa > 0); \
        mix((uint64_t)(int64_t)(int)sa); mix((uint8_t)a); mix((uint64_t)(int64_t)sa); \
        SHOW((unsigned _BitInt(bits))(_BitInt(bits))(int)seed, bits); SHOW(-sa, bits); \
        b = (b >> 2) + 1; sb = (_BitInt(bits))b - (_BitInt(bits))(i * 2); a ^= b << 1; sa = (_BitInt(bits))a; \
    } \
}
TEST(3) TEST(7) TEST(13) TEST(17) TEST(24) TEST(31) TEST(33) TEST(40) TEST(48) TEST(56) TEST(63) TEST(65) TEST(80) TEST(100) TEST(127)
TEST(128)
struct fields { unsigned a : 3; int b : 5; unsigned c : 24; long d : 33; unsigned long e : 31; int f : 1; unsigned g : 17; } ;
static struct fields bits = {1, -2, 3, -4, 5, 0, 6};
uint64_t run(uint64_t seed) {
    hash = seed;
    test3(seed); test7(seed); test13(seed); test17(seed); test24(seed); test31(seed); test33(seed); test40(seed); test48(seed);
    test56(seed); test63(seed); test65(seed); test80(seed); test100(seed); test127(seed); test128(seed);
    for (int i = 0; i < 10; i++) {
        bits.a += seed >> i; bits.b ^= (int)seed; bits.c -= (unsigned)seed; bits.d += (long)(seed * i); bits.e ^= seed; bits.f ^= 1; bits.g += i;
        mix(bits.a); mix(bits.b); mix(bits.c); mix(bits.d); mix(bits.e); mix(bits.f); mix(bits.g);
    }
    return hash;
}
