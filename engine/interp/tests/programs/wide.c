// Integers of odd widths and of more than 64 bits.
#include <stdint.h>
typedef unsigned __int128 u128;
typedef __int128 i128;

uint64_t test_i128(uint64_t n) {
    u128 a = ((u128)n << 64 | ~n) + 12345, b = (u128)n * 0x9e3779b97f4a7c15ull + 1;
    i128 c = -(i128)a / 3;
    uint64_t out = 0;
    for (int i = 1; i < 20; i++) {
        a = a * b + i; b ^= a >> (i * 5); c = c / (i + 1) - (i128)(b >> 70) * i; a <<= 3;
        out ^= (uint64_t)(a >> 64) + (uint64_t)a + (uint64_t)(c >> 33) + (uint64_t)(a % (b | 1)) + (uint64_t)(a / (b >> 40 | 1));
        out += (a < b) + 2 * (c < (i128)i) + 4 * ((i128)a >= (i128)b) + 8 * (c == 0);
    }
    return out;
}

uint64_t test_bitint(uint64_t n) {
    unsigned _BitInt(17) a = (unsigned _BitInt(17))n; _BitInt(29) b = (_BitInt(29))n; unsigned _BitInt(47) c = (unsigned _BitInt(47))n; _BitInt(5) d = (_BitInt(5))n;
    uint64_t out = 0;
    for (int i = 1; i < 16; i++) {
        a = a * 3 + i; b = b * 5 - i; c = (c << 3) ^ (c >> 5) ^ i; d = d + i;
        out = out * 31 + a + (uint64_t)(int64_t)b + c + (uint64_t)(int64_t)d;
        out += (uint64_t)(a / i) + (uint64_t)(int64_t)(b / i) + (uint64_t)(int64_t)(b % i) + (uint64_t)(int64_t)(b >> 3) + (a < (unsigned _BitInt(17))i) + 2 * (b < i) + 4 * (d < 0);
    }
    return out;
}

uint64_t test_wide(uint64_t n) {
    unsigned _BitInt(256) a = n, b = 0x123456789abcdefull, m = 1;
    _BitInt(200) s = (_BitInt(200))n - 77;
    uint64_t out = 0;
    for (int i = 1; i < 12; i++) {
        a = a * (b + i) + 0x55; b = b << 13 ^ a >> 7; m = m * 10 + (a & 7); s = s * -3 + i;
        out ^= (uint64_t)(a >> (i * 17)) + (uint64_t)(b >> 190) + (uint64_t)m + (uint64_t)(s >> 100);
        out += (uint64_t)(a / m) + (uint64_t)(a % m) + (a < b) * 2 + (s < 0) * 4 + (uint64_t)(s / 7) + (uint64_t)(s % 5) + (a == b);
    }
    return out;
}

uint64_t test_bits(uint64_t n) {
    uint64_t out = 0;
    for (int i = 0; i < 20; i++) {
        uint64_t x = n * (i + 1) + i; uint32_t y = x >> 7; uint16_t z = x >> 3; uint8_t w = x;
        out = out * 3 + __builtin_popcountll(x) + __builtin_popcount(y) + (y ? __builtin_clz(y) + __builtin_ctz(y) : 5) + (x ? __builtin_clzll(x) + __builtin_ctzll(x) : 7);
        out ^= __builtin_bswap64(x) + __builtin_bswap32(y) + __builtin_bswap16(z) + __builtin_bitreverse64(x) + __builtin_bitreverse32(y) + __builtin_bitreverse16(z) + __builtin_bitreverse8(w);
        out += __builtin_rotateleft64(x, i) ^ __builtin_rotateright32(y, i) ^ __builtin_rotateleft16(z, i) ^ __builtin_rotateleft8(w, i);
        out += __builtin_parityll(x) + __builtin_ffsll(x) + __builtin_abs((int)y) + (uint64_t)__builtin_llabs((long long)x);
    }
    return out;
}

uint64_t test_overflow(uint64_t n) {
    uint64_t out = 0;
    for (int i = 0; i < 30; i++) {
        int32_t a = n >> i, b = n * i, r; uint32_t u; int64_t c = n << i, d = (int64_t)(n * 77) >> i, q; uint64_t v; int8_t e; uint8_t f; int16_t g; u128 h;
        out = out * 5 + __builtin_add_overflow(a, b, &r); out += r;
        out += __builtin_sub_overflow(a, b, &r) * 3; out += r; out += __builtin_mul_overflow(a, b, &r) * 7; out ^= r;
        out += __builtin_add_overflow((uint32_t)a, (uint32_t)b, &u) * 11; out += u; out += __builtin_mul_overflow((uint32_t)a, (uint32_t)b, &u) * 13; out ^= u; out += __builtin_sub_overflow((uint32_t)a, (uint32_t)b, &u); out += u;
        out += __builtin_mul_overflow(c, d, &q) * 17; out ^= q; out += __builtin_add_overflow(c, d, &q); out += q; out += __builtin_mul_overflow((uint64_t)c, (uint64_t)d, &v); out += v;
        out += __builtin_add_overflow((int8_t)a, (int8_t)b, &e); out += e; out += __builtin_mul_overflow((uint8_t)a, (uint8_t)b, &f); out += f; out += __builtin_sub_overflow((int16_t)a, (int16_t)b, &g); out += g;
        out += __builtin_add_overflow((u128)c << 60, (u128)d << 64, &h); out ^= (uint64_t)(h >> 64);
    }
    return out;
}

uint64_t test_saturate(uint64_t n) {
    uint64_t out = 0;
    for (int i = 0; i < 16; i++) {
        int a = n >> i, b = n * i; unsigned c = n, d = i * 0x11111111u; int8_t e = n, f = i * 30;
        out = out * 3 + __builtin_elementwise_add_sat(a, b) + __builtin_elementwise_sub_sat(c, d) + __builtin_elementwise_add_sat(c, d) + __builtin_elementwise_sub_sat(a, b) + __builtin_elementwise_add_sat(e, f);
        out += __builtin_elementwise_min(a, b) + __builtin_elementwise_max(c, d);
    }
    return out;
}

struct field { unsigned a : 3; int b : 13; unsigned long c : 37; int d : 1; unsigned e : 30; };
uint64_t test_fields(uint64_t n) {
    struct field f = {n, n, n, n, n};
    uint64_t out = 0;
    for (int i = 0; i < 10; i++) { f.a += i; f.b -= f.a * i; f.c = f.c * 3 + f.b; f.d ^= 1; f.e += f.c; out = out * 7 + f.a + f.b + f.c + f.d + f.e; }
    return out;
}
