/* clang: 14
   long double: arithmetic, conversions, comparisons, passing, printing and reading, as the x87 has it. */
#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void show(const char *what, long double value) {
    uint64_t low;
    uint16_t high;
    memcpy(&low, &value, 8);
    memcpy(&high, (char *)&value + 8, 2);
    if (value != value)
        printf("%s: nan\n", what);
    else
        printf("%s: %04x %016llx\n", what, high, (unsigned long long)low);
}

static uint64_t state = 88172645463325252u;

static uint64_t next(void) {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

static long double any(void) {
    long double value = (long double)(int64_t)next();
    switch (next() % 6) {
    case 0: return ldexpl(value, (int)(next() % 200) - 100);
    case 1: return ldexpl(value, (int)(next() % 32000) - 16000);
    case 2: return (long double)(next() % 100) / 8;
    case 3: return ldexpl(value, -16445 - (int)(next() % 64));
    case 4: return -value / 3;
    default: return value;
    }
}

static uint64_t hash;

static void add_hash(long double value) {
    unsigned char bytes[10];
    if (value != value)
        value = 12345;
    memcpy(bytes, &value, 10);
    for (int i = 0; i < 10; i++)
        hash = (hash ^ bytes[i]) * 0x100000001b3u;
}

static void random_numbers(void) {
    uint64_t compared = 0;
    for (int i = 0; i < 2000; i++) {
        long double a = any(), b = any();
        add_hash(a + b);
        add_hash(a - b);
        add_hash(a * b);
        add_hash(a / b);
        add_hash(sqrtl(fabsl(a)));
        add_hash(floorl(a));
        add_hash(ceill(b));
        add_hash(truncl(a));
        add_hash(rintl(a));
        add_hash(roundl(b));
        add_hash((double)a);
        add_hash((float)b);
        add_hash(-a);
        add_hash(fmaxl(a, b) - fminl(a, b));
        compared = compared * 3 + (a < b) + 2 * (a <= b) + (a == b) + (a != b) + (a > b) * 5 + (a >= b);
        if (fabsl(a) < 1e18L)
            compared += (uint64_t)(int64_t)a + (uint64_t)(int)(a / 1e12L);
        if (i % 50 == 0)
            add_hash(fmodl(a, b));
    }
    printf("random: %016llx %016llx\n", (unsigned long long)hash, (unsigned long long)compared);
}

struct mixed {
    char before;
    long double value;
    int behind;
};

__attribute__((noinline)) static struct mixed twice(struct mixed given, long double by, int count, double other) {
    given.value = given.value * 2 + by + other;
    given.behind += count;
    return given;
}

__attribute__((noinline)) static long double many(int a, long double b, double c, long double d, int e, int f, int g,
                                                  int h, int i, long double j, int k) {
    return a + b * c + d * e - f + g * j - h + i * k;
}

__attribute__((noinline)) static long double sum(int count, ...) {
    va_list list;
    long double total = 0;
    va_start(list, count);
    for (int i = 0; i < count; i++)
        total += i % 3 == 0 ? va_arg(list, long double) : i % 3 == 1 ? va_arg(list, int) : va_arg(list, double);
    va_end(list);
    return total;
}

static long double (*volatile chosen)(long double) = sqrtl;
static long double table[] = {1.0L, 0.1L, -2.5e100L, 3.14159265358979323846264338327950288L, 1e-4000L};
static _Complex double unused;

__attribute__((noinline)) static long double power(long double base, int n) {
    long double result = 1;
    while (n > 0) {
        if (n & 1)
            result *= base;
        base *= base;
        n >>= 1;
    }
    return n ? base : result;
}

static int compare(const void *a, const void *b) {
    long double left = *(const long double *)a, right = *(const long double *)b;
    return left < right ? -1 : left > right;
}

// What should have its highest digit and has not is no number to the processor.
static void without_highest_digit(void) {
    static const struct {
        uint64_t significand;
        uint16_t top;
    } odd[] = {{0, 0x7fff}, {1, 0x7fff}, {0, 0xffff}, {1ull << 62, 16383}, {0, 1}, {0, 16383}, {1ull << 63, 0}};
    for (unsigned i = 0; i < sizeof odd / sizeof *odd; i++) {
        volatile long double x = 0;
        memcpy((void *)&x, &odd[i].significand, 8);
        memcpy((char *)&x + 8, &odd[i].top, 2);
        printf("%d%d%d%d%d\n", x < 1, x == x, x > 1, x == (long double)INFINITY, x != x);
        show("sum", x + 1);
        show("product", 2 * x);
        show("quotient", 1 / x);
        show("double", (double)x);
    }
}

int main(int argc, char **argv) {
    (void)argv, (void)unused;
    volatile long double one = argc, tenth = 0.1L;
    show("tenth", tenth);
    show("third", one / 3);
    show("most", LDBL_MAX * one);
    show("least", LDBL_MIN * one);
    show("tiny", LDBL_MIN * one / 8);
    show("epsilon", LDBL_EPSILON + one);
    show("inf", LDBL_MAX * (one + 1));
    show("nan", (one - 1) / (one - 1));
    show("zero", -(one - 1));
    show("from int", (long double)(-7 * argc));
    show("from unsigned", (long double)(UINT64_MAX - (unsigned)argc));
    show("from wide", (long double)((__int128)argc << 100 | 3));
    show("from float", (long double)(1.1f * (float)argc));
    show("chosen", chosen(2 * one));
    show("power", power(1.0000001L, 100000));
    show("many", many(1, 2.5L, 3.5, 4.5L, 5, 6, 7, 8, 9, 10.25L, 11));
    show("sum", sum(7, 1.5L, 2, 3.25, 4.125L, 5, 6.5, 7e30L));
    struct mixed got = twice((struct mixed){1, 1.25L, 3}, tenth, 4, 0.5);
    show("mixed", got.value);
    printf("%d %d %zu %zu\n", got.before, got.behind, sizeof got, _Alignof(struct mixed));
    qsort(table, sizeof table / sizeof *table, sizeof *table, compare);
    for (unsigned i = 0; i < sizeof table / sizeof *table; i++)
        show("sorted", table[i]);
    printf("%d %d %lld %llu\n", (int)(tenth * 55), (int)(unsigned char)(tenth * 2555), (long long)(tenth * -1e18L),
           (unsigned long long)(tenth * 1.8e20L));
    printf("%d %d %d %d\n", isnan(tenth), isinf(one / (one - 1)), !!signbit(-tenth), isfinite(tenth) != 0);
    int exponent;
    long double whole, fraction = modfl(-tenth * 123, &whole);
    show("fraction", fraction);
    show("whole", whole);
    show("frexp", frexpl(tenth * 1e-4900L, &exponent));
    printf("%d %ld %lld %d\n", exponent, lrintl(tenth * 25), llroundl(tenth * -25), ilogbl(tenth));
    show("next", nextafterl(one, 2));
    show("next", nextafterl(one, 0));
    printf("%Lf %.20Le %Lg %La %.3Lf %10.2Lf|%-12Lg|\n", tenth, tenth, tenth * 1e20L, tenth, tenth * 12345.678L, tenth, one);
    printf("%Lf %.30Le %Lg %La\n", LDBL_MAX, LDBL_MAX * one, LDBL_MIN * one / 1024, LDBL_MIN * one);
    printf("%.40Lf %Le %Le %.4900Lf\n", LDBL_MIN * one, 1e1000L * one, 9.9999999e-1001L * one, 3e-4900L * one);
    printf("%e %g %.3e %Lf %Lg\n", 1.5e300, 1e-310, 9.9996e99, one / (one - 1), -one / (one - 1));
    printf("%d %Lf %s %Lg %f\n", 1, tenth + 1, "text", tenth + 2, 2.5);
    show("read", strtold("3.14159265358979323846264338327950288", NULL));
    show("read", strtold("1e4932", NULL));
    show("read", strtold("-1.5e-4950x", NULL));
    show("read", strtold("3.6e-4951", NULL));
    show("read", strtold("0x1.fffffffffffffffffp-3", NULL));
    show("read", strtold("123456789012345678901234567890123456789012345678901234567890e-20", NULL));
    show("read", strtold("9223372036854775808.5", NULL));
    show("read", strtold("18446744073709551615.5", NULL));
    long double scanned = 0;
    double after = 0;
    printf("%d\n", sscanf("12.0625e2 7.5", "%Lf %lf", &scanned, &after));
    show("scanned", scanned);
    printf("%g\n", after);
    for (int i = 0; i < 300; i++) {
        char text[64];
        snprintf(text, sizeof text, "%llu.%llue%d", (unsigned long long)next() >> (next() % 60), (unsigned long long)next(),
                 (int)(next() % 9800) - 4950);
        add_hash(strtold(text, NULL));
    }
    random_numbers();
    without_highest_digit();
    return 0;
}
