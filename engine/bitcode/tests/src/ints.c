// Integers of odd widths: bit-fields, _BitInt, 128 bits, overflow checks, bit tricks.
#include <stdio.h>

typedef unsigned _BitInt(13) u13;
typedef _BitInt(65) s65;
#if __clang_major__ > 14
typedef unsigned _BitInt(200) u200;
#else
typedef unsigned _BitInt(128) u200;
#endif

struct fields {
    unsigned a : 3;
    int b : 17;
    unsigned long c : 44;
    signed char d : 2;
};

static u13 narrow(u13 x, u13 y) { return x * y + (u13)7; }
static s65 wide(s65 x) { return x * x - 1; }
static u200 wider(u200 x, int n) { return (x << n) ^ (x >> 3); }
static unsigned __int128 mul(unsigned long a, unsigned long b) {
    return (unsigned __int128)a * b;
}

__attribute__((noinline)) static int checked(int a, int b) {
    int r;
    if (__builtin_sadd_overflow(a, b, &r)) return -1;
    long s;
    if (__builtin_smull_overflow(r, b, &s)) return -2;
    return (int)s;
}

int main(int argc, char **argv) {
    struct fields f = {.a = 9u & 7, .b = -70000, .c = 0xABCDEF01234ul, .d = -1};
    f.b += argc;
    f.c ^= (unsigned long)argc << 40;
    u200 w = wider((u200)argc + 0x123456789ABCDEFull, 60);
    unsigned __int128 p = mul(0xFFFFFFFFFFFFFFFFul, 0xFFFFFFFFFFFFFFF1ul + (unsigned)argc);
    unsigned x = 0x80F1u * (unsigned)argc;
    printf("%u %d %lx %d\n", f.a, f.b, (unsigned long)f.c, f.d);
    printf("%u %lx\n", (unsigned)narrow((u13)(argc + 8000), 3), (unsigned long)wide(argc + 5));
    printf("%lx %lx\n", (unsigned long)w, (unsigned long)(w >> 64));
    printf("%lx %lx\n", (unsigned long)p, (unsigned long)(p >> 64));
    printf("%d %d\n", checked(argc, 5), checked(0x7FFFFFFF, argc));
    printf("%d %d %d %x\n", __builtin_popcount(x), __builtin_clz(x), __builtin_ctz(x | 256),
           __builtin_bswap32(x));
    printf("%x %x\n", x << 7 | x >> 25, __builtin_bitreverse32(x));
    printf("%ld %ld\n", (long)(-argc * 7) / 3, (long)(-argc * 7) % 3);
    return (int)(p >> 100 & 0x3F);
}
