// Arguments by number, wide characters, memory from the heap, and flags with all of them: two C
// libraries must agree.
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static uint64_t state = 88172645463325252u;

static unsigned below(unsigned n) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)((state * 0x2545F4914F6CDD1Du) >> 33) % n;
}

#define SHOW(...)                                                       \
    do {                                                                \
        char text[400] = "";                                            \
        errno = 0;                                                      \
        int made = snprintf(text, sizeof text, __VA_ARGS__);            \
        if (made < 0) printf("%d: %d\n", made, errno);                  \
        else printf("%d: [%s]\n", made, text);                          \
    } while (0)

static void by_number(void) {
    SHOW("%2$s %1$s", "a", "b");
    SHOW("%1$s %1$s %2$d", "a", 7);
    SHOW("%3$d %1$s", "a", 2, 3);
    SHOW("%1$*2$d|%1$-*2$d|", 5, 7);
    SHOW("%1$*2$d|", 5, -7);
    SHOW("%1$.*2$f|%1$*3$.*2$f|", 5.25, 1, 9);
    SHOW("%2$f %1$d %3$Lf %4$s", 1, 2.5, 3.5L, "end");
    SHOW("%2$Lf %1$Lf", 3.5L, 4.5L);
    SHOW("%4$s %3$f %2$ld %1$c", 'c', -1L, 0.5, "s");
    SHOW("%2$0+*1$d|%2$ -*1$d|%2$#*1$x|", 8, 42);
    SHOW("%10$s%9$s%8$s%7$s%6$s%5$s%4$s%3$s%2$s%1$s", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j");
    SHOW("%9$f%8$f%7$f%6$f%5$f%4$f%3$f%2$f%1$f %10$d %11$d", 1., 2., 3., 4., 5., 6., 7., 8., 9., 10, 11);
    SHOW("%2$s%%%1$s", "a", "b");
    int n = -1;
    SHOW("%1$s%2$n%1$s", "abc", &n);
    printf("%d\n", n);
    SHOW("%s %1$s", "a");
    errno = ENOENT;
    char text[80];
    printf("%d %s\n", snprintf(text, sizeof text, "%2$s: %m", "x", "y"), text);
    // Each format with its arguments in another order, and the numbers to match.
    for (int round = 0; round < 300; round++) {
        char plain[200], numbered[200];
        // One library pads with zeros where a width of this kind is negative.
        int width = (int)below(20), precision = (int)below(8) - 1;
        static const char *const flags[] = {"", "-", "0", "+", " ", "-+", "#", "'", "0+"};
        const char *flag = flags[below(9)], *other = flags[below(9)];
        sprintf(plain, "%%%s*.*f|%%%slx|%%%s*d|%%-8s|%%c", flag, other, flag);
        sprintf(numbered, "%%3$%s*1$.*2$f|%%4$%slx|%%6$%s*5$d|%%7$-8s|%%8$c", flag, other, flag);
        char one[400], two[400];
        double value = (double)below(100000) / 7 - 3000;
        unsigned long bits = state;
        int made = snprintf(one, sizeof one, plain, width, precision, value, bits, width, precision, "text", 'z');
        int again = snprintf(two, sizeof two, numbered, width, precision, value, bits, width, precision, "text", 'z');
        printf("%d %s %d [%s]\n", made == again, strcmp(one, two) ? two : "same", made, one);
    }
}

static void wide(const char *locale) {
    printf("%s\n", setlocale(LC_ALL, locale));
    SHOW("%ls", L"wide");
    SHOW("%.2ls|%6ls|%-6ls|", L"wide", L"wide", L"wide");
    SHOW("%lc%5lc|%-3lc|", (wint_t)L'x', (wint_t)L'y', (wint_t)L'z');
    SHOW("%S|%C", L"ab", (wint_t)'c');
    SHOW("%2$ls %1$lc", (wint_t)L'x', L"ab");
    SHOW("%ls|%.3ls|%.6ls", (wchar_t *)0, (wchar_t *)0, (wchar_t *)0);
    SHOW("%ls", L"w\u00e9d");
    SHOW("%.1ls|", L"w\u00e9d");
    SHOW("%.2ls|", L"w\u00e9d");
    SHOW("%.3ls|", L"w\u00e9d");
    SHOW("%6ls|%-6ls|", L"w\u00e9d", L"w\u20acd");
    SHOW("%lc", (wint_t)0xe9);
    SHOW("%lc", (wint_t)0x10ffff);
    SHOW("%lc", (wint_t)0xd800);
    SHOW("%ls", ((wchar_t[]){'a', 0xd800, 0}));
    SHOW("%.1ls", ((wchar_t[]){'a', 0xd800, 0}));
    printf("%d\n", snprintf(0, 0, "%lc", (wint_t)0));
}

static void sizes(void) {
    SHOW("%2147483647.1s", "x" + 1);
    SHOW("%99999999999d", 1);
    SHOW("%2147483648d", 1);
    SHOW("%.2147483648d", 1);
    SHOW("%.2147483647s", "all of it");
    SHOW("%2147483640d%9d", 1, 2);
    SHOW("%b|%#b|%12.5b|%-10b|%#018b|%B|%#B|%lb|%hhb", 5, 5, 5, 5, 5, 5, 5, ULONG_MAX, 511);
    SHOW("%#b %#x %#o %b", 0, 0, 0, 0);
    SHOW("%'d %I6d %'.2f", 1234567, 42, 1234.5);
    SHOW("%.0s|%.s|%.*s|", "abc", "abc", -1, "abc");
    SHOW("%hhd %hd %ld %lld %jd %zd %td %qd", 300, 70000, LONG_MIN, LLONG_MAX, (intmax_t)1, (size_t)2, (ptrdiff_t)3, 4ll);
}

// What a scan gave: how many, and how far it came.
#define SCAN(text, format, ...)                                        \
    do {                                                               \
        int end = -1;                                                  \
        errno = 0;                                                     \
        int got = sscanf(text, format "%n", __VA_ARGS__, &end);        \
        printf("%d %d: ", got, end);                                   \
    } while (0)

static void show_wide(const wchar_t *text) {
    while (*text) printf(" %x", (unsigned)*text++);
    printf("\n");
}

static void scans(void) {
    char s[50] = "-", t[50] = "-", *p = 0, *q = 0;
    int a = -9, b = -9;
    wchar_t w[50] = L"-", *wp = 0;
    double d = -9, e = -9;
    printf("%d %s %s\n", sscanf("ab cd", "%2$s %1$s", s, t), s, t);
    printf("%d %d %d\n", sscanf("12 34", "%2$d %1$d", &a, &b), a, b);
    printf("%d %g %g\n", sscanf("1.5/2.5", "%2$lf/%1$lf", &d, &e), d, e);
    printf("%d %s %d\n", sscanf("x 7", "%2$49s %1$d", &a, s), s, a);
    SCAN("alloc me", "%ms %mc", &p, &q);
    printf("%s %c\n", p, *q);
    free(p), free(q);
    SCAN("abcdef", "%3mc%m[d-e]", &p, &q);
    printf("%.3s %s\n", p, q);
    p = (char *)1;
    SCAN("xyz", "%m[a-c]", &p);
    printf("%d\n", p == (char *)1);
    SCAN("abcd", "%*m[a-c]%ms", &p);
    printf("%s\n", p);
    SCAN("wide words", "%mls %mS", &wp, &wp);
    show_wide(wp);
    static char many[5000];
    memset(many, 'm', 4000);
    SCAN(many, "%ms", &p);
    printf("%zu\n", strlen(p));
    memset(many, '0', 4000);
    memcpy(many + 3990, "12345.5e1 ", 10);
    many[4000] = 0;
    SCAN(many, "%lf", &d);
    printf("%g\n", d);
    long big = -9;
    SCAN(many, "%ld", &big);
    printf("%ld\n", big);
    void *v = (void *)1;
    SCAN("(nil)", "%p", &v);
    printf("%d\n", v == 0);
    SCAN("0x1f", "%p", &v);
    printf("%p\n", v);
    SCAN("(nix)", "%p", &v);
    printf("\n");
    SCAN("]xy", "%[]x]", s);
    printf("%s\n", s);
    SCAN("a-b", "%[a-]", s);
    printf("%s\n", s);
    SCAN("abc", "%[^]b]", s);
    printf("%s\n", s);
    SCAN("12 x", "%*d%1s", s);
    printf("%s\n", s);
    SCAN("1,234", "%'d", &a);
    printf("%d\n", a);
    static const char *const words[] = {"inf", "INFINITY", "-infinityx", "infx", "nan", "+NaNs", "1e5", "1.e+2x", ".5e-1", "0x1p4",
        "0x.8p1z", "0xAp", "12.", "-0", "1..2", ".", "-.", "+", "i", "na", "infi", "infinit", "in", "e5", "0", "00x1", "0.0.0"};
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
        float f = -9;
        // The C standard and glibc differ in what ends in the middle of an exponent.
        if (!strcmp(words[i], "0xAp")) continue;
        SCAN(words[i], "%f", &f);
        printf("%s %g\n", words[i], f != f ? 77. : (double)f);
        for (int width = 1; width < 5 && !strchr(words[i], 'x'); width++) {
            char format[16];
            sprintf(format, "%%%df%%n", width);
            int end = -1;
            f = -9;
            char c = words[i][width - 1];
            // As above.
            if (c == 'e' || c == '+' || c == '-') continue;
            int got = sscanf(words[i], format, &f, &end);
            printf(" %d %g %d", got, f != f ? 77. : (double)f, end);
        }
        printf("\n");
    }
    printf("%d %d %d\n", sscanf("", "%d", &a), sscanf(" ", "%*s"), sscanf("5", "%*d%d", &a));
    printf("%d %d\n", sscanf("x", "y"), sscanf("", "y"));
    SCAN("\xc3\xa9t", "%ls", w);
    printf("%d\n", errno);
    setlocale(LC_ALL, "C.UTF-8");
    SCAN("\xc3\xa9t\xe2\x82\xac z", "%ls", w);
    show_wide(w);
    SCAN("\xc3\xa9t\xe2\x82\xac z", "%2ls", w);
    show_wide(w);
    SCAN("\xc3\xa9t\xe2\x82\xac z", "%2lc", w);
    printf("%x %x\n", (unsigned)w[0], (unsigned)w[1]);
    SCAN("\xc3\xa9t\xe2\x82\xac z", "%l[\xc3\xa9t]", w);
    show_wide(w);
    SCAN("a\xc3t", "%ls", w);
    printf("%d\n", errno);
    SCAN("\xf0\x9f\x99\x82!", "%mlc", &wp);
    printf("%x\n", (unsigned)*wp);
    setlocale(LC_ALL, "C");
}

int main(void) {
    by_number();
    wide("C");
    wide("C.UTF-8");
    setlocale(LC_ALL, "C");
    sizes();
    scans();
    return 0;
}
