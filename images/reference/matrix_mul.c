// Twin of modules/matrix_mul.rs.
#include "random.h"

enum { MAX = 256 };
static double a[MAX * MAX], b[MAX * MAX], c[MAX * MAX];

uint64_t matrix_mul(uint64_t n) {
    if (n > MAX) n = MAX;
    uint64_t state = 1, hash = MIX_START;
    for (uint64_t i = 0; i < n * n; i++) {
        next_random(&state);
        a[i] = (double)(int64_t)(state >> 44) * (1.0 / 1024.0) - 512.0;
        b[i] = (double)(int64_t)(state >> 20 & 0xFFFFF) * (1.0 / 1024.0) - 512.0;
        c[i] = 0.0;
    }
    for (uint64_t i = 0; i < n; i++)
        for (uint64_t k = 0; k < n; k++)
            for (uint64_t j = 0; j < n; j++) c[i * n + j] += a[i * n + k] * b[k * n + j];
    for (uint64_t i = 0; i < n * n; i++) hash = mix(hash, bits_of(c[i]));
    return hash;
}
