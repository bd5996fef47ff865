// Floats: arithmetic, comparisons with NaN, conversions, fast math, intrinsics.
#include <math.h>
#include <stdio.h>

__attribute__((noinline)) static int order(double a, double b) {
    return (a < b) | (a <= b) << 1 | (a > b) << 2 | (a >= b) << 3 | (a == b) << 4 | (a != b) << 5 |
           (isnan(a) || isunordered(a, b)) << 6;
}

__attribute__((noinline)) static float fast(const float *x, int n) {
#pragma clang fp reassociate(on) contract(fast)
    float s = 0;
    for (int i = 0; i < n; i++) s += x[i] * x[i];
    return s;
}

int main(int argc, char **argv) {
    double nan = 0.0 * __builtin_inf() * argc, half = 0.5 * argc;
    float x[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    printf("%d %d %d %d\n", order(1, argc), order(half, 2), order(nan, 1), order(argc, nan));
    printf("%g %g\n", (double)fast(x, 8), (double)-x[argc]);
    printf("%g %g %g %g\n", fabs(-half), sqrt(half + 1.75), floor(-half), copysign(3, -half));
    printf("%g %g %g\n", fma(half, 3, 1), trunc(-2.5 * argc), fmax(half, nan));
    printf("%d %u %ld %lu\n", (int)(-3.7 * argc), (unsigned)(4e9 * argc), (long)(1e15 * argc),
           (unsigned long)(1e19 * argc));
    printf("%g %g %g\n", (double)(unsigned long)-argc, (double)(float)(1.0 / 3 * argc),
           (double)((long)argc << 53 | 1));
    printf("%g %g\n", fmod(17.5 * argc, 5), (double)(float)(unsigned char)(200 + argc));
    return (int)(half * 4);
}
