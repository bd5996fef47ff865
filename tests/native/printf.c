// Prints many numbers by many formats, the same ones on each run: two C libraries must agree
// byte for byte.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 88172645463325252u;

static uint64_t next(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * 0x2545F4914F6CDD1Du;
}

static unsigned below(unsigned n) { return (unsigned)(next() >> 33) % n; }

static double number(void) {
    static const double special[] = {0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.5, 0.1, 9.5, 9.995, 99.5, 999999.5, 0.0001, 0.00001,
        123456.0, 1234567.0, 1e15, 1e16, 1e17, 1e21, 1e22, 1e23, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308,
        4.35, 0.000123456, 1e100, 1e-100, 0.3, 2.0 / 3, 8.5, 1e-5, 9.9999e-5, 999999.4999, 0.045, 1.005};
    union { uint64_t bits; double value; } both;
    switch (below(8)) {
    case 0: return special[below(sizeof special / sizeof *special)];
    case 1: both.bits = next(); return both.value; // anything, infinities and NaNs included
    case 2: return (double)(int64_t)next() / (double)(1u << below(31));
    case 3: return (double)below(1000000) / 1000.0;
    case 4: return (double)below(2000) / 8.0 - 100.0; // ties
    case 5: both.bits = next() & 0xFFFFFFFFFFFFFu; return both.value; // subnormal
    case 6: both.bits = (next() & 0x800FFFFFFFFFFFFFu) | (uint64_t)(1023 + below(80) - 40) << 52; return both.value;
    default: return (double)below(100000) * 1e-7;
    }
}

static void make_format(char *format, const char *length, char letter) {
    char *at = format;
    *at++ = '%';
    for (const char *flag = "-+ #0"; *flag; flag++)
        // glibc drops the zeros of `%#g` where rounding raises the exponent.
        if (below(4) == 0 && (*flag != '#' || (letter | 32) != 'g')) *at++ = *flag;
    if (below(2)) at += sprintf(at, "%u", below(below(8) ? 24 : 400));
    if (below(3)) at += sprintf(at, ".%u", below(8) ? below(22) : below(400));
    strcpy(at, length);
    at += strlen(length);
    *at++ = letter;
    *at = 0;
}

int main(int argc, char **argv) {
    int rounds = argc > 1 ? atoi(argv[1]) : 20000;
    for (int skip = argc > 2 ? atoi(argv[2]) : 0; skip > 0; skip--) next();
    static char text[4096];
    char format[64];
    for (int i = 0; i < rounds; i++) {
        make_format(format, "", "eEfFgGaA"[below(8)]);
        double value = number();
        // The sign of a NaN is nobody's business.
        if (value != value) value = __builtin_nan("");
        int made = snprintf(text, sizeof text, format, value);
        printf("%s %d [%s]\n", format, made, text);

        static const char *const lengths[] = {"hh", "h", "", "l", "ll", "z", "j", "t"};
        unsigned length = below(8);
        make_format(format, lengths[length], "diuoxX"[below(6)]);
        uint64_t whole = next() >> below(64);
        if (below(10) == 0) whole = 0;
        if (below(3) == 0) whole = -whole;
        made = length < 3 ? snprintf(text, below(40) + 1, format, (int)whole) : snprintf(text, below(40) + 1, format, (long)whole);
        printf("%s %d [%s]\n", format, made, text);

        make_format(format, "", 's');
        made = snprintf(text, sizeof text, format, below(20) ? "some text of a certain length" : (char *)0);
        if (!strchr(format, '0') && !strchr(format, '#')) printf("%s %d [%s]\n", format, made, text);
        if (below(10) == 0) {
            made = snprintf(text, sizeof text, "%*.*f|%-*d|%c|%%|%p|%5p|%hn", (int)below(30) - 15, (int)below(12) - 2, number(), (int)below(20), (int)next(), 'a' + (int)below(26), (void *)(uintptr_t)next(), (void *)0, &(short){0});
            printf("%d [%s]\n", made, text);
        }
    }
    return 0;
}
