// Control flow whose counts are known.
#include <stdint.h>

__attribute__((noinline)) uint64_t leaf(uint64_t n) { return n & 1 ? n * 3 : n / 2; }
__attribute__((noinline)) uint64_t other(uint64_t n) { return n + 1; }
uint64_t loops(uint64_t n) {
    uint64_t sum = 0;
    for (uint64_t i = 0; i < n; i++) {
        if (i % 3 == 0) sum += leaf(i);
        else if (i % 3 == 1) sum ^= i;
        switch (i % 5) { case 0: sum += 1; break; case 1: case 2: sum += 2; break; case 4: sum *= 3; break; }
        do sum += 7; while (sum % 4);
    }
    return sum;
}
uint64_t indirect(uint64_t n) {
    uint64_t (*volatile table[2])(uint64_t) = {leaf, other};
    uint64_t sum = 0;
    for (uint64_t i = 0; i < n; i++) sum += table[i % 4 == 0](i);
    return sum;
}
double mixed(int a, double b, long c, float d, short e, char f, long g, long h, double i) {
    return a + b * 2 + c * 3 + d * 4 + e * 5 + f * 6 + g * 7 + h * 8 + i * 9;
}
struct four { long a, b, c, d; };
struct four quad(long a, double b) { return (struct four){a, (long)b, a + 1, 4}; }
struct pair { double x; long y; };
struct pair two(struct pair p, signed char c) { p.x += c; p.y -= c; return p; }
signed char narrow(signed char c) { return c - 100; }
long up(long (*callback)(long), long n) { return callback(n) + 1; }
long back(long n) { return n * 10; }
long around(long n) { return up(back, n) + 2; }
uint64_t once(uint64_t n) { uint64_t s = n; for (uint64_t i = 0; i < 1000000; i++) s = s * 3 + i; return s; }
