// Twin of modules/regex_dfa.rs.
#include "random.h"

static uint8_t text[4096];

uint64_t regex_dfa(uint64_t n) {
    uint64_t random = 1, matches = 0, places = 0;
    for (uint64_t round = 0; round < n; round++) {
        uint64_t bits = 0;
        for (int i = 0; i < 4096; i++) {
            if (i % 8 == 0) bits = next_random(&random) >> 24;
            switch (bits & 7) {
            case 0: case 3: text[i] = 'a'; break;
            case 1: text[i] = 'c'; break;
            case 2: text[i] = 'd'; break;
            default: text[i] = 'b'; break;
            }
            bits >>= 3;
        }
        int open = 0;
        for (int i = 0; i < 4096; i++) {
            switch (text[i]) {
            case 'a': open = 1; break;
            case 'b': break;
            case 'c':
                if (open) {
                    matches++;
                    places = places * 31 + (uint64_t)i;
                }
                open = 0;
                break;
            default: open = 0; break;
            }
        }
    }
    return places ^ matches << 32;
}
