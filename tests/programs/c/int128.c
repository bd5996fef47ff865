// 128-bit integers: all operations, conversions, comparison, passing and returning.
#include <stdint.h>
#include <stdio.h>

typedef __int128 i128;
typedef unsigned __int128 u128;

static void show(const char *what, u128 x) { printf("%s %016lx%016lx\n", what, (uint64_t)(x >> 64), (uint64_t)x); }

static u128 make(uint64_t high, uint64_t low) { return (u128)high << 64 | low; }

static char *decimal(i128 x, char *end) {
    u128 rest = x < 0 ? -(u128)x : (u128)x;
    *--end = 0;
    do *--end = (char)('0' + (int)(rest % 10));
    while (rest /= 10);
    if (x < 0) *--end = '-';
    return end;
}

static u128 power(u128 base, unsigned n) {
    u128 result = 1;
    for (; n; n >>= 1, base *= base)
        if (n & 1) result *= base;
    return result;
}

static u128 gcd(u128 a, u128 b) {
    while (b) {
        u128 r = a % b;
        a = b;
        b = r;
    }
    return a;
}

// Arguments on the stack as well as in registers.
static i128 many(i128 a, int b, i128 c, i128 d, long e, i128 f) { return a + b - c * d + e + f; }

int main(void) {
    static const uint64_t parts[] = {0, 1, 2, 0xFFFFFFFF, 0x100000000, 0x7FFFFFFFFFFFFFFF, 0x8000000000000000, 0xFFFFFFFFFFFFFFFF, 12345678901234567};
    enum { N = sizeof parts / sizeof *parts };
    u128 hash = 7;
    for (int i = 0; i < N * N; i++)
        for (int j = 0; j < N * N; j++) {
            u128 a = make(parts[i / N], parts[i % N]), b = make(parts[j / N], parts[j % N]);
            i128 sa = (i128)a, sb = (i128)b;
            hash = hash * 31 + (a + b) + (a - b) * 3 + a * b;
            if (b) hash = hash * 31 + a / b + 5 * (a % b);
            if (b && !(sb == -1 && a == (u128)1 << 127)) hash = hash * 31 + (u128)(sa / sb) + 7 * (u128)(sa % sb);
            hash = hash * 31 + (a < b) + 2 * (sa < sb) + 4 * (a == b) + 8 * (sa >= sb);
            hash ^= (a << (j % 128)) + (a >> (i % 128)) + (u128)(sa >> (j % 128));
        }
    show("hash", hash);
    char text[50];
    puts(decimal((i128)power(3, 79), text + 50));
    puts(decimal(-(i128)power(10, 38), text + 50));
    puts(decimal((i128)((u128)1 << 127), text + 50));
    show("gcd", gcd(power(6, 40), power(15, 25)));
    show("many", (u128)many(1, 2, -3, 4, 5, (i128)1 << 100));
    volatile double numbers[] = {0, 1.5, -1.5, 1e10, -1e20, 1e30, 1.7e38, -1.7e38, 0.99};
    for (int i = 0; i < 9; i++) {
        i128 n = (i128)numbers[i];
        puts(decimal(n, text + 50));
        printf("%.17g %.9g", (double)n, (float)n);
        if (numbers[i] >= 0) printf(" %.17g", (double)(u128)numbers[i]);
        puts("");
    }
    for (int s = 0; s < 128; s += 9) printf("%.17g %.9g\n", (double)(((u128)1 << s) + ((u128)1 << (s / 2))), (float)(i128)(~(u128)0 << s));
    u128 out;
    int over = __builtin_mul_overflow(power(2, 70), power(2, 60), &out);
    printf("%d %d\n", over, __builtin_add_overflow(~(u128)0, (u128)1, &out));
    return (int)(uint64_t)(hash & 31);
}
