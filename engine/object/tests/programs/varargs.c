// A formatter of the printf kind: nested variadic calls, lists passed on.
#include <stdint.h>
#include <stdarg.h>
static uint64_t hash;
static void mix(uint64_t v) { hash = (hash ^ v) * 0x100000001b3ull; hash ^= hash >> 29; }
static char buffer[256];
static int put(char *out, const char *s) { int n = 0; while (*s) out[n++] = *s++; return n; }
static int number(char *out, unsigned long v, unsigned base) {
    char tmp[24]; int n = 0, k = 0;
    do tmp[n++] = "0123456789abcdef"[v % base]; while (v /= base);
    while (n) out[k++] = tmp[--n];
    return k;
}
__attribute__((noinline)) static int vformat(char *out, const char *f, va_list list) {
    char *start = out;
    for (; *f; f++) {
        if (*f != '%') { *out++ = *f; continue; }
        switch (*++f) {
        case 'd': { int v = va_arg(list, int); if (v < 0) { *out++ = '-'; v = -v; } out += number(out, (unsigned)v, 10); break; }
        case 'x': out += number(out, va_arg(list, unsigned), 16); break;
        case 'l': out += number(out, va_arg(list, unsigned long), 10); break;
        case 's': out += put(out, va_arg(list, const char *)); break;
        case 'c': *out++ = (char)va_arg(list, int); break;
        case 'f': { double v = va_arg(list, double); out += number(out, (unsigned long)v, 10); *out++ = '.'; out += number(out, (unsigned long)((v - (unsigned long)v) * 1000), 10); break; }
        default: *out++ = *f;
        }
    }
    *out = 0;
    return (int)(out - start);
}
__attribute__((noinline)) static int format(char *out, const char *f, ...) {
    va_list list; va_start(list, f);
    int n = vformat(out, f, list);
    va_end(list);
    return n;
}
uint64_t run(uint64_t seed) {
    hash = seed;
    int n = format(buffer, "%d %x %s %c %f %l|%d %d %d %f %f %f %f %f %f %f %f %f%%", (int)seed, (unsigned)(seed >> 7), "text", 'q',
                   (double)(seed & 0xffff) / 8, (unsigned long)seed, 7, 8, 9, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5);
    for (int i = 0; i <= n; i++) mix(buffer[i]);
    return hash;
}
