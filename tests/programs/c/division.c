// Division by constants and variables, modular powers, prime tests, greatest divisors.
#include <stdint.h>
#include <stdio.h>

static uint64_t hash = 1;
static void mix(uint64_t x) { hash = (hash ^ x) * 0x9E3779B97F4A7C15u; hash ^= hash >> 29; }

#define BY(d)                                                        \
    do {                                                             \
        mix((uint64_t)(s / (d))), mix((uint64_t)(s % (d)));          \
        mix(u / (uint64_t)(d)), mix(u % (uint64_t)(d));              \
        mix((uint64_t)(w / (int32_t)(d))), mix((uint64_t)(w % (int32_t)(d))); \
        mix(v / (uint32_t)(d)), mix(v % (uint32_t)(d));              \
    } while (0)

static uint64_t multiply(uint64_t a, uint64_t b, uint64_t m) { return (uint64_t)((unsigned __int128)a * b % m); }

static uint64_t power(uint64_t a, uint64_t n, uint64_t m) {
    uint64_t r = 1;
    for (; n; n >>= 1, a = multiply(a, a, m))
        if (n & 1) r = multiply(r, a, m);
    return r;
}

static int is_prime(uint64_t n) {
    static const uint64_t bases[] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37};
    if (n < 2) return 0;
    for (int i = 0; i < 12; i++)
        if (n % bases[i] == 0) return n == bases[i];
    uint64_t d = n - 1;
    int s = 0;
    while (!(d & 1)) d >>= 1, s++;
    for (int i = 0; i < 12; i++) {
        uint64_t x = power(bases[i], d, n);
        if (x == 1 || x == n - 1) continue;
        int k = 1;
        for (; k < s && x != n - 1; k++) x = multiply(x, x, n);
        if (x != n - 1) return 0;
    }
    return 1;
}

static uint64_t gcd(uint64_t a, uint64_t b) { return b ? gcd(b, a % b) : a; }

static uint64_t factor(uint64_t n) {
    if (n % 2 == 0) return 2;
    for (uint64_t c = 1;; c++) {
        uint64_t x = 2, y = 2, d = 1;
        while (d == 1) {
            x = (multiply(x, x, n) + c) % n;
            y = (multiply(y, y, n) + c) % n;
            y = (multiply(y, y, n) + c) % n;
            d = gcd(x > y ? x - y : y - x, n);
        }
        if (d != n) return d;
    }
}

static void factors(uint64_t n) {
    if (n == 1) return;
    if (is_prime(n)) printf(" %lu", n);
    else {
        uint64_t f = factor(n);
        factors(f < n / f ? f : n / f);
        factors(f < n / f ? n / f : f);
    }
}

static int64_t inverse(int64_t a, int64_t m) {
    int64_t x = 1, y = 0, b = m;
    while (a > 1) {
        int64_t q = a / b, t = b;
        b = a % b, a = t;
        t = y;
        y = x - q * y;
        x = t;
    }
    return x < 0 ? x + m : x;
}

int main(void) {
    uint64_t seed = 1;
    for (int i = 0; i < 400; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uint64_t u = seed >> i % 60;
        int64_t s = (int64_t)seed >> i % 60;
        uint32_t v = (uint32_t)u;
        int32_t w = (int32_t)s;
        BY(1); BY(2); BY(3); BY(5); BY(7); BY(10); BY(16); BY(100); BY(641); BY(1000000007); BY(0x7FFFFFFF);
        mix((uint64_t)(s / -7)), mix((uint64_t)(s % -10)), mix((uint64_t)(w / -3));
        volatile int64_t by = (int64_t)(seed >> 50) + 1;
        BY(by);
        mix((uint64_t)(s / -by));
    }
    printf("%lx\n", hash);
    printf("%lu %lu\n", power(3, 1000000006, 1000000007), power(7, 123456789012345, 998244353998244353));
    for (uint64_t n = 1000000000000000000u, found = 0; found < 4; n++)
        if (is_prime(n)) printf("%lu ", n), found++;
    puts("");
    static const uint64_t numbers[] = {600851475143, 1234567890123456789, 4294967297, 1000000016000000063};
    for (int i = 0; i < 4; i++) {
        printf("%lu =", numbers[i]);
        factors(numbers[i]);
        puts("");
    }
    printf("%ld %ld\n", inverse(3, 1000000007), inverse(123456, 998244353));
    printf("%lu\n", gcd(1071 * 462462, 462 * 1071));
    return 0;
}
