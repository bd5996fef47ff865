// clang: 16
// 16-bit floating point: storage, arithmetic, conversions.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint16_t bits(_Float16 x) {
    uint16_t b;
    memcpy(&b, &x, 2);
    return x != x ? 0x7E00 : b;
}

static _Float16 from_bits(uint16_t b) {
    _Float16 x;
    memcpy(&x, &b, 2);
    return x;
}

static _Float16 table[64];

int main(void) {
    uint64_t hash = 0;
    for (unsigned i = 0; i < 65536; i++) {
        _Float16 x = from_bits((uint16_t)i);
        float f = (float)x;
        if (f != f || f > 65504 || f < -65504) continue;
        double d = (double)x;
        hash = hash * 31 + bits((_Float16)f) + (uint64_t)(int64_t)(d * 4) % 97;
    }
    printf("%lx\n", hash);
    static const float values[] = {0, 1, -1, 0.1f, 65504, 65519, 65520, 1e6f, 6e-8f, 3e-8f, 2.9e-8f, 1e-10f, 3.14159f, -2.5f, 1.0009765f, 1.0004882f, 2049, 2051};
    for (unsigned i = 0; i < sizeof values / sizeof *values; i++) {
        volatile float v = values[i];
        printf("%g: %04x %04x\n", v, bits((_Float16)v), bits((_Float16)((double)v * 1.0001)));
    }
    for (int i = 0; i < 64; i++) table[i] = (_Float16)(i * 0.37f - 5);
    _Float16 sum = 0, product = 1;
    for (int i = 0; i < 64; i++) {
        sum += table[i] * (_Float16)0.5f;
        product = product * (table[i] / (_Float16)3.0f) + (_Float16)1;
        if (product > (_Float16)100) product = (_Float16)1;
    }
    printf("%04x %04x %d %d\n", bits(sum), bits(product), sum < product, (int)sum);
    return 0;
}
