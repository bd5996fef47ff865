// Twin of modules/sum.rs.
#include "random.h"

static uint64_t data[4096];

uint64_t sum(uint64_t n) {
    uint64_t state = 1;
    for (int i = 0; i < 4096; i++) data[i] = next_random(&state) >> 16;
    uint64_t total = 0;
    for (uint64_t pass = 0; pass < n; pass++) {
        uint64_t part = 0;
        for (int i = 0; i < 4096; i++) part += data[i] ^ pass;
        total = (total << 1 | total >> 63) ^ part;
    }
    return total;
}
