// clang: 16
// Integers of odd and large widths: _BitInt from 2 to 256 bits.
#include <stdint.h>
#include <stdio.h>

// Signed numbers wrap, as they do after a conversion from unsigned ones.
#define WIDTH(bits)                                                                             \
    static void signed_##bits(uint64_t seed) {                                                   \
        typedef signed _BitInt(bits) type;                                                       \
        typedef unsigned _BitInt(bits) magnitude;                                                \
        type a = (type)((magnitude)seed * (magnitude)0x1234567), b = (type)((magnitude)seed * 77); \
        for (int i = 0; i < 8; i++) {                                                            \
            if (b == 0 || b == -1) b = 3;                                                        \
            type sum = (type)((magnitude)a + (magnitude)b), product = (type)((magnitude)a * (magnitude)b); \
            type quotient = a / b, rest = a % b;                                                 \
            type shifted = (a >> (i % bits)) ^ (type)((magnitude)b << (i % bits));               \
            print(#bits " s", (uint64_t)(sum ^ product), (uint64_t)(quotient ^ rest), (uint64_t)shifted); \
            printf(" %d%d%d\n", a < b, a == b, a > b);                                           \
            a = (sum ^ (type)((magnitude)product << 1)) ^ (type)i;                               \
            b = quotient ^ rest ^ shifted;                                                       \
        }                                                                                        \
    }                                                                                            \
    static void unsigned_##bits(uint64_t seed) {                                                 \
        typedef unsigned _BitInt(bits) type;                                                     \
        type a = (type)seed * (type)0x7654321 + (type)(seed >> 5), b = (type)(seed * 99) | 1;     \
        for (int i = 0; i < 8; i++) {                                                            \
            type sum = a + b, product = a * b, quotient = a / b, rest = a % b;                   \
            type shifted = (a >> (i % bits)) | (b << (i % bits));                                \
            print(#bits " u", (uint64_t)(sum ^ product), (uint64_t)(quotient + rest), (uint64_t)shifted); \
            printf(" %d%d%d\n", a < b, a == b, a > b);                                           \
            a = (product ^ (sum << (bits / 2))) + (type)i;                                       \
            b = (quotient ^ (rest << (bits / 3)) ^ shifted) | 1;                                 \
        }                                                                                        \
    }

static void print(const char *what, uint64_t a, uint64_t b, uint64_t c) {
    printf("%s %lx %lx %lx", what, a, b, c);
}

WIDTH(7) WIDTH(13) WIDTH(24) WIDTH(33) WIDTH(48) WIDTH(57) WIDTH(65) WIDTH(96) WIDTH(100)
WIDTH(128) WIDTH(129) WIDTH(160) WIDTH(192) WIDTH(200) WIDTH(255) WIDTH(256)

#define RUN(bits) signed_##bits(seed + bits), unsigned_##bits(seed + bits);

// Factorials, digit by digit, in 256 bits.
static void factorials(void) {
    unsigned _BitInt(256) value = 1;
    for (int n = 1; n <= 57; n++) {
        value *= (unsigned _BitInt(256))n;
        if (n % 8 && n != 57) continue;
        char digits[80];
        int at = 79;
        digits[at] = 0;
        for (unsigned _BitInt(256) rest = value; rest; rest /= 10) digits[--at] = (char)('0' + (int)(rest % 10));
        printf("%d! = %s\n", n, digits + at);
    }
}

// Cases that differ in one limb, and in the bits of the last.
static int chosen(unsigned _BitInt(200) x) {
    switch (x) {
    case 7: return 1;
    case (unsigned _BitInt(200))7 << 64: return 2;
    case (unsigned _BitInt(200))7 << 197: return 3;
    case ~(unsigned _BitInt(200))0: return 4;
    }
    return 5;
}

static void choices(void) {
    volatile unsigned _BitInt(200) seven = 7, all = ~(unsigned _BitInt(200))0;
    for (int i = 0; i < 200; i++) printf("%d", chosen(seven << i));
    printf(" %d %d\n", chosen(all), chosen(all >> 1));
}

int main(void) {
    choices();
    volatile uint64_t start = 0x9E3779B97F4A7C15u;
    uint64_t seed = start;
    RUN(7) RUN(13) RUN(24) RUN(33) RUN(48) RUN(57) RUN(65) RUN(96) RUN(100)
    RUN(128) RUN(129) RUN(160) RUN(192) RUN(200) RUN(255) RUN(256)
    factorials();
    signed _BitInt(200) negative = -((signed _BitInt(200))1 << 150);
    printf("%d %d\n", negative < 0, (int)(negative >> 150));
    double d = (double)(int64_t)(negative >> 100);
    printf("%g\n", d);
    return 0;
}
