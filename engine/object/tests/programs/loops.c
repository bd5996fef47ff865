// Loops entered in the middle by on-stack replacement. Only what the test's walker knows.
#include <stdint.h>
struct pair { uint64_t low, high; long third; };
uint64_t simple(uint64_t n) { uint64_t r = n; for (uint64_t i = 0; i < 50; i++) r = r * 31 + i; return r; }
uint64_t nested(uint64_t n) {
    uint64_t r = n; int v[7]; struct { short a; int b; } s; s.a = 3; s.b = 4;
    for (int i = 0; i < 7; i++) v[i] = (int)n + i;
    for (int i = 0; i < 9; i++) {
        uint64_t x = r ^ (uint64_t)i;
        for (int j = 0; j < i + 3; j++) { r = r * 7 + x; v[j % 7u] += (int)(r >> 7); s.b += j; if (r & 1) x += (uint64_t)v[i % 7u]; }
        s.a = (short)(s.a * 3 + i);
        do { r ^= r >> 3; x--; } while (x & 3);
    }
    return r + (uint64_t)s.a * (uint64_t)s.b + (uint64_t)v[3];
}
struct pair two(uint64_t n) { struct pair p; p.low = n; p.high = 1; p.third = 2; for (int i = 0; i < 20; i++) { p.low += p.high; p.high ^= p.low << 3; p.third -= i; } return p; }
int collatz(uint64_t n) { int k = 0; n |= 1; while (n != 1 && k < 300) { if (n & 1) n = n * 3 + 1; else n = n >> 1; k++; } return k; }
