// Times functions of the C library: nanoseconds a call, least of several runs. Each through a
// pointer, so that no compiler knows what is called.
#define _GNU_SOURCE
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static char text[70000], other[70000], needle[80];
static volatile uintptr_t sink;
static volatile double number;

static size_t (*volatile p_strlen)(const char *) = strlen;
static char *(*volatile p_strchr)(const char *, int) = strchr;
static char *(*volatile p_strrchr)(const char *, int) = strrchr;
static void *(*volatile p_memchr)(const void *, int, size_t) = memchr;
static void *(*volatile p_memrchr)(const void *, int, size_t) = memrchr;
static int (*volatile p_strcmp)(const char *, const char *) = strcmp;
static int (*volatile p_strncmp)(const char *, const char *, size_t) = strncmp;
static int (*volatile p_memcmp)(const void *, const void *, size_t) = memcmp;
static char *(*volatile p_strstr)(const char *, const char *) = strstr;
static void *(*volatile p_memmem)(const void *, size_t, const void *, size_t) = memmem;
static size_t (*volatile p_strspn)(const char *, const char *) = strspn;
static size_t (*volatile p_strnlen)(const char *, size_t) = strnlen;
static void *(*volatile p_memcpy)(void *, const void *, size_t) = memcpy;
static void *(*volatile p_memset)(void *, int, size_t) = memset;
static char *(*volatile p_strcpy)(char *, const char *) = strcpy;
static double (*volatile p_pow)(double, double) = pow;
static float (*volatile p_powf)(float, float) = powf;
static double (*volatile p_exp)(double) = exp;
static double (*volatile p_log)(double) = log;
static double (*volatile p_sin)(double) = sin;

#define TIME(name, size, call)                                                   \
    do {                                                                         \
        long rounds = 200000 / (size / 16 + 20) + 20;                            \
        double least = 1e18;                                                     \
        for (int run = 0; run < 15; run++) {                                     \
            double start = now();                                                \
            for (long i = 0; i < rounds; i++) sink += (uintptr_t)(call);         \
            double each = (now() - start) / (double)rounds;                      \
            if (each < least) least = each;                                      \
        }                                                                        \
        printf("%s %d %.2f\n", name, (int)(size), least);                        \
    } while (0)

#define TIME_NUMBER(name, call)                                                  \
    do {                                                                         \
        double least = 1e18;                                                     \
        for (int run = 0; run < 15; run++) {                                     \
            double start = now(), sum = 0;                                       \
            for (int i = 1; i <= 2000; i++) sum += (call);                       \
            number = sum;                                                        \
            double each = (now() - start) / 2000;                                \
            if (each < least) least = each;                                      \
        }                                                                        \
        printf("%s 0 %.2f\n", name, least);                                      \
    } while (0)

int main(void) {
    static const int sizes[] = {7, 31, 256, 4096, 65536};
    for (int s = 0; s < 5; s++) {
        int size = sizes[s];
        // Letters as in a language, with no 'q' before the end.
        for (int i = 0; i < size; i++) text[i] = other[i] = "etaoinshrdlu etaoin esta "[(i * 7 + i / 25) % 25];
        text[size] = other[size] = 0;
        TIME("strlen", size, p_strlen(text));
        TIME("strnlen", size, p_strnlen(text, 1 << 20));
        TIME("strchr", size, p_strchr(text, 'q'));
        TIME("strrchr", size, p_strrchr(text, 'q'));
        TIME("memchr", size, p_memchr(text, 'q', (size_t)size));
        TIME("memrchr", size, p_memrchr(text, 'q', (size_t)size));
        TIME("strcmp", size, p_strcmp(text, other));
        TIME("strncmp", size, p_strncmp(text, other, (size_t)size));
        TIME("memcmp", size, p_memcmp(text, other, (size_t)size));
        TIME("strspn", size, p_strspn(text, "etaoinshrdlu "));
        TIME("memcpy", size, p_memcpy(other, text, (size_t)size));
        TIME("memset", size, p_memset(other, 'e', (size_t)size));
        TIME("strcpy", size, p_strcpy(other, text));
        memcpy(needle, "esta etaoin q", 14);
        TIME("strstr", size, p_strstr(text, needle));
        TIME("memmem", size, p_memmem(text, (size_t)size, needle, 13));
        memset(needle, 'e', 40);
        needle[39] = 'q', needle[40] = 0;
        memset(text, 'e', (size_t)size);
        TIME("strstr-worst", size, p_strstr(text, needle));
    }
    TIME_NUMBER("pow", p_pow(1.0 + i * 0.01, i * 0.013 - 7));
    TIME_NUMBER("powf", p_powf(1.0f + (float)i * 0.01f, (float)i * 0.013f - 7));
    TIME_NUMBER("exp", p_exp(i * 0.01 - 9));
    TIME_NUMBER("log", p_log(i * 0.37));
    TIME_NUMBER("sin", p_sin(i * 0.11));
    return 0;
}
