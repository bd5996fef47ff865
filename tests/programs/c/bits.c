// Bit tricks: counting, reversing, swapping, rotating, isolating; what processors have
// instructions for.
#include <stdint.h>
#include <stdio.h>

// Of <strings.h> and <string.h>; by their addresses, since compilers know what they give.
int ffs(int), ffsl(long), ffsll(long long);

static uint64_t state = 1;

static uint64_t next(void) { return state = state * 6364136223846793005u + 1442695040888963407u; }

static uint32_t reverse(uint32_t x) {
    x = (x >> 1 & 0x55555555) | (x & 0x55555555) << 1;
    x = (x >> 2 & 0x33333333) | (x & 0x33333333) << 2;
    x = (x >> 4 & 0x0F0F0F0F) | (x & 0x0F0F0F0F) << 4;
    return __builtin_bswap32(x);
}

static uint64_t gray(uint64_t x) { return x ^ x >> 1; }

static uint64_t ungray(uint64_t x) {
    for (int s = 1; s < 64; s *= 2) x ^= x >> s;
    return x;
}

// Spreads the bits of x to the even places.
static uint64_t spread(uint32_t x) {
    uint64_t r = x;
    r = (r | r << 16) & 0x0000FFFF0000FFFF;
    r = (r | r << 8) & 0x00FF00FF00FF00FF;
    r = (r | r << 4) & 0x0F0F0F0F0F0F0F0F;
    r = (r | r << 2) & 0x3333333333333333;
    return (r | r << 1) & 0x5555555555555555;
}

static unsigned root(uint64_t x) {
    uint64_t r = 0;
    for (uint64_t bit = (uint64_t)1 << 62; bit; bit >>= 2)
        if (x >= r + bit) {
            x -= r + bit;
            r = (r >> 1) + bit;
        } else r >>= 1;
    return (unsigned)r;
}

int main(void) {
    uint64_t hash = 0;
    for (int i = 0; i < 1000; i++) {
        uint64_t x = next() >> (i % 50);
        uint32_t w = (uint32_t)x | 1;
        int s = i % 31 + 1;
        hash = hash * 3 + (uint64_t)__builtin_popcountll(x) + (uint64_t)__builtin_popcount(w);
        hash = hash * 3 + (uint64_t)__builtin_clzll(x | 1) * 64 + (uint64_t)__builtin_ctzll(x | (uint64_t)1 << 63);
        hash = hash * 3 + (uint64_t)__builtin_clz(w) * 64 + (uint64_t)__builtin_ctz(w << 1 | 1 << 31);
        hash = hash * 3 + (uint64_t)__builtin_parityll(x) + (uint64_t)__builtin_ffsll((long long)x);
        hash ^= __builtin_bswap64(x) + __builtin_bswap32(w) + __builtin_bswap16((uint16_t)x);
        hash ^= __builtin_bitreverse32(w) + __builtin_bitreverse64(x) + __builtin_bitreverse8((uint8_t)x) + __builtin_bitreverse16((uint16_t)w);
        hash += (w << s | w >> (32 - s)) + (x << s | x >> (64 - s)) + __builtin_rotateleft16((uint16_t)x, (unsigned short)s) + __builtin_rotateright8((uint8_t)x, (uint8_t)s);
        hash += (uint64_t)(reverse(w) == __builtin_bitreverse32(w));
        hash += gray(x) + (ungray(gray(x)) == x) + spread(w) + root(x);
        hash += (x & -x) + (x & (x - 1)) + (x | (x - 1)) + (~x & (x + 1));
        hash += (uint64_t)(int64_t)__builtin_clrsbll((long long)(x << 3)) + (uint64_t)((x & (x - 1)) == 0);
    }
    printf("%lx\n", hash);
    for (unsigned n = 0; n < 20; n++) printf("%u:%lu:%u ", n, gray(n), root(n * n * n));
    puts("");
    // Subsets of a set, in order.
    for (unsigned set = 0x59, sub = 0; ; sub = (sub - set) & set) {
        printf("%x ", sub);
        if (sub == set) break;
    }
    puts("");
    // Numbers with four bits set, in order.
    for (unsigned x = 15, k = 0; k < 12; k++) {
        printf("%u ", x);
        unsigned low = x & -x, ripple = x + low;
        x = ripple | ((x ^ ripple) >> 2) / low;
    }
    puts("");
    int (*volatile first)(int) = ffs, (*volatile of_long)(long) = ffsl, (*volatile of_longer)(long long) = ffsll;
    for (int at = 0; at < 64; at += 7) printf("%d %d %d ", first((int)(3ull << at)), of_long(-1l << at), of_longer(5ll << at));
    printf("%d %d %d\n", first(0), of_long(0), of_longer(0));
    return 0;
}
