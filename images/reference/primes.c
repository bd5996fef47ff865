// Twin of modules/primes.rs: the same sieve, over 64-bit words of odd numbers.
#include <stdint.h>

enum { LIMIT = 1 << 23 };
static uint64_t composite[LIMIT / 128];

uint64_t primes(uint64_t n) {
    if (n > LIMIT) n = LIMIT;
    if (n <= 2) return 0;
    uint64_t odds = n / 2;
    for (uint64_t w = 0; w * 64 < odds; w++) composite[w] = 0;
    for (uint64_t i = 1; (2 * i + 1) * (2 * i + 1) < n; i++) {
        if (composite[i / 64] >> (i % 64) & 1) continue;
        uint64_t step = 2 * i + 1;
        for (uint64_t m = step * step / 2; m < odds; m += step)
            composite[m / 64] |= (uint64_t)1 << (m % 64);
    }
    uint64_t count = 0;
    for (uint64_t i = 0; i < odds; i++) count += ~(composite[i / 64] >> (i % 64)) & 1;
    return count;
}
