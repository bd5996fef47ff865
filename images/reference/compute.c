// Twin of modules/compute.rs.
#include "random.h"

uint64_t compute(uint64_t n) {
    uint64_t bits = 0x9E3779B97F4A7C15u, count = 0;
    double level = 0.5;
    for (uint64_t i = 0; i < n; i++) {
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        double unit = (double)(int64_t)(bits >> 11) * 0x1p-53;
        level = level * 0.5 + unit * unit / (1.0 + level);
        if ((bits & 3) == 0) count = count * 31 + bits % 1000003;
    }
    return bits_of(level) ^ count;
}
