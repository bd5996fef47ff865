// clang: 18
// Arguments that do not travel as most do: wide integers that find one register left, short floats,
// alignments beyond that of the stack, a static chain. Named and variadic, directly and through
// pointers, with everything else around them in its place.
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define KEEP __attribute__((noinline))

typedef __int128 wide;
typedef unsigned _BitInt(96) odd;
typedef unsigned _BitInt(200) large;
typedef float eight __attribute__((vector_size(32)));
typedef double sixteen __attribute__((vector_size(128)));
typedef struct { _Float16 x; } lone;
typedef struct { _Float16 x, y, z; } three;
typedef struct { long n; _Float16 x; } mixed;
typedef struct { _Float16 x; float y; double z; } widths;
typedef struct { _Alignas(32) int n; } by32;
typedef struct { _Alignas(64) short n; char rest[77]; } by64;
typedef struct { _Alignas(256) char n; } by256;
typedef struct { wide w; } boxed;
typedef struct { eight v; } wrapped;

static wide join(long high, unsigned long low) { return (wide)high << 64 | low; }

static void show(wide x) { printf("%lx:%lx ", (long)(x >> 64), (long)x); }

static int at(const void *p, uintptr_t align) { return (uintptr_t)p % align == 0; }

// Fixed arguments: one register is left for each in turn.
KEEP static wide named(long a, long b, long c, long d, long e, wide x, long f, wide y, long g) {
    show(x);
    show(y);
    return x + y * 3 + a + b * 2 + c * 4 + d * 8 + e * 16 + f * 32 + g * 64;
}

KEEP static wide second(long a, wide x, long b, wide y, wide z, int c) {
    show(x), show(y), show(z);
    return x - y + z * 5 + a + b + c;
}

KEEP static odd odds(int a, odd x, odd y, odd z, int b) { return x * 3 + y * 5 + z * 7 + a - b; }

KEEP static large larges(int a, large x, double d, large y, int b) {
    return x * 3 + y + (large)(long)d * a - b;
}

KEEP static boxed boxes(long a, boxed x, long b, boxed y, long c, boxed z) {
    return (boxed){x.w * 2 + y.w * 3 + z.w * 5 + a * b * c};
}

KEEP static void variadic(int before, ...) {
    va_list list, again;
    va_start(list, before);
    va_copy(again, list);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < before; i++) printf("%ld ", va_arg(list, long));
        show(va_arg(list, wide));
        printf("%d ", va_arg(list, int));
        show(va_arg(list, wide));
        printf("%d\n", va_arg(list, int));
        va_end(list);
        va_copy(list, again);
    }
    va_end(list);
    va_end(again);
}

// Short floats.
KEEP static _Float16 shorts(_Float16 a, int n, _Float16 b, double c, _Float16 d) {
    return a * b + (_Float16)n - (_Float16)c * d;
}

KEEP static _Float16 many(_Float16 a, _Float16 b, _Float16 c, _Float16 d, _Float16 e, _Float16 f,
                          _Float16 g, _Float16 h, _Float16 i, float j, _Float16 k) {
    return a + b * 2 + c * 3 + d * 4 + e * 5 + f * 6 + g * 7 + h * 8 + i * 9 + (_Float16)j + k * 11;
}

KEEP static lone lones(lone a, three b, mixed c, widths d) {
    return (lone){a.x + b.x * 2 + b.y * 3 + b.z * 5 + (_Float16)c.n + c.x + d.x + (_Float16)(d.y + d.z)};
}

KEEP static three threes(lone a, three b) { return (three){b.z, a.x, b.x + b.y}; }

KEEP static mixed mixes(mixed a, long n) { return (mixed){a.n * n, a.x * (_Float16)n}; }

KEEP static void halves(int n, ...) {
    va_list list;
    va_start(list, n);
    for (int i = 0; i < n; i++) {
        double a = va_arg(list, _Float16);
        lone b = va_arg(list, lone);
        three c = va_arg(list, three);
        mixed d = va_arg(list, mixed);
        widths e = va_arg(list, widths);
        printf("%g %g %g,%g,%g %ld,%g %g,%g,%g %d\n", a, (double)b.x, (double)c.x, (double)c.y,
               (double)c.z, d.n, (double)d.x, (double)e.x, e.y, e.z, va_arg(list, int));
    }
    va_end(list);
}

// More alignment than the stack has by itself.
KEEP static long aligned(int a, by32 x, long b, by64 y, by256 z, int c) {
    printf("%d%d%d ", at(&x, 32), at(&y, 64), at(&z, 256));
    return a + x.n * 10L + b * 100 + y.n * 1000L + y.rest[76] * 10000L + z.n * 100000L + c;
}

KEEP static by64 back(by64 x, int n) {
    x.n += n;
    x.rest[n] = 1;
    return x;
}

