// Generators of random numbers: Mersenne twister, PCG, xoshiro, splitmix, lagged Fibonacci;
// shuffles, distributions, estimates. Seeds are fixed.
#include <math.h>
#include <stdint.h>
#include <stdio.h>

static uint32_t mt[624];
static int mt_at = 624;

static void mt_seed(uint32_t seed) {
    mt[0] = seed;
    for (uint32_t i = 1; i < 624; i++) mt[i] = 1812433253u * (mt[i - 1] ^ mt[i - 1] >> 30) + i;
    mt_at = 624;
}

static uint32_t mt_next(void) {
    if (mt_at == 624) {
        for (int i = 0; i < 624; i++) {
            uint32_t y = (mt[i] & 0x80000000) | (mt[(i + 1) % 624] & 0x7FFFFFFF);
            mt[i] = mt[(i + 397) % 624] ^ y >> 1 ^ (y & 1 ? 0x9908B0DF : 0);
        }
        mt_at = 0;
    }
    uint32_t y = mt[mt_at++];
    y ^= y >> 11;
    y ^= y << 7 & 0x9D2C5680;
    y ^= y << 15 & 0xEFC60000;
    return y ^ y >> 18;
}

static uint64_t pcg_state = 42, split_state = 7, xo[4];

static uint32_t pcg(void) {
    uint64_t s = pcg_state;
    pcg_state = s * 6364136223846793005u + 1442695040888963407u;
    uint32_t x = (uint32_t)((s >> 18 ^ s) >> 27), r = (uint32_t)(s >> 59);
    return x >> r | x << (-r & 31);
}

static uint64_t split(void) {
    uint64_t z = split_state += 0x9E3779B97F4A7C15;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return z ^ z >> 31;
}

static uint64_t turn(uint64_t x, int k) { return x << k | x >> (64 - k); }

static uint64_t xoshiro(void) {
    uint64_t r = turn(xo[1] * 5, 7) * 9, t = xo[1] << 17;
    xo[2] ^= xo[0], xo[3] ^= xo[1], xo[1] ^= xo[2], xo[0] ^= xo[3], xo[2] ^= t;
    xo[3] = turn(xo[3], 45);
    return r;
}

static double unit(void) { return (double)(xoshiro() >> 11) * 0x1p-53; }

static uint32_t below(uint32_t n) {
    uint64_t m = (uint64_t)pcg() * n;
    while ((uint32_t)m < n && (uint32_t)m < -n % n) m = (uint64_t)pcg() * n;
    return (uint32_t)(m >> 32);
}

int main(void) {
    mt_seed(5489);
    uint32_t last = 0;
    for (int i = 0; i < 10000; i++) last = mt_next();
    printf("%u\n", last);
    for (int i = 0; i < 4; i++) xo[i] = split();
    printf("%u %u %lx %lx\n", pcg(), pcg(), xoshiro(), split());
    int deck[52];
    for (int i = 0; i < 52; i++) deck[i] = i;
    for (int i = 51; i > 0; i--) {
        int j = (int)below((uint32_t)i + 1), t = deck[i];
        deck[i] = deck[j];
        deck[j] = t;
    }
    for (int i = 0; i < 10; i++) printf("%c%c ", "A23456789TJQK"[deck[i] % 13], "shdc"[deck[i] / 13]);
    puts("");
    int inside = 0, counts[6] = {0};
    double sum = 0, squares = 0;
    for (int i = 0; i < 20000; i++) {
        double x = unit(), y = unit();
        inside += x * x + y * y < 1;
        counts[below(6)]++;
        double g = 0;
        for (int k = 0; k < 12; k++) g += unit();
        g -= 6;
        sum += g, squares += g * g;
    }
    printf("%.4f %.6f %.6f\n", inside / 5000.0, sum / 20000, sqrt(squares / 20000));
    for (int i = 0; i < 6; i++) printf("%d ", counts[i]);
    puts("");
    return 0;
}
