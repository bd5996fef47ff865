// Reads numbers from many texts, the same ones on each run: two C libraries must agree.
#include <errno.h>
#include <inttypes.h>
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

static char *digits(char *at, unsigned count, const char *set) {
    unsigned len = (unsigned)strlen(set);
    while (count--) *at++ = set[below(len)];
    return at;
}

static void make(char *at) {
    static const char *const words[] = {"", " ", "\t\n", "inf", "-INFINITY", "nan", "NaN(12a)x", "infinit", "0x", "0x.", "-", "+.", ".e5",
        "1e", "1e+", "0x1p", "0x1p-", "9007199254740993", "9007199254740992.9999999999999999999999999", "2.2250738585072011e-308",
        "1.7976931348623159e308", "4.9406564584124654e-324", "2.4703282292062327e-324", "2.4703282292062328e-324", "1e400", "-1e-400",
        "0x1.fffffffffffff8p1023", "0x1.fffffffffffff7p1023", "0x0.0000000000001p-1023", "0x1.8p-1075", "0x1p-1075", "16777217", "16777219",
        "1.00000017881393432617187499", "1.00000017881393432617187500", "340282356779733661637539395458142568448", "08", "0x8", "-0xffffffffffffffff"};
    switch (below(5)) {
    case 0: strcpy(at, words[below(sizeof words / sizeof *words)]); return;
    case 1: // an integer
        at = digits(at, below(3), " \t");
        at = digits(at, below(2), "+-");
        if (below(3) == 0) at = strcpy(at, below(2) ? "0x" : "0") + (below(1) ? 0 : strlen(at));
        at = digits(at, below(22), below(3) ? "0123456789" : "0123456789abcdefABCDEFgz");
        break;
    case 2: // hexadecimal
        at = digits(at, below(2), "+-");
        *at++ = '0';
        *at++ = 'x';
        at = digits(at, below(20), "0123456789abcdef");
        at = digits(at, below(2), ".");
        at = digits(at, below(20), "0123456789abcdef");
        at += sprintf(at, "p%d", (int)below(2400) - 1200);
        break;
    case 3: // a double, and half way to its neighbour
        at += sprintf(at, "%.*e", (int)below(30), (double)(int64_t)next() * 0x1p-40);
        break;
    default:
        at = digits(at, below(2), "+-");
        at = digits(at, below(below(6) ? 20 : 400), "0123456789");
        at = digits(at, below(2), ".");
        at = digits(at, below(below(6) ? 20 : 400), "0123456789");
        if (below(2)) at += sprintf(at, "e%d", (int)below(700) - 350);
    }
    *at++ = below(3) ? 0 : 'x';
    *at = 0;
}

int main(int argc, char **argv) {
    int rounds = argc > 1 ? atoi(argv[1]) : 20000;
    for (int skip = argc > 2 ? atoi(argv[2]) : 0; skip > 0; skip--) next();
    static char text[2048];
    for (int i = 0; i < rounds; i++) {
        make(text);
        char *end;
        errno = 0;
        double wide = strtod(text, &end);
        int wide_error = errno;
        if (wide != wide) wide = 1.25;
        // Whether a subnormal but exact result counts as an underflow is left open.
        if (wide > -2.3e-308 && wide < 2.3e-308) wide_error = 0;
        printf("[%s] %a %d %d", text, wide, (int)(end - text), wide_error);
        float narrow = strtof(text, &end);
        if (narrow != narrow) narrow = 1.25f;
        printf(" %a %d", narrow, (int)(end - text));
        static const int bases[] = {0, 10, 16, 8, 2, 36, 10, 0};
        int base = bases[below(8)];
        errno = 0;
        long number = strtol(text, &end, base);
        printf(" %d: %ld %d %d", base, number, (int)(end - text), errno);
        errno = 0;
        unsigned long magnitude = strtoul(text, &end, base);
        printf(" %lu %d %d %d\n", magnitude, (int)(end - text), errno, atoi(text));

        int a = -1, n = -1;
        long b = -1;
        double d = -1;
        char word[40] = "?", set[40] = "?";
        unsigned h = 77;
        char line[400];
        snprintf(line, sizeof line, "%d , %lx %.9g word%u [abc]%x", (int)next(), (long)next(), (double)below(1000000) / 997, below(1000), below(65536));
        if (below(4) == 0) line[below((unsigned)strlen(line))] = "x 9,["[below(5)];
        // What ends in the middle of a number is none (`prefixes.c`), but one library takes it.
        for (char *e = line; (e = strpbrk(e, "ex")); e++)
            if (e > line && strchr("0123456789.", e[-1]) && (*e == 'x' || !strchr("0123456789", e[1]))) *e = '7';
        int got = sscanf(line, "%d , %lx%lf %39s [%39[a-c]]%4x%n", &a, (unsigned long *)&b, &d, word, set, &h, &n);
        printf("<%s> %d: %d %ld %g %s %s %u %d\n", line, got, a, b, d, word, set, h, n);
        short s = 5;
        int o = 5, w = 5;
        char c[3] = "..";
        got = sscanf(line, "%3hd%*2d%2c%i%o", &s, c, &w, &o);
        printf("%d: %hd %s %d %d\n", got, s, c, w, o);
    }
    return 0;
}
