// Twin of modules/gemm_tile.rs.
#include "random.h"

enum { LEN = 32, TILE = 8 };
static float a[LEN * LEN], b[LEN * LEN], c[LEN * LEN];

static float number(uint64_t *state) {
    return (float)(int32_t)(next_random(state) >> 50) * (1.0f / 16384.0f) - 0.5f;
}

static void tile(const float *ta, const float *tb, float *tc) {
    for (int i = 0; i < TILE; i++)
        for (int k = 0; k < TILE; k++)
            for (int j = 0; j < TILE; j++) tc[i * LEN + j] += ta[i * LEN + k] * tb[k * LEN + j];
}

uint64_t gemm_tile(uint64_t n) {
    uint64_t state = 1, hash = MIX_START;
    for (int i = 0; i < LEN * LEN; i++) a[i] = number(&state);
    for (int i = 0; i < LEN * LEN; i++) b[i] = number(&state);
    for (int i = 0; i < LEN * LEN; i++) c[i] = 0;
    for (uint64_t round = 0; round < n; round++)
        for (int i = 0; i < LEN; i += TILE)
            for (int j = 0; j < LEN; j += TILE)
                for (int k = 0; k < LEN; k += TILE)
                    tile(a + i * LEN + k, b + k * LEN + j, c + i * LEN + j);
    for (int i = 0; i < LEN * LEN; i++) {
        union { float number; uint32_t bits; } both = {c[i]};
        hash = mix(hash, both.bits);
    }
    return hash;
}
