// Twin of modules/sha256.rs. The constants are computed, not listed: the fractional parts of
// the roots of the first primes, so that two independent sources must agree.
#include "random.h"

static uint32_t k[64], start[8];

// floor(root * 2^32) mod 2^32, where root is the square (power 2) or cube (power 3) root.
static uint32_t fraction(unsigned prime, int power) {
    unsigned __int128 low = 0, high = (unsigned __int128)20 << 32;
    while (high - low > 1) {
        unsigned __int128 middle = (low + high) / 2;
        // middle^power against prime * 2^(32 * power); both fit 128 bits.
        unsigned __int128 raised = middle * middle, wanted = (unsigned __int128)prime << 64;
        if (power == 3) {
            raised = raised * middle;
            wanted = wanted << 32;
        }
        if (raised <= wanted) low = middle; else high = middle;
    }
    return (uint32_t)low;
}

static void fill_constants(void) {
    int found = 0;
    for (unsigned candidate = 2; found < 64; candidate++) {
        int prime = 1;
        for (unsigned d = 2; d * d <= candidate; d++) prime &= candidate % d != 0;
        if (!prime) continue;
        if (found < 8) start[found] = fraction(candidate, 2);
        k[found++] = fraction(candidate, 3);
    }
}

static uint32_t rotated(uint32_t x, int by) { return x >> by | x << (32 - by); }

static void block(uint32_t state[8], const uint8_t bytes[64]) {
    uint32_t w[64];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)bytes[4 * i] << 24 | (uint32_t)bytes[4 * i + 1] << 16
            | (uint32_t)bytes[4 * i + 2] << 8 | bytes[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        uint32_t x = w[i - 15], y = w[i - 2];
        w[i] = w[i - 16] + w[i - 7] + (rotated(x, 7) ^ rotated(x, 18) ^ x >> 3)
            + (rotated(y, 17) ^ rotated(y, 19) ^ y >> 10);
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (int i = 0; i < 64; i++) {
        uint32_t s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
        uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + k[i] + w[i];
        uint32_t s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
        uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
}

uint64_t sha256(uint64_t n) {
    fill_constants();
    uint32_t state[8];
    for (int i = 0; i < 8; i++) state[i] = start[i];
    uint8_t bytes[64];
    uint64_t random = 1;
    for (uint64_t b = 0; b < n * 16; b++) {
        for (int i = 0; i < 64; i++) {
            if (i % 8 == 0) next_random(&random);
            bytes[i] = (uint8_t)(random >> (8 * (i % 8)));
        }
        block(state, bytes);
    }
    for (int i = 0; i < 64; i++)
        bytes[i] = i == 0 ? 0x80 : i >= 56 ? (uint8_t)(n * 8192 >> (8 * (63 - i))) : 0;
    block(state, bytes);
    return (uint64_t)state[0] << 32 | state[1];
}
