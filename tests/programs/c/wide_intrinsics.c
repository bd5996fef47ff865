// clang: 16
// What optimisers make of code on integers of more than 128 bits: absolute values, extremes,
// rotations, overflow checks, saturation, counting, three-way comparison.
#include <stdint.h>
#include <stdio.h>

typedef _BitInt(256) wide;
typedef unsigned _BitInt(256) uwide;
typedef unsigned _BitInt(193) odd;
typedef _BitInt(130) narrow;
typedef unsigned _BitInt(130) unarrow;

static void show(uwide x) {
    printf("%016lx%016lx%016lx%016lx ", (long)(x >> 192), (long)(x >> 128), (long)(x >> 64), (long)x);
}

__attribute__((noinline)) static wide absolute(wide x) { return x < 0 ? (wide)-(uwide)x : x; }
__attribute__((noinline)) static narrow absolute_narrow(narrow x) { return x < 0 ? (narrow)-(unarrow)x : x; }
__attribute__((noinline)) static wide least(wide a, wide b) { return a < b ? a : b; }
__attribute__((noinline)) static uwide most(uwide a, uwide b) { return a > b ? a : b; }
__attribute__((noinline)) static uwide rotate(uwide a, unsigned n) { return a << (n & 255) | a >> (-n & 255); }
__attribute__((noinline)) static uwide funnel(uwide a, uwide b, unsigned n) { return (n &= 255) ? a << n | b >> (256 - n) : a; }
__attribute__((noinline)) static int add(uwide a, uwide b, uwide *r) { return __builtin_add_overflow(a, b, r); }
__attribute__((noinline)) static int subtract(odd a, odd b, odd *r) { return __builtin_sub_overflow(a, b, r); }
__attribute__((noinline)) static int add_signed(wide a, wide b, wide *r) { return __builtin_add_overflow(a, b, r); }
__attribute__((noinline)) static int subtract_signed(narrow a, narrow b, narrow *r) { return __builtin_sub_overflow(a, b, r); }
__attribute__((noinline)) static int multiply(uwide a, uwide b, uwide *r) { return __builtin_mul_overflow(a, b, r); }
__attribute__((noinline)) static uwide sum_saturated(uwide a, uwide b) { return a + b < a ? ~(uwide)0 : a + b; }
__attribute__((noinline)) static uwide difference_saturated(uwide a, uwide b) { return a > b ? a - b : 0; }
__attribute__((noinline)) static int order(wide a, wide b) { return (a > b) - (a < b); }
__attribute__((noinline)) static int power_of_two(uwide a) { return a && !(a & (a - 1)); }

__attribute__((noinline)) static int ones(uwide a) {
    int n = 0;
    for (; a; a &= a - 1) n++;
    return n;
}

__attribute__((noinline)) static uwide swapped(uwide a) {
    uwide r = 0;
    for (int i = 0; i < 32; i++) r = r << 8 | (a >> (i * 8) & 255);
    return r;
}

static uint64_t state = 0x9e3779b97f4a7c15;

static wide next(void) {
    wide x = 0;
    for (int i = 0; i < 4; i++) {
        x = x << 64 | state;
        state = state * 6364136223846793005u + 99;
    }
    return x;
}

static void pair(wide a, wide b, unsigned n) {
    show((uwide)absolute(a)), show((uwide)absolute(-a)), show((uwide)(wide)absolute_narrow((narrow)a));
    show((uwide)least(a, b)), show(most((uwide)a, (uwide)b)), puts("");
    show(rotate((uwide)a, n)), show(funnel((uwide)a, (uwide)b, n)), puts("");
    uwide sum, product;
    odd rest;
    wide total;
    narrow small;
    printf("%d%d", add((uwide)a, (uwide)b, &sum), subtract((odd)a, (odd)b, &rest));
    printf("%d%d", add_signed(a, b, &total), subtract_signed((narrow)a, (narrow)b, &small));
    printf("%d ", multiply((uwide)a, (uwide)b >> (n & 255), &product));
    show(sum), show(rest), show((uwide)total), show((uwide)(wide)small), show(product), puts("");
    show(sum_saturated((uwide)a, (uwide)b)), show(difference_saturated((uwide)a, (uwide)b));
    printf("%d %d %d ", ones((uwide)a), power_of_two((uwide)b), order(a, b));
    show(swapped((uwide)a)), puts("");
}

int main(void) {
    volatile int zero = 0;
    for (unsigned i = 0; i < 12; i++) pair(next(), next(), i * 37 + 1);
    wide one = zero + 1, x = next();
    pair(x, x, 256);
    pair(x, one << 200, 64);
    pair(one << 255, -one, 128);
    pair((one << 254) - 1 + (one << 254), one, 0);
    pair((one << 129), one << 129, 192);
    pair(zero, zero, 3);
    return 0;
}
