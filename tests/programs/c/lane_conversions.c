// Integers of 8, 16 and 32 bits to floats, doubles and longer integers, whole vectors at a time, longer than a register.
#include <stdio.h>

typedef signed char i8 __attribute__((vector_size(16)));
typedef unsigned char u8 __attribute__((vector_size(16)));
typedef short i16 __attribute__((vector_size(32)));
typedef unsigned short u16 __attribute__((vector_size(32)));
typedef int i32 __attribute__((vector_size(64)));
typedef unsigned u32 __attribute__((vector_size(64)));
typedef float f32 __attribute__((vector_size(64)));
typedef double f64 __attribute__((vector_size(128)));
typedef unsigned char u8x6 __attribute__((ext_vector_type(6)));
typedef float f32x6 __attribute__((ext_vector_type(6)));
typedef unsigned long u64 __attribute__((vector_size(128)));
typedef long i64 __attribute__((vector_size(128)));
typedef unsigned long u64x6 __attribute__((ext_vector_type(6)));

static void floats(const char *name, f32 v) {
    printf("%s", name);
    for (int i = 0; i < 16; i++) printf(" %.1f", (double)v[i]);
    puts("");
}

static void doubles(const char *name, f64 v) {
    printf("%s", name);
    for (int i = 0; i < 16; i++) printf(" %.1f", v[i]);
    puts("");
}

static void longs(const char *name, u64 v) {
    printf("%s", name);
    for (int i = 0; i < 16; i++) printf(" %lx", v[i]);
    puts("");
}

static void ints(const char *name, u32 v) {
    printf("%s", name);
    for (int i = 0; i < 16; i++) printf(" %x", v[i]);
    puts("");
}

int main(void) {
    volatile unsigned seed = 12345;
    for (int round = 0; round < 20; round++) {
        i8 a;
        u8 b;
        i16 c;
        u16 d;
        i32 e;
        u32 f;
        u8x6 g;
        for (int i = 0; i < 16; i++) {
            seed = seed * 1664525u + 1013904223u;
            a[i] = (signed char)(seed >> 24);
            b[i] = (unsigned char)(seed >> 16);
            c[i] = (short)(seed >> 12);
            d[i] = (unsigned short)(seed >> 8);
            e[i] = (int)seed;
            f[i] = seed ^ 0x80000000u;
            if (i < 6) g[i] = (unsigned char)(seed >> 20);
        }
        floats("i8", __builtin_convertvector(a, f32));
        floats("u8", __builtin_convertvector(b, f32));
        floats("i16", __builtin_convertvector(c, f32));
        floats("u16", __builtin_convertvector(d, f32));
        floats("i32", __builtin_convertvector(e, f32));
        floats("u32", __builtin_convertvector(f, f32));
        floats("low", __builtin_convertvector(b & 15, f32) * __builtin_convertvector(b >> 4, f32));
        doubles("i8", __builtin_convertvector(a, f64));
        doubles("u16", __builtin_convertvector(d, f64));
        ints("i8", (u32)__builtin_convertvector(a, i32));
        ints("u8", __builtin_convertvector(b, u32));
        ints("u16", __builtin_convertvector(d, u32));
        longs("i8", (u64)__builtin_convertvector(a, i64));
        longs("u8", __builtin_convertvector(b, u64));
        longs("u16", __builtin_convertvector(d, u64));
        longs("u32", __builtin_convertvector(f, u64));
        u64x6 far = __builtin_convertvector(g, u64x6);
        printf("far %lx %lx %lx\n", far[0], far[4], far[5]);
        f32x6 six = __builtin_convertvector(g, f32x6);
        printf("six %.1f %.1f %.1f\n", (double)six[0], (double)six[4], (double)six[5]);
    }
    return 0;
}
