// clang: 16
// Vectors by the compiler's extension: arithmetic, comparison, shuffles, conversion, passing.
#include <stdint.h>
#include <stdio.h>

typedef int32_t v4i __attribute__((vector_size(16)));
typedef uint8_t v16b __attribute__((vector_size(16)));
typedef int16_t v8s __attribute__((vector_size(16)));
typedef int64_t v2l __attribute__((vector_size(16)));
typedef float v4f __attribute__((vector_size(16)));
typedef double v2d __attribute__((vector_size(16)));
typedef int32_t v8i __attribute__((vector_size(32)));
typedef double v4d __attribute__((vector_size(32)));
typedef float v2f __attribute__((vector_size(8)));
typedef int32_t v3i __attribute__((ext_vector_type(3)));

static void print_i(const char *what, const int32_t *p, int n) {
    printf("%s", what);
    for (int i = 0; i < n; i++) printf(" %d", p[i]);
    puts("");
}

static void print_d(const char *what, const double *p, int n) {
    printf("%s", what);
    for (int i = 0; i < n; i++) printf(" %g", p[i]);
    puts("");
}

static v4i twice(v4i a, v4i b) { return a * 2 + b; }

static v8i wide(v8i a, v8i b, int s) { return (a << s) - (b >> s); }

static v4f blend(v4f a, v4f b) {
    v4i mask = a < b;
    return (v4f)(((v4i)a & mask) | ((v4i)b & ~mask));
}

int main(void) {
    volatile int seed = 3;
    int s = seed;
    v4i a = {s, -s, s * 1000, s << 20}, b = {7, 11, -13, 17};
    v4i r = a + b;
    print_i("add", (int32_t *)&r, 4);
    r = a * b - (a / b) + (a % b);
    print_i("mix", (int32_t *)&r, 4);
    r = (a & b) ^ (a | b) ^ ~a;
    print_i("logic", (int32_t *)&r, 4);
    r = (a << 3) + (b >> 1);
    print_i("shift", (int32_t *)&r, 4);
    r = a << (b & 15);
    print_i("shifts", (int32_t *)&r, 4);
    r = a < b;
    print_i("less", (int32_t *)&r, 4);
    r = twice(a, b);
    print_i("twice", (int32_t *)&r, 4);
    r = __builtin_shufflevector(a, b, 0, 5, 2, 7);
    print_i("shuffle", (int32_t *)&r, 4);
    r[s & 3] = 99;
    printf("%d %d\n", r[s & 3], r[(s + 1) & 3]);
    v8i w = {1, 2, 3, 4, 5, 6, 7, s}, x = {-8, 7, -6, 5, -4, 3, -2, 1};
    v8i y = wide(w, x, s);
    print_i("wide", (int32_t *)&y, 8);
    y = __builtin_shufflevector(w, x, 15, 0, 14, 1, 13, 2, 12, 3);
    print_i("weave", (int32_t *)&y, 8);
    v4f f = {1.5f, -2.25f, 3e10f, (float)s}, g = {0.5f, 4, -1, 3};
    v4f h = blend(f, g) + f / g;
    v4i hi = __builtin_convertvector(h, v4i);
    h = h * (v4f){1, 1, 0, 1};
    for (int i = 0; i < 4; i++) printf("%.6g ", h[i]);
    printf("%d %d %d\n", hi[0], hi[1], hi[3]);
    v4d d = __builtin_convertvector(w - x, __attribute__((vector_size(64))) double)[0] + (v4d){0.5, 1.5, 2.5, 3.5};
    print_d("double", (double *)&d, 4);
    v2d e = {s * 0.25, -1e-3}, q = e * e - e / 3.0;
    print_d("pair", (double *)&q, 2);
    v16b bytes = {1, 2, 3, 250, 251, 252, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0};
    bytes += 10;
    v16b low = (v16b)(bytes > 12);
    bytes = (bytes & low) | ~low;
    for (int i = 0; i < 16; i++) printf("%d ", bytes[i]);
    puts("");
    v8s shorts = {-300, 300, 1, -1, 32767, -32768, 0, (short)s};
    shorts = shorts * shorts + 1;
    for (int i = 0; i < 8; i++) printf("%d ", shorts[i]);
    v2l longs = {INT64_MAX, -5};
    longs = longs * 3 >> 2;
    printf("%ld %ld\n", longs[0], longs[1]);
    v2f pair = {1.25f, -7};
    pair = pair * pair + (float)s;
    printf("%g %g\n", pair[0], pair[1]);
    v3i three = {1, s, 30};
    three = three.zyx * 2 + three;
    printf("%d %d %d\n", three.x, three.y, three.z);
    printf("%d %d %d %u\n", __builtin_reduce_add(a), __builtin_reduce_max(a), __builtin_reduce_min(b), __builtin_reduce_xor(a));
    return 0;
}
