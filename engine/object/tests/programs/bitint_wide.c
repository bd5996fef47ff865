// Integers of more than 128 bits.
#include <stdint.h>
static uint64_t hash;
static void mix(uint64_t v) { hash = (hash ^ v) * 0x100000001b3ull; hash ^= hash >> 29; }
#define SHOW(v, bits) do { unsigned _BitInt(bits) t = (unsigned _BitInt(bits))(v); \
    for (int k = 0; k < (bits); k += 48) mix((uint64_t)(t >> k)); } while (0)
#define TEST(bits) \
__attribute__((noinline)) static void test##bits(uint64_t seed) { \
    unsigned _BitInt(bits) a = (unsigned _BitInt(bits))seed, b = (unsigned _BitInt(bits))(seed * 0x9e3779b97f4a7c15ull) | 1; \
    for (int i = 0; i < (bits) / 40 + 1; i++) { a = a * (unsigned _BitInt(bits))0x9e3779b97f4a7c15ull + b; b = (b << 13) ^ (a >> 7) ^ b; } \
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
        b = (b >> (bits) / 5) + 1; sb = (_BitInt(bits))b - (_BitInt(bits))(i * 2); a ^= b << 1; sa = (_BitInt(bits))a; \
    } \
}
TEST(129) TEST(160) TEST(192) TEST(256) TEST(300)
uint64_t run(uint64_t seed) {
    hash = seed;
    test129(seed); test160(seed); test192(seed); test256(seed); test300(seed);
    return hash;
}
