// Signatures of many shapes. `run` calls them within the module; the test also calls each
// side's callees from the other side's callers.
#include <stdint.h>
#include <stdarg.h>

typedef struct { int a; } s1;
typedef struct { long a, b; } s2;
typedef struct { long a, b, c; } s3;
typedef struct { float x; } f1;
typedef struct { float x, y; } f2;
typedef struct { float x, y, z; } f3;
typedef struct { double x, y; } d2;
typedef struct { double x; long n; } mixed;
typedef struct { char c[5]; } c5;
typedef struct { char c[40]; } c40;
typedef struct { __int128 v; } wide;
typedef struct __attribute__((aligned(16))) { long v; char c; } aligned;
typedef int v4 __attribute__((vector_size(16)));
typedef float w2 __attribute__((vector_size(8)));

static uint64_t h(uint64_t a, uint64_t b) { return (a ^ b) * 0x100000001b3ull + 7; }
static uint64_t hd(uint64_t a, double d) { union { double d; uint64_t u; } x = {d}; return h(a, x.u); }

#define F __attribute__((noinline)) uint64_t
F take_narrow(signed char a, unsigned char b, short c, unsigned short d, int e, unsigned f, _Bool g, char i) {
    uint64_t r = h(a, b); r = h(r, c); r = h(r, d); r = h(r, e); r = h(r, f); r = h(r, g); return h(r, i);
}
F take_floats(float a, double b, float c, double d, float e, double f, float g, double i, float j, double k) {
    uint64_t r = hd(1, a); r = hd(r, b); r = hd(r, c); r = hd(r, d); r = hd(r, e); r = hd(r, f); r = hd(r, g);
    r = hd(r, i); r = hd(r, j); return hd(r, k);
}
F take_many(long a, long b, long c, long d, long e, long f, long g, int i, char j, double k, short l) {
    uint64_t r = h(a, b); r = h(r, c); r = h(r, d); r = h(r, e); r = h(r, f); r = h(r, g); r = h(r, i);
    r = h(r, j); r = hd(r, k); return h(r, l);
}
F take_structs(s1 a, s2 b, s3 c, f1 d, f2 e, f3 f, d2 g, mixed i) {
    uint64_t r = h(a.a, b.a); r = h(r, b.b); r = h(r, c.a); r = h(r, c.b); r = h(r, c.c);
    r = hd(r, d.x); r = hd(r, e.x); r = hd(r, e.y); r = hd(r, f.x + f.y); r = hd(r, f.z);
    r = hd(r, g.x); r = hd(r, g.y); r = hd(r, i.x); return h(r, i.n);
}
F take_big(int n, c40 a, c5 b, s3 c, int m, aligned d, s3 e) {
    uint64_t r = h(n, m); for (int i = 0; i < 40; i++) r = h(r, a.c[i]); for (int i = 0; i < 5; i++) r = h(r, b.c[i]);
    r = h(r, c.a); r = h(r, c.b); r = h(r, c.c); r = h(r, d.v); r = h(r, d.c); r = h(r, ((uintptr_t)&d) & 15);
    return h(r, e.c);
}
F take_aligned_late(long a, long b, long c, long d, long e, long f, long g, aligned x, long i, wide y) {
    uint64_t r = h(a, g); r = h(r, x.v); r = h(r, x.c); r = h(r, i); r = h(r, (uint64_t)y.v); return h(r, (uint64_t)(y.v >> 64));
}
F take_wide(__int128 a, long b, unsigned __int128 c, long d, __int128 e) {
    uint64_t r = h((uint64_t)a, (uint64_t)(a >> 64)); r = h(r, b); r = h(r, (uint64_t)c); r = h(r, (uint64_t)(c >> 64));
    r = h(r, d); r = h(r, (uint64_t)e); return h(r, (uint64_t)(e >> 64));
}
F take_vectors(v4 a, w2 b, v4 c, double d, v4 e) {
    uint64_t r = h(a[0], a[3]); r = hd(r, b[0]); r = hd(r, b[1]); r = h(r, c[1]); r = hd(r, d); return h(r, e[2]);
}
__attribute__((noinline)) s1 give_s1(long n) { return (s1){(int)n}; }
__attribute__((noinline)) s2 give_s2(long n) { return (s2){n, n * 3}; }
__attribute__((noinline)) s3 give_s3(long n) { return (s3){n, n + 1, n * 5}; }
__attribute__((noinline)) f2 give_f2(long n) { return (f2){n * 0.5f, n * 2.0f}; }
__attribute__((noinline)) f3 give_f3(long n) { return (f3){n * 0.5f, n * 2.0f, n + 1.0f}; }
__attribute__((noinline)) d2 give_d2(long n) { return (d2){n * 0.25, -n}; }
__attribute__((noinline)) mixed give_mixed(long n) { return (mixed){n * 0.125, n}; }
__attribute__((noinline)) c5 give_c5(long n) { c5 r; for (int i = 0; i < 5; i++) r.c[i] = (char)(n >> i); return r; }
__attribute__((noinline)) c40 give_c40(long n) { c40 r; for (int i = 0; i < 40; i++) r.c[i] = (char)(n * i); return r; }
__attribute__((noinline)) __int128 give_wide(long n) { return (__int128)n * n * 12345; }
__attribute__((noinline)) v4 give_v4(long n) { return (v4){(int)n, 2, (int)n * 3, 4}; }
__attribute__((noinline)) signed char give_char(long n) { return (signed char)n; }
__attribute__((noinline)) unsigned short give_short(long n) { return (unsigned short)n; }
__attribute__((noinline)) _Bool give_bool(long n) { return n & 1; }
__attribute__((noinline)) float give_float(long n) { return n * 0.3f; }
F take_args(int kinds, ...) {
    va_list list, copy; va_start(list, kinds);
    va_copy(copy, list);
    uint64_t r = 0;
    for (int i = 0; i < 24; i++)
        switch ((kinds >> (i % 12) * 2) & 3) {
        case 0: r = h(r, va_arg(list, int)); break;
        case 1: r = hd(r, va_arg(list, double)); break;
        case 2: r = h(r, va_arg(list, long)); break;
        case 3: { s2 s = va_arg(list, s2); r = h(r, s.a); r = h(r, s.b); break; }
        }
    r = h(r, va_arg(list, s3).c);
    r = h(r, (uint64_t)va_arg(list, __int128));
    va_end(list);
    r = h(r, (kinds & 3) == 0 ? va_arg(copy, int) : 0);
    va_end(copy);
    return r;
}
F take_args_late(long a, double b, long c, long d, long e, long f, long g, s3 i, ...) {
    va_list list; va_start(list, i);
    uint64_t r = h(a, c); r = hd(r, b); r = h(r, g); r = h(r, i.b);
    for (int k = 0; k < 3; k++) { r = h(r, va_arg(list, int)); r = hd(r, va_arg(list, double)); }
    va_end(list);
    return r;
}
__attribute__((noinline)) s3 give_args(int n, ...) {
    va_list list; va_start(list, n);
    s3 r = {0, 0, 0};
    for (int k = 0; k < n; k++) { r.a += va_arg(list, int); r.b ^= va_arg(list, long); r.c += (long)va_arg(list, double); }
    va_end(list);
    return r;
}

