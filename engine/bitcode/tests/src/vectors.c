// Vectors of several lengths: arithmetic, comparisons, shuffles, conversions, memory.
#include <stdio.h>

typedef int v4 __attribute__((vector_size(16)));
typedef float f4 __attribute__((vector_size(16)));
typedef short s8 __attribute__((vector_size(16)));
typedef unsigned char b16 __attribute__((vector_size(16)));
typedef double d2 __attribute__((vector_size(16)));
typedef int v3 __attribute__((ext_vector_type(3)));
typedef long l8 __attribute__((vector_size(64)));

__attribute__((noinline)) static v4 blend(v4 a, v4 b) {
    v4 mask = a > b;
    return (a & mask) | ((b - a) & ~mask);
}
__attribute__((noinline)) static long sum(l8 x) {
    long s = 0;
    for (int i = 0; i < 8; i++) s = s * 7 + x[i];
    return s;
}

int main(int argc, char **argv) {
    v4 a = {1, -2, argc, 4}, b = {argc, argc, 7, -9};
    v4 c = blend(a, b);
    v4 d = __builtin_shufflevector(a, b, 0, 5, 2, 7);
    f4 f = __builtin_convertvector(c, f4) * 1.5f;
    s8 s = (s8)(a ^ b);
    b16 bytes = (b16)f;
    d2 e = {1.5 * argc, 2};
    v3 t = {argc, 5, 6};
    l8 w = {1, 2, 3, 4, 5, 6, 7, argc};
    e /= 4;
    t = t.zyx * 3 + t;
    w = (w << 3) - (w >> 1);
    a[argc & 3] = 99;
    int array[64], total = 0;
    for (int i = 0; i < 64; i++) array[i] = i * i - argc;
    for (int i = 0; i < 64; i++) total += array[i] > 100 ? array[i] : -array[i];
    printf("%d %d %d %d\n", c[0], c[1], c[2], c[3]);
    printf("%d %d %d %d\n", d[0], d[1], d[2], d[3]);
    printf("%g %g %d %d %d\n", (double)f[0], (double)f[3], s[0], s[7], bytes[3]);
    printf("%g %g %d %d %d %ld\n", e[0], e[1], t.x, t.y, t.z, sum(w));
    printf("%d %d %d\n", a[1], (a == b)[0], total);
    return c[1];
}
