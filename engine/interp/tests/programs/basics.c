// Integers of all widths, branches, loops, calls, structures, globals.
#include <stdint.h>

static uint64_t fib(uint64_t n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
uint64_t test_fib(uint64_t n) { return fib(n % 20); }

uint64_t test_sum(uint64_t n) {
    uint64_t sum = 0;
    for (uint64_t i = 0; i < n % 1000; i++) sum += i * i + (i ^ n);
    return sum;
}

uint64_t test_widths(uint64_t n) {
    uint8_t a = n; int8_t b = n; uint16_t c = n * 3; int16_t d = n * 5;
    uint32_t e = n * 7; int32_t f = n * 11; int64_t g = n * 13;
    uint64_t out = 0;
    for (int i = 1; i < 9; i++) {
        a += i; b -= i * 3; c *= i; d ^= i << 3; e = e << i | e >> (32 - i); f = f / i - f % (i + 1); g >>= 1;
        out = out * 31 + a + b + c + d + e + f + g;
        out ^= (uint64_t)(b < a) << 1 | (uint64_t)(d > (int)c) << 2 | (uint64_t)(e >= (uint32_t)f) << 3;
        out += a / i + b / i + c % i + d % i + (uint32_t)f / i;
    }
    return out;
}

static int global = 5;
static int table[16] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3};
static int *pointer = &table[4];
uint64_t test_globals(uint64_t n) {
    int save = global;
    global += n & 15;
    uint64_t out = global;
    for (int i = 0; i < 16; i++) out = out * 7 + table[(i + n) & 15] + pointer[i & 3];
    global = save;
    return out;
}

struct point { int x, y; short tag; double weight; };
static struct point make(int x, int y) { struct point p = {x, y, (short)(x - y), x * 0.5 + y}; return p; }
static int dot(struct point a, const struct point *b) { return a.x * b->x + a.y * b->y + a.tag; }
uint64_t test_structs(uint64_t n) {
    struct point list[5];
    for (int i = 0; i < 5; i++) list[i] = make(n + i, i * 3);
    uint64_t out = 0;
    for (int i = 0; i < 5; i++) for (int j = 0; j < 5; j++) out = out * 3 + dot(list[i], &list[j]) + (int)(list[j].weight);
    return out;
}

uint64_t test_switch(uint64_t n) {
    uint64_t out = 0;
    for (uint64_t i = 0; i < 40; i++) {
        switch ((n + i) % 23) {
        case 0: out += 1; break;
        case 1: out ^= 0x55; break;
        case 2: out *= 3;
        case 3: out -= 7; break;
        case 5: case 6: case 7: out += out >> 3; break;
        case 21: out = ~out; break;
        default: out += i; break;
        }
        switch (out & 0xffff) { case 17: out++; break; case 4000: out--; break; case 60000: out += 2; break; case 33: out ^= 9; }
    }
    return out;
}

static uint64_t inc(uint64_t x) { return x + 1; }
static uint64_t dbl(uint64_t x) { return x * 2; }
static uint64_t sq(uint64_t x) { return x * x; }
static uint64_t (*const functions[])(uint64_t) = {inc, dbl, sq};
uint64_t test_indirect(uint64_t n) {
    uint64_t x = n;
    for (int i = 0; i < 30; i++) x = functions[(x ^ i) % 3](x);
    return x;
}

static uint64_t many(int a, long b, short c, char d, unsigned e, long f, int g, double h, long i, float j) {
    return a + b * 2 + c * 3 + d * 4 + e * 5 + f * 6 + g * 7 + (long)h * 8 + i * 9 + (int)j;
}
__attribute__((noinline)) static uint64_t (*opaque(void))(int, long, short, char, unsigned, long, int, double, long, float) { return many; }
uint64_t test_many(uint64_t n) {
    int s = n % 1000;
    return many(s, s + 1, s + 2, s + 3, s + 4, s + 5, s + 6, s + 7.5, s + 8, s + 9.25f) + opaque()(s, -s, s, -s, s, -s, s, s * 0.5, s, s);
}

uint64_t test_collatz(uint64_t n) {
    uint64_t steps = 0;
    n %= 100000;
    while (n > 1) { n = n & 1 ? 3 * n + 1 : n / 2; steps++; }
    return steps;
}

uint64_t test_gcd(uint64_t n) {
    uint64_t a = n, b = 360360, out = 0;
    for (int i = 0; i < 20; i++) {
        uint64_t x = a + i * 77, y = b + i;
        while (y) { uint64_t t = x % y; x = y; y = t; }
        out = out * 13 + x;
    }
    return out;
}

uint64_t test_swap(uint64_t n) {
    // Phis that exchange their values.
    uint64_t a = n, b = 1, c = 2;
    for (uint64_t i = 0; i < (n & 63) + 2; i++) { uint64_t t = a; a = b; b = c; c = t + i; }
    return a * 7 + b * 5 + c * 3;
}

uint64_t test_goto(uint64_t n) {
    static void *const labels[] = {&&a, &&b, &&c, &&done};
    uint64_t x = n, steps = 0;
    goto *labels[x & 3];
a: x += 3; if (++steps > 20) goto done; goto *labels[x >> 1 & 3];
b: x ^= x << 3; if (++steps > 20) goto done; goto *labels[x & 3];
c: x = x * 5 + 1; if (++steps > 20) goto done; goto *labels[x >> 2 & 3];
done: return x + steps;
}
