// Floats of all formats, conversions, comparisons, library functions.
#include <stdint.h>
#include <string.h>

static uint64_t bits(double d) { uint64_t u; memcpy(&u, &d, 8); return u; }
static uint32_t bitsf(float d) { uint32_t u; memcpy(&u, &d, 4); return u; }

uint64_t test_arith(uint64_t n) {
    double a = (double)(n % 1000) + 0.5, b = 3.25, sum = 0;
    float c = (float)a * 1.5f, d = 0.1f, fsum = 0;
    for (int i = 1; i < 20; i++) {
        sum += a * b - a / i; a = -a + i; b = b * 1.0625;
        fsum = fsum + c * d - c / (float)i; c -= d; d *= 1.25f;
    }
    return bits(sum) ^ bitsf(fsum) ^ bits(a) ^ bits(b);
}

uint64_t test_compare(uint64_t n) {
    double list[8] = {0.0, -0.0, 1.5, -2.0, __builtin_inf(), -__builtin_inf(), __builtin_nan(""), (double)(n & 7)};
    uint64_t out = 0;
    for (int i = 0; i < 8; i++) for (int j = 0; j < 8; j++) {
        double x = list[i], y = list[j];
        float f = x, g = y;
        out = out * 3 + (x < y) + 2 * (x <= y) + 4 * (x == y) + 8 * (x != y) + 16 * (x > y) + 32 * (x >= y);
        out += 64 * __builtin_isunordered(x, y) + 128 * __builtin_islessgreater(x, y) + 256 * !(f < g) + 512 * !(f >= g);
        if (x < y) out ^= 0x1111; if (!(x >= y)) out ^= 0x70000; if (x != x) out += 5; if (f == g) out ^= 9;
        out += (x < y ? x : y) == list[0];
    }
    return out;
}

uint64_t test_convert(uint64_t n) {
    uint64_t out = 0;
    for (int i = 0; i < 12; i++) {
        int64_t s = (int64_t)(n * (i + 1)) >> i;
        uint64_t u = n >> i;
        double d = s, e = u; float f = s, g = u;
        out = out * 7 + bits(d) + bits(e) + bitsf(f) + bitsf(g) + bitsf((float)d) + bits((double)f);
        double t = (double)(s % 1000000) / 7;
        out += (int8_t)(int)(t / 100000) + (int16_t)(t / 100) + (int32_t)t + (int64_t)t + (uint32_t)(t * t / 8) + (uint64_t)(t * t);
        float h = (float)t;
        out += (int32_t)h + (int64_t)h + (uint16_t)(h * h / 1e9f) + (uint8_t)(h > 0) + bits((double)(int8_t)s) + bitsf((uint16_t)s);
    }
    return out;
}

uint64_t test_half(uint64_t n) {
    _Float16 a = (_Float16)(float)(n % 600), b = 1.5f16, sum = 0;
    uint64_t out = 0;
    for (int i = 0; i < 10; i++) {
        sum = sum + a * b; b = b / (_Float16)1.1; a = a - (_Float16)3;
        uint16_t u; memcpy(&u, &sum, 2); out = out * 5 + u + (sum < a) + (int)b;
    }
    return out;
}

uint64_t test_rounding(uint64_t n) {
    double x = ((double)(int64_t)(n % 4000) - 2000) / 8;
    float f = (float)x;
    uint64_t out = 0;
    out += bits(__builtin_floor(x)) ^ bits(__builtin_ceil(x)) * 3 ^ bits(__builtin_trunc(x)) * 5 ^ bits(__builtin_rint(x)) * 7;
    out ^= bits(__builtin_round(x)) * 9 ^ bits(__builtin_fabs(x)) * 11 ^ bits(__builtin_copysign(x, -1.0)) * 13 ^ bits(__builtin_sqrt(x * x + 1)) * 17;
    out ^= bitsf(__builtin_floorf(f)) * 19ull ^ bitsf(__builtin_roundf(f)) * 23ull ^ bitsf(__builtin_sqrtf(f * f)) * 29ull;
    out ^= bits(__builtin_fmin(x, 3.0)) * 31 ^ bits(__builtin_fmax(x, -3.0)) * 37 ^ bits(__builtin_fma(x, x, -0.5)) * 41;
    return out;
}

uint64_t test_negate(uint64_t n) {
    double x = -(double)n; float f = -(float)n;
    return bits(-x) ^ bitsf(-f) ^ bits(0.0 - x);
}

static double power(double b, int e) { double r = 1; while (e--) r *= b; return r; }
uint64_t test_series(uint64_t n) {
    double sum = 0; int m = n % 50;
    for (int i = 1; i <= m; i++) sum += power(-1, i) / (2 * i - 1);
    return bits(sum);
}

uint64_t test_complex(uint64_t n) {
    _Complex double z = (double)(n % 10) + 0.5i, w = 1;
    for (int i = 0; i < 5; i++) w = w * z + (1.0 - 0.25i);
    return bits(__real__ w) ^ bits(__imag__ w) * 3;
}
