// The same operation on neighbours in memory, in all the forms that a vectoriser meets:
// straight, in sums of loops, with operands swapped, with one lane different, overlapping.
#include <stdint.h>
static uint64_t hash;
static void mix(uint64_t v) { hash = (hash ^ v) * 0x100000001b3ull; hash ^= hash >> 29; }
static void mixd(double d) { union { double d; uint64_t u; } x = {d}; mix(d == d ? x.u : 1); }
static float a[64], b[64], c[64];
static double x[64], y[64];
#define NOINLINE __attribute__((noinline))
NOINLINE static void sums(float *out, const float *p, const float *q, int n) {
    float s0 = out[0], s1 = out[1], s2 = out[2], s3 = out[3], s4 = out[4], s5 = out[5], s6 = out[6], s7 = out[7];
#pragma clang loop vectorize(disable)
    for (int k = 0; k < n; k++) {
        float f = p[k];
        s0 += f * q[k * 8]; s1 += q[k * 8 + 1] * f; s2 += f * q[k * 8 + 2]; s3 += f * q[k * 8 + 3];
        s4 += f * q[k * 8 + 4]; s5 += f * q[k * 8 + 5]; s6 = f * q[k * 8 + 6] + s6; s7 += f * q[k * 8 + 7];
    }
    out[0] = s0; out[1] = s1; out[2] = s2; out[3] = s3; out[4] = s4; out[5] = s5; out[6] = s6; out[7] = s7;
}
NOINLINE static float leaking(float *out, const float *p, int n) {
    float s0 = 1, s1 = 2, s2 = 3, s3 = 4;
#pragma clang loop vectorize(disable)
    for (int k = 0; k < n; k++) { s0 += p[k] / 3; s1 -= p[k + 1] / 3; s2 += p[k + 2] / 3; s3 += p[k + 3] / 3; if (s2 > 1e9f) s2 = 0; }
    out[0] = s0; out[1] = s1; out[2] = s2; out[3] = s3;
    return s1 + s3;
}
NOINLINE static void pairs(double *out, const double *p, double f) {
    out[0] = p[0] * f + 1; out[1] = p[1] * f + 1; out[3] = p[2] - f; out[2] = p[3] - f;
    out[4] = p[5] / p[6]; out[5] = p[6] / p[7]; out[6] = out[4] * 2; out[7] = out[5] * 2;
}
NOINLINE static void overlapping(float *p) { p[1] = p[0] + 1; p[2] = p[1] + 1; p[3] = p[2] + 1; p[4] = p[3] + 1; p[5] = p[1] * 2; p[6] = p[2] * 2; p[7] = p[3] * 2; p[8] = p[4] * 2; }
NOINLINE static void swapped(double *p) { double t = p[0]; p[0] = p[1]; p[1] = t; t = p[2] + p[3]; p[3] = p[2] - p[3]; p[2] = t; }
NOINLINE static void rotating(double *p, int n) {
    double u = p[0], v = p[1];
    for (int k = 0; k < n; k++) { double t = u * 0.5 + v; v = v * 0.5 + u; u = t; }
    p[0] = u; p[1] = v;
}
// Values of two groups at once, with a use outside of both.
NOINLINE static void crosswise(double *p, double f) {
    double c = p[0] * f, d = p[1] * f, e = c * f, g = d * f;
    p[0] = e - g; p[1] = g - e; p[8] = c; p[16] = d;
}
// What is written may be what is read next.
NOINLINE static void aliasing(double *p, double *q, double f) {
    p[0] = q[0] * f + 1; p[1] = q[1] * f + 1; q[2] = p[0] - f; q[3] = p[1] - f;
}
NOINLINE static void unwilling(volatile float *p, float f) { p[0] = p[4] * f; p[1] = p[5] * f; p[2] = p[6] * f; p[3] = p[7] * f; }
uint64_t run(uint64_t seed) {
    hash = seed;
    for (int i = 0; i < 64; i++) { a[i] = (float)(int)(seed >> (i & 31) & 0xffff) / 16; b[i] = (float)i - 20; c[i] = (float)(i * 3); x[i] = a[i] * 0.25; y[i] = i; }
    sums(c, a, b, 6); sums(c + 8, a + 3, b + 1, 0); sums(c + 16, c, c + 16, 1); mixd(leaking(c + 40, a, 20));
    pairs(y, x, 3.5); pairs(y + 8, y + 2, 0.5); pairs(x + 1, x, 2); overlapping(c + 20); swapped(x + 20); rotating(y + 30, 9);
    crosswise(x + 30, 1.25); aliasing(y + 40, y + 40, 0.5); aliasing(y + 45, y + 44, 0.5); aliasing(y + 50, y + 51, 3); unwilling(a + 9, 1.5f);
    for (int i = 0; i < 64; i++) { mixd(a[i]); mixd(b[i]); mixd(c[i]); mixd(x[i]); mixd(y[i]); }
    return hash;
}
