// Functions with further arguments: callers, callees, va_copy, structures among them.
#include <stdarg.h>
#include <stdio.h>

struct point { double x, y; };
struct large { long a[5]; };

__attribute__((noinline)) static double mix(const char *kinds, ...) {
    va_list list, again;
    double sum = 0;
    va_start(list, kinds);
    va_copy(again, list);
    for (; *kinds; kinds++) {
        switch (*kinds) {
        case 'i': sum += va_arg(list, int); break;
        case 'l': sum += (double)va_arg(list, long); break;
        case 'd': sum += va_arg(list, double); break;
        case 'p': { struct point p = va_arg(list, struct point); sum += p.x * p.y; break; }
        case 'L': { struct large l = va_arg(list, struct large); sum += (double)l.a[4]; break; }
        }
    }
    va_end(list);
    sum += va_arg(again, int);
    va_end(again);
    return sum;
}

static int line(char *out, size_t size, const char *format, ...) {
    va_list list;
    va_start(list, format);
    int n = vsnprintf(out, size, format, list);
    va_end(list);
    return n;
}

int main(int argc, char **argv) {
    char buffer[64];
    struct large l = {{1, 2, 3, 4, 50}};
    double r = mix("ildpLiiiiiiddddddddd", argc, 2L, 3.5, (struct point){2, 3}, l, 1, 2, 3, 4, 5, 6,
                   1., 2., 3., 4., 5., 6., 7., 8., 9.);
    int n = line(buffer, sizeof buffer, "%d-%s-%g-%ld", argc, "abc", 2.5, 1L << 40);
    printf("%g %d %s\n", r, n, buffer);
    return n;
}
