// Functions of variable arguments, defined here: integers, doubles, pointers, structures,
// more of them than registers, copied and passed-on lists.
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef struct { int x, y; } small;
typedef struct { double a; long b; } medium;
typedef struct { long v[5]; } large;
typedef struct { float x, y, z; } floats;

static long sum(int n, ...) {
    va_list list;
    va_start(list, n);
    long total = 0;
    while (n--) total = total * 3 + va_arg(list, int);
    va_end(list);
    return total;
}

static double mean(double first, ...) {
    va_list list;
    va_start(list, first);
    double total = first, x;
    int n = 1;
    while ((x = va_arg(list, double)) >= 0) total += x, n++;
    va_end(list);
    return total / n;
}

static void describe(const char *kinds, ...) {
    va_list list, again;
    va_start(list, kinds);
    va_copy(again, list);
    for (const char *k = kinds; *k; k++) switch (*k) {
        case 'i': printf("%d ", va_arg(list, int)); break;
        case 'l': printf("%ld ", va_arg(list, long)); break;
        case 'd': printf("%g ", va_arg(list, double)); break;
        case 's': printf("%s ", va_arg(list, const char *)); break;
        case 'S': { small s = va_arg(list, small); printf("{%d %d} ", s.x, s.y); break; }
        case 'M': { medium m = va_arg(list, medium); printf("{%g %ld} ", m.a, m.b); break; }
        case 'L': { large l = va_arg(list, large); printf("{%ld %ld} ", l.v[0], l.v[4]); break; }
        case 'F': { floats f = va_arg(list, floats); printf("{%g %g %g} ", (double)f.x, (double)f.y, (double)f.z); break; }
        case 'c': putchar(va_arg(list, int)); putchar(' '); break;
        }
    va_end(list);
    printf("| %d\n", *kinds == 'i' ? va_arg(again, int) : 0);
    va_end(again);
}

static int forward(char *to, size_t room, const char *format, va_list list) {
    va_list copy;
    va_copy(copy, list);
    int n = vsnprintf(0, 0, format, copy);
    va_end(copy);
    return vsnprintf(to, room, format, list) == n ? n : -1;
}

static const char *text(const char *format, ...) {
    static char room[200];
    va_list list;
    va_start(list, format);
    int n = forward(room, sizeof room, format, list);
    va_end(list);
    return n < 0 ? "wrong" : room;
}

static int recursive(int depth, ...) {
    va_list list;
    va_start(list, depth);
    int a = va_arg(list, int), b = va_arg(list, int);
    va_end(list);
    return depth ? recursive(depth - 1, b, a + b) : a;
}

// Named arguments that use up registers of both kinds first.
static double after(int a, double b, long c, float d, int e, int f, double g, int h, ...) {
    va_list list;
    va_start(list, h);
    double r = a + b + (double)c + d + e + f + g + h;
    for (int i = 0; i < 6; i++) r = r * 2 + va_arg(list, int) + va_arg(list, double);
    va_end(list);
    return r;
}

int main(void) {
    printf("%ld %ld %ld\n", sum(0), sum(3, 1, 2, 3), sum(12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
    printf("%g %g\n", mean(1, 2.0, 3.0, -1.0), mean(1, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, -1.0));
    describe("iidsc", 1, 2, 3.5, "text", 'c');
    describe("SMLF", (small){1, 2}, (medium){3.5, 4}, (large){{5, 6, 7, 8, 9}}, (floats){1.5f, 2.5f, 3.5f});
    describe("iSSSSMMMFFlLd", 7, (small){1, 2}, (small){3, 4}, (small){5, 6}, (small){7, 8}, (medium){1, 2}, (medium){3, 4}, (medium){5, 6},
             (floats){1, 2, 3}, (floats){4, 5, 6}, 1l << 40, (large){{1, 2, 3, 4, 5}}, -0.5);
    puts(text("%d %s %.3f %c %ld %x %e", 42, "inner", 2.0 / 3, 'z', -1l, 255, 12345.678));
    puts(text("%*d|%-*s|%.*f", 6, 42, 6, "ab", 2, 3.14159));
    printf("%d\n", recursive(20, 0, 1));
    double (*volatile call)(int, double, long, float, int, int, double, int, ...) = after;
    printf("%.10g\n", call(1, 2, 3, 4, 5, 6, 7, 8, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5));
    return 0;
}
