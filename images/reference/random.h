// The generator that all twins use: one step of a 64-bit linear congruential sequence.
#include <stdint.h>

static inline uint64_t next_random(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state;
}

// One step of the FNV-1a hash over 64-bit words.
static inline uint64_t mix(uint64_t hash, uint64_t word) { return (hash ^ word) * 0x100000001B3u; }

static inline uint64_t bits_of(double x) {
    union { double number; uint64_t bits; } both = {x};
    return both.bits;
}

#define MIX_START 0xCBF29CE484222325u
