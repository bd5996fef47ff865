// The longest time between two ends of calls, while the functions called rise. Prints microseconds.
#include <stdint.h>
#include <stdio.h>
#include <time.h>

// Functions that take a compiler some time, each with other numbers in it.
#define WORK(N)                                                                         \
    __attribute__((noinline)) static uint64_t work##N(uint64_t x, uint64_t *table) {    \
        for (int i = 0; i < 6; i++) {                                                   \
            uint64_t *at = &table[(x + N) % 61];                                        \
            switch ((x >> i) % 7) {                                                     \
            case 0: x += at[0] * (N | 1); break;                                        \
            case 1: x ^= at[1] >> (N % 13 + 1); break;                                  \
            case 2: x = (x << 7 | x >> 57) + N; break;                                  \
            case 3: at[0] += x; x -= at[2]; break;                                      \
            case 4: x = x * 0x9e3779b97f4a7c15 + at[1]; at[1] = x; break;               \
            case 5: for (int k = 0; k < N % 3 + 2; k++) x += at[k] * (uint64_t)k; break; \
            default: x ^= x >> 29; x += at[0] ^ at[2];                                  \
            }                                                                           \
        }                                                                               \
        return x;                                                                       \
    }
#define LIST(W) W(1) W(2) W(3) W(4) W(5) W(6) W(7) W(8) W(9) W(10) W(11) W(12) W(13) W(14) W(15) W(16) \
    W(17) W(18) W(19) W(20) W(21) W(22) W(23) W(24) W(25) W(26) W(27) W(28) W(29) W(30) W(31) W(32)
LIST(WORK)

#define NAME(N) work##N,
static uint64_t (*const all[])(uint64_t, uint64_t *) = {LIST(NAME)};

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

int main(void) {
    enum { COUNT = sizeof all / sizeof *all, ROUNDS = 12000 };
    static uint64_t table[64];
    uint64_t x = 1, longest = 0, before = now();
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < COUNT; i++) {
            x = all[i](x + (uint64_t)i, table);
            uint64_t after = now();
            if (after - before > longest) longest = after - before;
            before = after;
        }
    printf("longest %.3f\n", (double)longest * 1e-3);
    fprintf(stderr, "%llu\n", (unsigned long long)x);
}
