// Twin of modules/fft_1d.rs.
#include "random.h"

enum { BITS = 10, LEN = 1 << BITS };
typedef struct { double re, im; } complex_t;
static complex_t data[LEN], twiddles[LEN / 2];

static complex_t mul(complex_t a, complex_t b) {
    return (complex_t){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

static void fill_twiddles(void) {
    complex_t root[BITS];
    double c = -1.0, s = 0.0;
    for (int bit = BITS - 1; bit >= 0; bit--) {
        root[bit] = (complex_t){c, -s};
        double half = __builtin_sqrt((1.0 + c) * 0.5);
        s = bit == BITS - 1 ? 1.0 : s / (2.0 * half);
        c = half;
    }
    twiddles[0] = (complex_t){1.0, 0.0};
    for (unsigned j = 1; j < LEN / 2; j++) {
        unsigned bit = 31 - (unsigned)__builtin_clz(j);
        twiddles[j] = mul(twiddles[j - (1u << bit)], root[bit]);
    }
}

static unsigned reversed(unsigned i) {
    unsigned r = 0;
    for (int bit = 0; bit < BITS; bit++) r = r << 1 | (i >> bit & 1);
    return r;
}

static void transform(double sign) {
    for (unsigned i = 0; i < LEN; i++) {
        unsigned j = reversed(i);
        if (i < j) {
            complex_t t = data[i];
            data[i] = data[j];
            data[j] = t;
        }
    }
    for (int half = 1; half < LEN; half *= 2) {
        for (int start = 0; start < LEN; start += 2 * half) {
            for (int k = 0; k < half; k++) {
                complex_t w = twiddles[k * (LEN / 2 / half)];
                w.im = -sign * w.im;
                complex_t low = data[start + k], high = mul(data[start + k + half], w);
                data[start + k] = (complex_t){low.re + high.re, low.im + high.im};
                data[start + k + half] = (complex_t){low.re - high.re, low.im - high.im};
            }
        }
    }
}

static uint64_t mixed(uint64_t hash) {
    for (int i = 0; i < LEN; i++) hash = mix(mix(hash, bits_of(data[i].re)), bits_of(data[i].im));
    return hash;
}

uint64_t fft_1d(uint64_t n) {
    fill_twiddles();
    uint64_t state = 1, hash = MIX_START;
    for (int i = 0; i < LEN; i++) {
        next_random(&state);
        data[i].re = (double)(int64_t)(state >> 40) * 0x1p-24 - 0.5;
        data[i].im = (double)(int64_t)(state >> 16 & 0xFFFFFF) * 0x1p-24 - 0.5;
    }
    for (uint64_t round = 0; round < n; round++) {
        transform(-1.0);
        hash = mixed(hash);
        transform(1.0);
        for (int i = 0; i < LEN; i++) {
            data[i].re *= 1.0 / LEN;
            data[i].im *= 1.0 / LEN;
        }
    }
    return mixed(hash);
}