KEEP static void further(const char *kinds, ...) {
    va_list list;
    va_start(list, kinds);
    for (; *kinds; kinds++) {
        switch (*kinds) {
        case 'i': printf("%d ", va_arg(list, int)); break;
        case 'd': printf("%g ", va_arg(list, double)); break;
        case 'w': show(va_arg(list, wide)); break;
        case '3': printf("%d ", va_arg(list, by32).n); break;
        case '6': {
            by64 x = va_arg(list, by64);
            printf("%d,%d ", x.n, x.rest[76]);
            break;
        }
        case '2': printf("%d ", va_arg(list, by256).n); break;
        case 'v': printf("%g ", va_arg(list, eight)[7]); break;
        case 'V': printf("%g ", va_arg(list, sixteen)[15]); break;
        case 'r': printf("%g ", va_arg(list, wrapped).v[6]); break;
        case 'o': printf("%lx ", (long)va_arg(list, odd)); break;
        case 'l': printf("%lx ", (long)(va_arg(list, large) >> 100)); break;
        }
    }
    printf("\n");
    va_end(list);
}

KEEP static eight vectors(int n, eight a, double d, eight b) { return a * (float)n + b * (float)d; }

// A static chain beside arguments in all registers and on the stack.
KEEP static long chained(long a, double b, long c, long d, long e, long f, long g, wide h) {
    return a + (long)b * 10 + c * 100 + d * 1000 + e * 10000 + f * 100000 + g * 1000000 + (long)h;
}

KEEP static int plain(int a) { return a + 1; }

int main(void) {
    wide x = join(0x1122334455667788, 0x99AABBCCDDEEFF00), y = join(-2, 5), z = -1;
    show(named(1, 2, 3, 4, 5, x, 6, y, 7)), printf("\n");
    show(second(1, x, 2, y, z, 3)), printf("\n");
    odd o = (odd)x, p = (odd)y;
    printf("%lx ", (long)odds(1, o, p, 9, 2));
    large l = (large)x << 70 | 3;
    printf("%lx\n", (long)(larges(2, l, 7.5, l + 1, 9) >> 64));
    show(boxes(1, (boxed){x}, 2, (boxed){y}, 3, (boxed){z}).w), printf("\n");

    variadic(0, x, 1, y, 2), variadic(1, 11L, x, 1, y, 2), variadic(2, 11L, 12L, x, 1, y, 2);
    variadic(3, 11L, 12L, 13L, x, 1, y, 2), variadic(4, 11L, 12L, 13L, 14L, x, 1, y, 2);
    variadic(5, 11L, 12L, 13L, 14L, 15L, x, 1, y, 2);
    variadic(6, 11L, 12L, 13L, 14L, 15L, 16L, x, 1, y, 2);
    variadic(7, 11L, 12L, 13L, 14L, 15L, 16L, 17L, x, 1, y, 2);

    printf("%g ", (double)shorts(1.5f16, 2, 2.5f16, 3, 4.5f16));
    printf("%g ", (double)many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
    lone one = {4.5f16};
    three t = {1.25f16, 2.5f16, 3.75f16};
    mixed m = {4, 8.5f16};
    widths w = {1.5f16, 2.5f, 3.5};
    three u = threes(one, t);
    printf("%g %g,%g,%g ", (double)lones(one, t, m, w).x, (double)u.x, (double)u.y, (double)u.z);
    m = mixes(m, 3);
    printf("%ld,%g\n", m.n, (double)m.x);
    halves(2, 1.5f16, one, t, m, w, 7, 2.5f16, one, u, m, w, 8);
    halves(1, -1.5f16, one, t, m, w, 7);

    by32 b32 = {7};
    by64 b64 = {8};
    by256 b256 = {9};
    b64.rest[76] = 3;
    printf("%ld ", aligned(1, b32, 2, b64, b256, 3));
    b64 = back(b64, 5);
    printf("%d %d\n", b64.n, b64.rest[5]);
    eight v = {1, 2, 3, 4, 5, 6, 7, 8};
    sixteen V = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    wrapped r = {v};
    further("i3", 1, b32);
    further("63i2i", b64, b32, 3, b256, 4);
    further("vvv", v, v * 2, v * 3);
    further("iVrv", 1, V, r, v);
    further("iiiiiw3wi", 1, 2, 3, 4, 5, x, b32, y, 6);
    further("ddddddddddv3dwi", 1., 2., 3., 4., 5., 6., 7., 8., 9., 10., v, b32, 11., x, 7);
    further("oiolioi", o, 1, p, l, 2, o, 3);
    v = vectors(2, v, 3, v);
    printf("%g %g\n", v[0], v[7]);

    // Through pointers that the compiler cannot see through.
    wide (*volatile f)(long, long, long, long, long, wide, long, wide, long) = named;
    _Float16 (*volatile g)(_Float16, int, _Float16, double, _Float16) = shorts;
    void (*volatile h)(const char *, ...) = further;
    long (*volatile k)(int, by32, long, by64, by256, int) = aligned;
    show(f(7, 6, 5, 4, 3, y, 2, x, 1)), printf("%g ", (double)g(1, 2, 3, 4, 5));
    printf("%ld\n", k(3, b32, 2, b64, b256, 1));
    h("i36w2vi", 1, b32, b64, x, b256, v, 2);

    long (*volatile c)(long, double, long, long, long, long, long, wide) = chained;
    int (*volatile q)(int) = plain;
    for (int i = 0; i < 3; i++) {
        long n = __builtin_call_with_static_chain(chained(1, 2, 3, 4, 5, 6, 7, x), &x);
        n += __builtin_call_with_static_chain(c(1, 2, 3, 4, 5, 6, 7, y), &n);
        n += __builtin_call_with_static_chain(plain(3), &n);
        printf("%ld %d\n", n, __builtin_call_with_static_chain(q(i), &y));
    }
    return 0;
}