uint64_t call_take_narrow(__typeof__(take_narrow) *f, long n) { return f(n, n >> 1, n >> 2, n >> 3, n, n * 3, n & 4, n * 7); }
uint64_t call_take_floats(__typeof__(take_floats) *f, long n) { return f(n, n * 2, n * 3, n * 4, n * 5, n * 6, n * 7, n * 8, n * 9, n * 10); }
uint64_t call_take_many(__typeof__(take_many) *f, long n) { return f(n, 2, n, 4, n * 5, 6, n * 7, n * 8, n * 9, n * 0.1, n * 11); }
uint64_t call_take_structs(__typeof__(take_structs) *f, long n) {
    return f((s1){n}, (s2){n, 2}, (s3){3, n, 5}, (f1){n}, (f2){n, 2}, (f3){3, n, 4}, (d2){n, 6}, (mixed){7, n});
}
uint64_t call_take_big(__typeof__(take_big) *f, long n) {
    c40 a; c5 b; for (int i = 0; i < 40; i++) a.c[i] = (char)(n + i); for (int i = 0; i < 5; i++) b.c[i] = (char)(n * i);
    return f(n, a, b, (s3){n, 1, 2}, n * 3, (aligned){n, 5}, (s3){1, 2, n});
}
uint64_t call_take_aligned_late(__typeof__(take_aligned_late) *f, long n) {
    return f(n, 2, 3, 4, 5, 6, n * 7, (aligned){n * 8, 9}, n * 10, (wide){(__int128)n * n});
}
uint64_t call_take_wide(__typeof__(take_wide) *f, long n) { return f((__int128)n << 60, n, -(__int128)n, n + 1, (__int128)n * n); }
uint64_t call_take_vectors(__typeof__(take_vectors) *f, long n) {
    return f((v4){n, 2, 3, n + 4}, (w2){n, 0.5f}, (v4){5, n, 7, 8}, n * 0.5, (v4){9, 10, n, 12});
}
uint64_t call_give_s1(__typeof__(give_s1) *f, long n) { return f(n).a; }
uint64_t call_give_s2(__typeof__(give_s2) *f, long n) { s2 r = f(n); return h(r.a, r.b); }
uint64_t call_give_s3(__typeof__(give_s3) *f, long n) { s3 r = f(n); return h(h(r.a, r.b), r.c); }
uint64_t call_give_f2(__typeof__(give_f2) *f, long n) { f2 r = f(n); return hd(hd(0, r.x), r.y); }
uint64_t call_give_f3(__typeof__(give_f3) *f, long n) { f3 r = f(n); return hd(hd(hd(0, r.x), r.y), r.z); }
uint64_t call_give_d2(__typeof__(give_d2) *f, long n) { d2 r = f(n); return hd(hd(0, r.x), r.y); }
uint64_t call_give_mixed(__typeof__(give_mixed) *f, long n) { mixed r = f(n); return hd(r.n, r.x); }
uint64_t call_give_c5(__typeof__(give_c5) *f, long n) { c5 r = f(n); uint64_t v = 0; for (int i = 0; i < 5; i++) v = h(v, r.c[i]); return v; }
uint64_t call_give_c40(__typeof__(give_c40) *f, long n) { c40 r = f(n); uint64_t v = 0; for (int i = 0; i < 40; i++) v = h(v, r.c[i]); return v; }
uint64_t call_give_wide(__typeof__(give_wide) *f, long n) { __int128 r = f(n); return h((uint64_t)r, (uint64_t)(r >> 64)); }
uint64_t call_give_v4(__typeof__(give_v4) *f, long n) { v4 r = f(n); return h(h(r[0], r[1]), h(r[2], r[3])); }
uint64_t call_give_char(__typeof__(give_char) *f, long n) { return f(n); }
uint64_t call_give_short(__typeof__(give_short) *f, long n) { return f(n); }
uint64_t call_give_bool(__typeof__(give_bool) *f, long n) { return f(n); }
uint64_t call_give_float(__typeof__(give_float) *f, long n) { return hd(0, f(n)); }
uint64_t call_give_args(__typeof__(give_args) *f, long n) {
    s3 r = f(4, (int)n, n, n * 0.5, 2, n * 3, 1.5, (int)n, 4l, 5.5, 7, 8l, n * 2.0);
    return h(h(r.a, r.b), r.c);
}

