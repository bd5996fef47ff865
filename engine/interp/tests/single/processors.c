// What several processors run at once: one place that calls more functions by their addresses than a
// call site tells apart, in an order that differs from processor to processor.
#include <stdint.h>

typedef uint64_t step(uint64_t, uint64_t);

#define STEP(name, body)                          \
    __attribute__((noinline)) static uint64_t name(uint64_t x, uint64_t i) { return body; }

STEP(times, x * 6364136223846793005u + i)
STEP(less, x - (i << 7) - 1442695040888963407u)
STEP(turned, (x << 13 | x >> 51) + i)
STEP(mixed, (x ^ x >> 29) * 0xbf58476d1ce4e5b9u)
STEP(flipped, ~x + (i & 15))
STEP(halved, (x >> 1) + (x << 62) + i)

static step *const STEPS[] = {times, less, turned, mixed, flipped, halved};

uint64_t turns(uint64_t seed) {
    uint64_t x = seed;
    for (uint64_t i = 0; i < 100000; i++) {
        // Mostly two of them, so that two processors meet at them.
        uint64_t at = x >> 40 & 15;
        x = STEPS[at < 6 ? at : at & 1](x, i);
    }
    return x;
}
