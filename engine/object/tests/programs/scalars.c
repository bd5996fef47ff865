// Integers of all C widths, control flow, recursion, globals, structs, function pointers.
#include <stdint.h>
#include <stddef.h>

static uint64_t hash;
static void mix(uint64_t v) { hash = (hash ^ v) * 0x100000001b3ull; hash ^= hash >> 29; }

struct point { int x, y; };
struct big { long a, b, c; char d; };
static int table[16] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3};
static const char text[] = "a constant string";
static struct point points[4] = {{1, 2}, {3, 4}, {5, 6}, {7, 8}};
int *pointer_into = &table[5];

static long fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
static int is_odd(unsigned n);
static int is_even(unsigned n) { return n == 0 ? 1 : is_odd(n - 1); }
static int is_odd(unsigned n) { return n == 0 ? 0 : is_even(n - 1); }

static int add(int a, int b) { return a + b; }
static int sub(int a, int b) { return a - b; }
static int mul(int a, int b) { return a * b; }
static int (*const ops[])(int, int) = {add, sub, mul};

__attribute__((noinline)) static struct point swap(struct point p) { return (struct point){p.y, p.x}; }
__attribute__((noinline)) static struct big make(long v) { return (struct big){v, v * 2, v * 3, (char)v}; }
__attribute__((noinline)) static long total(struct big b) { return b.a + b.b - b.c + b.d; }

static int classify(int v) {
    switch (v) {
    case 0: return 10;
    case 1: return 20;
    case 2: return 5;
    case 3: return 77;
    case 4: return 20;
    case 5: case 6: case 7: return 9;
    case 100: return 3;
    case -5: return 4;
    case 1000000: return 8;
    default: return -1;
    }
}

static void sort(int *v, int n) {
    for (int i = 1; i < n; i++)
        for (int j = i; j > 0 && v[j - 1] > v[j]; j--) {
            int t = v[j]; v[j] = v[j - 1]; v[j - 1] = t;
        }
}

uint64_t run(uint64_t seed) {
    hash = seed;
    int8_t c = (int8_t)seed; uint8_t uc = (uint8_t)(seed >> 3);
    int16_t s = (int16_t)(seed * 77); uint16_t us = (uint16_t)(seed * 99);
    int32_t i = (int32_t)(seed * 1234567); uint32_t u = (uint32_t)(seed * 7654321);
    int64_t l = (int64_t)(seed * 0x123456789abcdefull); uint64_t ul = seed * 0xfedcba987654321ull;
    for (int k = 1; k < 40; k++) {
        c = c * 3 + k; uc = uc * 5 - k; s = s * 7 + c; us = us * 9 + uc;
        i = (int)((unsigned)i * 11u + (unsigned)s); u = u * 13 + us;
        l = (long)((uint64_t)l * 17 + (uint64_t)(int64_t)i); ul = ul * 19 + u;
        mix(c); mix(uc); mix(s); mix(us); mix(i); mix(u); mix(l); mix(ul);
        mix(c / k); mix(uc / k); mix(s / k); mix(us % k); mix(i / k); mix(i % -k); mix(u % k);
        mix(l / k); mix(l % k); mix(ul / k); mix(c % k); mix(uc % k);
        mix(c >> (k & 7)); mix(i >> (k & 31)); mix(u >> (k & 31)); mix(l >> (k & 63));
        mix((unsigned)i << (k & 31)); mix(ul << (k & 63)); mix((uint8_t)(uc << (k & 7)));
        mix(c < uc); mix(s < us); mix(i < (int)u); mix((unsigned)i < u); mix(l < (long)ul); mix((uint64_t)l < ul);
        mix(c == (int8_t)k); mix(i > k ? i : k); mix(u & ~ul); mix(l ^ ul); mix(!i); mix(-l);
    }
    mix(fib(15)); mix(is_even(101)); mix(is_odd(77));
    for (int k = -6; k < 12; k++) { mix(classify(k)); mix(ops[(k + 6) % 3](k, (int)seed)); }
    mix(classify(100)); mix(classify(1000000)); mix(classify(999999));
    int copy[16];
    for (int k = 0; k < 16; k++) copy[k] = table[(k + seed) & 15] ^ (int)(seed >> k);
    sort(copy, 16);
    for (int k = 0; k < 16; k++) mix(copy[k]);
    struct point p = swap(points[seed & 3]);
    mix(p.x); mix(p.y);
    struct big b = make((long)seed);
    mix(total(b));
    for (size_t k = 0; k < sizeof text; k++) mix(text[k]);
    mix(*pointer_into); mix(pointer_into - table);
    pointer_into = &table[(seed & 7) + 1];
    table[seed & 15] += 7;
    return hash;
}