uint64_t run(uint64_t seed) {
    long n = (long)(seed & 0xffffff);
    uint64_t r = seed;
#define EACH(f) r = h(r, call_##f(f, n));
    EACH(take_narrow) EACH(take_floats) EACH(take_many) EACH(take_structs) EACH(take_big)
    EACH(take_aligned_late) EACH(take_wide) EACH(take_vectors)
    EACH(give_s1) EACH(give_s2) EACH(give_s3) EACH(give_f2) EACH(give_f3) EACH(give_d2) EACH(give_mixed)
    EACH(give_c5) EACH(give_c40) EACH(give_wide) EACH(give_v4) EACH(give_char) EACH(give_short)
    EACH(give_bool) EACH(give_float) EACH(give_args)
    s2 p = {n, 5}; s3 q = {1, 2, n};
    r = h(r, take_args(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, (int)n, q, (__int128)n));
    r = h(r, take_args(0x555555, 1., 2., 3., 4., 5., 6., 7., 8., 9., 10., 11., 12., 13., 14., 15., 16., 17., 18., 19., 20., 21., 22., 23., n * 1., q, (__int128)n));
    r = h(r, take_args(0xe4e4e4, 1, 2., 3l, p, 1, 2., n, p, n, 2., 3l, p, 1, 2., 3l, p, 1, 2., 3l, p, 1, 2., 3l, p, q, (__int128)n));
    r = h(r, take_args_late(n, 0.5, 3, 4, 5, 6, 7, q, 1, 2.5, 3, n * 0.5, (int)n, 6.5));
    return r;
}
