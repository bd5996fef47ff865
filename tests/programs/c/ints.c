// Integers of every ordinary width: arithmetic that wraps, shifts, comparisons, conversions.
#include <stdint.h>
#include <stdio.h>

#define EACH(type, format, ...)                                                                  \
    do {                                                                                         \
        static const type values[] = {__VA_ARGS__};                                              \
        int count = sizeof values / sizeof *values;                                              \
        for (int i = 0; i < count; i++)                                                          \
            for (int j = 0; j < count; j++) {                                                    \
                volatile type va = values[i], vb = values[j];                                    \
                type a = va, b = vb;                                                             \
                printf(#type " " format " " format ":", a, b);                                   \
                printf(" " format " " format " " format, (type)((uint64_t)a + (uint64_t)b),      \
                       (type)((uint64_t)a - (uint64_t)b), (type)((uint64_t)a * (uint64_t)b));    \
                if (b != 0 && !(b == (type)-1 && a < 0 && a == (type)(a ^ 0) && -a == a))        \
                    if (b != (type)-1) printf(" " format " " format, (type)(a / b), (type)(a % b)); \
                printf(" " format " " format " " format " " format, (type)(a & b), (type)(a | b), \
                       (type)(a ^ b), (type)~a);                                                 \
                printf(" %d%d%d%d%d%d\n", a < b, a <= b, a == b, a != b, a > b, a >= b);         \
            }                                                                                    \
    } while (0)

static uint64_t hash = 14695981039346656037u;

static void mix(uint64_t x) { hash = (hash ^ x) * 1099511628211u; }

int main(void) {
    EACH(int8_t, "%d", 0, 1, -1, 127, -128, 55);
    EACH(uint8_t, "%u", 0, 1, 127, 128, 255);
    EACH(int16_t, "%d", 0, -1, 32767, -32768, 300);
    EACH(uint16_t, "%u", 0, 1, 65535, 40000);
    EACH(int32_t, "%d", 0, 1, -1, 2147483647, -2147483647 - 1, 123456);
    EACH(uint32_t, "%u", 0, 1, 4294967295u, 3000000000u);
    EACH(int64_t, "%ld", 0, 1, -1, INT64_MAX, INT64_MIN, 123456789012);
    EACH(uint64_t, "%lu", 0, 1, UINT64_MAX, 10000000000000000000u);

    volatile int32_t word = -123456789;
    volatile int64_t wide = -1234567890123456789;
    for (int s = 0; s < 64; s++) {
        if (s < 32) {
            mix((uint32_t)(word >> s));
            mix((uint32_t)word >> s);
            mix((uint32_t)word << s);
        }
        mix((uint64_t)(wide >> s));
        mix((uint64_t)wide >> s);
        mix((uint64_t)wide << s);
    }
    for (int i = -300; i < 300; i += 7) {
        volatile int v = i;
        mix((uint64_t)(int8_t)v);
        mix((uint8_t)v);
        mix((uint64_t)(int64_t)(int16_t)(v * 1000));
        mix((uint64_t)((signed char)v < (unsigned char)v));
        mix((_Bool)v + (_Bool)(v & 1));
    }
    printf("%lx\n", hash);
    return (int)(hash & 63);
}
