// Integer builtins of all widths.
#include <stdint.h>
static uint64_t hash;
static void mix(uint64_t v) { hash = (hash ^ v) * 0x100000001b3ull; hash ^= hash >> 29; }
static void mixw(unsigned __int128 v) { mix((uint64_t)v); mix((uint64_t)(v >> 64)); }
#define OVERFLOW(T) { T r; T x = (T)a, y = (T)b; mix(__builtin_add_overflow(x, y, &r)); mixw(r); mix(__builtin_sub_overflow(x, y, &r)); mixw(r); mix(__builtin_mul_overflow(x, y, &r)); mixw(r); \
    mix(__builtin_mul_overflow((T)(x >> (sizeof(T) * 4)), (T)(y >> (sizeof(T) * 4)), &r)); mixw(r); \
    mixw(x < 0 ? -x : x); mixw(x < y ? x : y); mixw(x > y ? x : y); mixw(__builtin_elementwise_add_sat(x, y)); mixw(__builtin_elementwise_sub_sat(x, y)); mix((x > y) - (x < y)); }
#define OVERFLOW_BITS(T) { T r; T x = (T)a, y = (T)b; mix(__builtin_add_overflow(x, y, &r)); mixw((unsigned __int128)r); mix(__builtin_sub_overflow(x, y, &r)); mixw((unsigned __int128)r); mix(__builtin_mul_overflow(x, y, &r)); mixw((unsigned __int128)r); }
__attribute__((noinline)) static void test(uint64_t a, uint64_t b) {
    OVERFLOW(int8_t) OVERFLOW(uint8_t) OVERFLOW(int16_t) OVERFLOW(uint16_t) OVERFLOW(int32_t) OVERFLOW(uint32_t) OVERFLOW(int64_t) OVERFLOW(uint64_t)
    typedef signed _BitInt(24) s24; typedef unsigned _BitInt(40) u40; typedef signed _BitInt(65) s65; typedef unsigned _BitInt(13) u13;
    OVERFLOW_BITS(s24) OVERFLOW_BITS(u40) { s65 r; s65 x = (s65)a << 1 ^ b, y = (s65)b << 1; mix(__builtin_add_overflow(x, y, &r)); mixw((unsigned __int128)r); mix(__builtin_sub_overflow(x, y, &r)); mixw((unsigned __int128)r); } OVERFLOW_BITS(u13)
    unsigned __int128 w = (unsigned __int128)a << 64 | b; __int128 sw = (__int128)w, sr; unsigned __int128 ur;
    mix(__builtin_add_overflow(sw, (__int128)(a * b) << 60, &sr)); mixw(sr); mix(__builtin_sub_overflow(w, (unsigned __int128)b << 50, &ur)); mixw(ur); mix(__builtin_add_overflow(w, w >> 3, &ur)); mixw(ur);
    mix(__builtin_mul_overflow(w >> 50, (unsigned __int128)b, &ur)); mixw(ur);
    mixw(w * (w >> 7)); mixw(w << (b & 127)); mixw(w >> (a & 127)); mixw(sw >> (b & 127)); mixw(w / (b | 1)); mixw(w % ((unsigned __int128)(a | 1) << 3)); mixw(sw / (__int128)(int)(a | 1)); mixw(sw % (__int128)(int)(b | 1));
    mix(w < ((unsigned __int128)b << 64)); mix(sw < 0); mix(sw == (__int128)a); mixw(w << 127 | w >> 1); mixw(-sw); mixw(~w); mixw(sw < 0 ? -sw : sw);
    mix(__builtin_popcount((unsigned)a)); mix(__builtin_popcountll(a)); mix(__builtin_clzll(a | 1)); mix(__builtin_ctzll(a | 1ull << 63)); mix(__builtin_clz((unsigned)a | 1)); mix(__builtin_ctz((unsigned)b | 1u << 31));
    mix(__builtin_clzg((uint16_t)a, 16)); mix(__builtin_ctzg((uint8_t)b, 8)); mix(__builtin_popcountg(w)); mix(__builtin_clzg(w, 128)); mix(__builtin_ctzg(w, 128)); mix(__builtin_ffsll(a)); mix(__builtin_parityll(b));
    mix(__builtin_bswap16((uint16_t)a)); mix(__builtin_bswap32((uint32_t)a)); mix(__builtin_bswap64(a));
    mix(__builtin_bitreverse8((uint8_t)a)); mix(__builtin_bitreverse16((uint16_t)a)); mix(__builtin_bitreverse32((uint32_t)b)); mix(__builtin_bitreverse64(b));
    mix(__builtin_rotateleft8((uint8_t)a, (uint8_t)b)); mix(__builtin_rotateleft16((uint16_t)a, (uint16_t)b)); mix(__builtin_rotateleft32((uint32_t)a, (uint32_t)b)); mix(__builtin_rotateleft64(a, b)); mix(__builtin_rotateright32((uint32_t)b, (uint32_t)a)); mix(__builtin_rotateright64(b, a));
    mix(a << (b & 63) | b >> (-b & 63)); mix(__builtin_expect(a > b, 1)); mix(__builtin_constant_p(a)); mix(__builtin_object_size(&hash, 0));
    mix(__builtin_elementwise_max((int)a, (int)b)); mix(__builtin_elementwise_min(a, b)); mix(__builtin_elementwise_abs((short)a));
}
uint64_t run(uint64_t seed) {
    hash = seed;
    uint64_t odd[] = {0, 1, ~0ull, 0x7fffffffffffffffull, 0x8000000000000000ull, 0x7f, 0x80, 0x7fff8000, 0x80000000ull, 0xffffffff, 0x7fffffff, seed};
    for (int i = 0; i < 12; i++) for (int j = 0; j < 12; j++) test(odd[i], odd[j]);
    uint64_t s = seed;
    for (int i = 0; i < 60; i++) { s = s * 6364136223846793005ull + 1442695040888963407ull; test(s, s ^ s << 21); test(s >> 30, s >> 45); }
    return hash;
}
