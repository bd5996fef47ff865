// The conversions of printf.
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stddef.h>
#include <math.h>

int main(void) {
    printf("[%d] [%5d] [%-5d] [%05d] [%+d] [% d] [%.3d] [%8.3d] [%-8.3d]\n", 42, 42, 42, 42, 42, 42, 42, 42, 42);
    printf("[%d] [%i] [%u] [%d] [%u]\n", INT_MIN, INT_MAX, UINT_MAX, 0, 0);
    printf("[%ld] [%lld] [%lu] [%llu] [%zu] [%td] [%jd]\n", LONG_MIN, LLONG_MAX, ULONG_MAX, ULLONG_MAX, (size_t)7, (ptrdiff_t)-7, (intmax_t)-8);
    printf("[%hhd] [%hd] [%hhu] [%hu]\n", (signed char)-1, (short)-300, (unsigned char)200, (unsigned short)60000);
    printf("[%x] [%X] [%#x] [%#X] [%08x] [%#010x] [%o] [%#o] [%#x] [%.0d]\n", 0xBEEF, 0xBEEF, 0xBEEF, 0xBEEF, 0xBEEF, 0xBEEF, 8, 8, 0, 0);
    printf("[%lx] [%" PRIx64 "] [%" PRId32 "] [%" PRIu8 "]\n", 0x123456789ABCDEFul, UINT64_C(1) << 63, -5, 255);
    printf("[%c] [%5c] [%-5c] [%s] [%10s] [%-10s] [%.2s] [%8.3s] [%%]\n", 'x', 'y', 'z', "text", "text", "text", "text", "text");
    printf("[%*d] [%-*d] [%.*f] [%*.*f] [%-*.*s]\n", 6, 1, 6, 2, 3, 1.0 / 3, 9, 2, 2.0 / 3, 6, 2, "abc");
    printf("[%f] [%.0f] [%.1f] [%10.3f] [%-10.3f] [%010.3f] [%+f] [% f] [%#.0f]\n", 3.14159, 2.5, 0.25, 3.14159, 3.14159, -3.14159, 1.0, 1.0, 3.0);
    printf("[%e] [%.0e] [%.3e] [%E] [%12.2e] [%e] [%e]\n", 12345.678, 12345.678, 0.00012345, 1e-10, 9.999e99, 0.0, 1e-320);
    printf("[%g] [%g] [%g] [%g] [%g] [%.3g] [%#g] [%G] [%g] [%g]\n", 100000.0, 1000000.0, 0.0001, 0.00001, 1.5, 1234.5, 1.5, 1e-20, 1e100, 0.1 + 0.2);
    printf("[%a] [%.2a] [%A] [%a] [%a]\n", 1.0, 3.14159, 255.5, 0.0, 0x1p-1074);
    printf("[%f] [%F] [%e] [%g] [%5.1f] [%-8f] [%08f] [%+f]\n", INFINITY, INFINITY, -INFINITY, NAN, INFINITY, -INFINITY, INFINITY, INFINITY);
    printf("[%.20f] [%.30g] [%.15g] [%.17g]\n", 0.1, 0.1, 0.1, 0.1);
    printf("[%f]\n[%.10f]\n", 1.7976931348623157e308, 123456789.0123456789);
    printf("[%.1f %.1f %.1f %.1f] [%.0f %.0f %.0f %.0f]\n", 0.05, 0.15, 0.25, 0.35, 0.5, 1.5, 2.5, 3.5);
    printf("[%.2f %.2f %.3f] [%.3g] [%g]\n", 1.005, 2.675, 1.0005, 99999.0, 123456789.0);
    printf("[%p] [%p] [%10p]\n", (void *)0, (void *)0x1234, (void *)0xABC);
    int n = 0;
    printf("counted%n", &n);
    printf(" %d\n", n);
    char room[20];
    n = snprintf(room, sizeof room, "%s is %d and %s", "this", 123456, "too long");
    printf("%d [%s]\n", n, room);
    n = snprintf(room, 1, "x");
    printf("%d [%s] %d\n", n, room, snprintf(0, 0, "%d", 12345));
    n = sprintf(room, "%d-%d", 1, 2);
    printf("%d %s\n", n, room);
    printf("%s\n", (char *)0 == 0 ? "null ok" : "");
    fputs("fputs ", stdout);
    putchar('p');
    putc('q', stdout);
    fputc('\n', stdout);
    fwrite("fwrite\n", 1, 7, stdout);
    fprintf(stdout, "%s %d\n", "fprintf", 5);
    printf("%d %d %d %d %d %d %d %d %d %d\n", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    printf("%d %g %d %g %d %g %d %g %d %g %g %g %g %g %g\n", 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6.5, 7.5, 8.5, 9.5, 10.5);
    return 0;
}
