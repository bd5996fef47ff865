// Checked arithmetic by the compiler's built-in functions, in all widths and mixtures.
#include <stdint.h>
#include <stdio.h>

#define TRY(type, format, op, a, b)                                                       \
    do {                                                                                   \
        type result = 0;                                                                   \
        volatile type x = (type)(a), y = (type)(b);                                        \
        int over = __builtin_##op##_overflow(x, y, &result);                               \
        printf(#type " " #op " " format " " format " = " format " %d\n", x, y, result, over); \
    } while (0)

#define ALL(type, format, a, b) TRY(type, format, add, a, b); TRY(type, format, sub, a, b); TRY(type, format, mul, a, b)

// Saturating addition written by hand, which optimisers recognise.
static int8_t saturating(int8_t a, int8_t b) {
    int sum = a + b;
    return (int8_t)(sum > 127 ? 127 : sum < -128 ? -128 : sum);
}

static uint32_t saturating_sub(uint32_t a, uint32_t b) { return a > b ? a - b : 0; }

static uint32_t saturating_add(uint32_t a, uint32_t b) { return a + b < a ? UINT32_MAX : a + b; }

int main(void) {
    static const int64_t values[] = {0, 1, -1, 100, -100, 127, -128, 255, 32767, -32768, 2147483647, -2147483648, INT64_MAX, INT64_MIN, 3037000500};
    for (int i = 0; i < 15; i++)
        for (int j = i % 2; j < 15; j += 4) {
            int64_t a = values[i], b = values[j];
            ALL(int8_t, "%d", a, b);
            ALL(uint8_t, "%u", a, b);
            ALL(int16_t, "%d", a, b);
            ALL(uint16_t, "%u", a, b);
            ALL(int32_t, "%d", a, b);
            ALL(uint32_t, "%u", a, b);
            ALL(int64_t, "%ld", a, b);
            ALL(uint64_t, "%lu", a, b);
            int8_t narrow;
            volatile int64_t x = a;
            volatile uint32_t y = (uint32_t)b;
            printf("mixed %d", __builtin_add_overflow(x, y, &narrow));
            printf(" %d\n", narrow);
            printf("%d %u %u\n", saturating((int8_t)a, (int8_t)b), saturating_sub((uint32_t)a, (uint32_t)b), saturating_add((uint32_t)a, (uint32_t)b));
        }
    return 0;
}
