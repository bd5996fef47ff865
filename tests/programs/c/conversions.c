// Conversions between integers and floating-point numbers of all widths.
#include <stdint.h>
#include <stdio.h>

static const double inside[] = {0, 0.5, 0.999, 1, 1.5, 2.5, 99.9, 126.9, 1e2, -0.5, -1, -1.999, -99.5, -127.9};
static const int64_t whole[] = {0, 1, -1, 127, -128, 255, 65535, 16777217, -16777217, 2147483647, -2147483648, 4294967295, 9007199254740993, INT64_MAX, INT64_MIN, 1234567890123456789};

int main(void) {
    for (unsigned i = 0; i < sizeof inside / sizeof *inside; i++) {
        volatile double v = inside[i];
        double d = v;
        float f = (float)d;
        printf("%g: %d %d %d %ld", d, (int8_t)d, (int16_t)d, (int32_t)d, (int64_t)d);
        printf(" %d %d %d %ld", (int8_t)f, (int16_t)f, (int32_t)f, (int64_t)f);
        if (d > -1) printf(" %u %u %u %lu %u %lu", (uint8_t)d, (uint16_t)d, (uint32_t)d, (uint64_t)d, (uint32_t)f, (uint64_t)f);
        printf(" %d\n", (_Bool)d);
    }
    volatile double large[] = {1e9, 4e9, 1e18, 9.2e18, 1e19, 1.8e19, 4294967295.0, 2147483648.0, 9223372036854775808.0};
    for (int i = 0; i < 9; i++) {
        if (large[i] < 4294967296.0) printf("%u ", (uint32_t)large[i]);
        if (large[i] < 9.2e18) printf("%ld ", (int64_t)large[i]);
        printf("%lu %lu\n", (uint64_t)large[i], (uint64_t)(float)large[i]);
    }
    for (unsigned i = 0; i < sizeof whole / sizeof *whole; i++) {
        volatile int64_t v = whole[i];
        int64_t n = v;
        printf("%ld: %a %a %a %a", n, (double)(int8_t)n, (double)(int16_t)n, (double)(int32_t)n, (double)n);
        printf(" %a %a %a %a", (double)(uint8_t)n, (double)(uint16_t)n, (double)(uint32_t)n, (double)(uint64_t)n);
        printf(" %a %a %a %a", (float)(int8_t)n, (float)(int32_t)n, (float)n, (float)(uint64_t)n);
        printf(" %a %a\n", (float)(uint32_t)n, (double)(float)n);
    }
    volatile double narrow[] = {1e-40, 1.0000001, 3.4028236e38, 1e39, -1e-46, 16777217, 0.1};
    for (int i = 0; i < 7; i++) printf("%a ", (float)narrow[i]);
    puts("");
    return 0;
}
