// Functions that call each other in every way C has, to be replaced while they run: recursion
// through one another and through pointers, long loops, structs, floats, variable arguments,
// more arguments than registers.
#include <stdarg.h>
#include <stdint.h>

typedef struct { double x; uint64_t n; } pair;
typedef struct { uint64_t a[5]; } large;
typedef uint64_t (*step)(uint64_t, uint64_t);

static uint64_t mix(uint64_t h, uint64_t w) { return (h ^ w) * 0x100000001b3u; }

__attribute__((noinline)) static uint64_t odd(uint64_t n, uint64_t h);
__attribute__((noinline)) static uint64_t even(uint64_t n, uint64_t h) {
    return n == 0 ? mix(h, 1) : odd(n - 1, mix(h, n)) + 1;
}
__attribute__((noinline)) static uint64_t odd(uint64_t n, uint64_t h) {
    return n == 0 ? mix(h, 2) : even(n - 1, mix(h, n * 3)) ^ n;
}

__attribute__((noinline)) static pair weigh(pair p, double by, float less) {
    pair q = {p.x * by - less, p.n + (uint64_t)by};
    return q.n % 7 == 0 && q.n < 1000 ? weigh(q, by + 1, less) : q;
}

__attribute__((noinline)) static large spread(large v, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
                                              uint64_t e, uint64_t f, uint64_t g, double h) {
    for (int i = 0; i < 5; i++) v.a[i] = mix(v.a[i], a + b * 2 + c * 3 + d * 4 + e * 5 + f * 6 + g * 7 + i);
    v.a[0] += (uint64_t)(h * 8);
    return v;
}

__attribute__((noinline)) static uint64_t sum(int count, ...) {
    va_list list;
    uint64_t total = 0;
    va_start(list, count);
    for (int i = 0; i < count; i++) total = mix(total, i % 2 ? (uint64_t)va_arg(list, double) : va_arg(list, uint64_t));
    va_end(list);
    return total;
}

__attribute__((noinline)) static uint64_t ackermann(uint64_t m, uint64_t n) {
    return m == 0 ? n + 1 : ackermann(m - 1, n == 0 ? 1 : ackermann(m, n - 1));
}

__attribute__((noinline)) static uint64_t loop(uint64_t n, uint64_t h) {
    uint64_t table[64];
    for (int i = 0; i < 64; i++) table[i] = mix(h, i);
    for (uint64_t i = 0; i < n; i++)
        for (uint64_t j = 0; j < 8; j++) table[(i + j) & 63] = mix(table[j], table[(i * 3) & 63]);
    for (int i = 0; i < 64; i++) h = mix(h, table[i]);
    return h;
}

static const step steps[] = {odd, even, ackermann, loop};

uint64_t hammer(uint64_t rounds) {
    uint64_t h = 0xcbf29ce484222325u;
    pair p = {1.5, 3};
    large v = {{1, 2, 3, 4, 5}};
    for (uint64_t i = 0; i < rounds; i++) {
        step s = steps[i % 4];
        h = mix(h, s == ackermann ? s(2, i % 5) : s(20 + i % 50, h));
        p = weigh(p, 1 + i % 3, 0.25f);
        if (p.n > 1000000 || p.x > 1e6 || p.x < -1e6) p = (pair){1.5, i};
        v = spread(v, h, i, p.n, 4, 5, 6, 7, p.x * 0.001);
        h = mix(h, sum(5, i, 2.0 * i, h, 7.0, p.n));
        h = mix(h, v.a[i % 5] ^ p.n);
    }
    return mix(h, (uint64_t)(int64_t)(p.x * 1000));
}
