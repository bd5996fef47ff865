// Floating-point arithmetic and comparison, with zeros, infinities and NaNs; float and double.
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const double values[] = {0.0, -0.0, 1.0, -1.0, 0.1, 3.5, -2.75, 1e300, -1e-300, 5e-324, DBL_MAX, DBL_MIN, INFINITY, -INFINITY, NAN, 1.0 / 3};
enum { N = sizeof values / sizeof *values };

static uint64_t bits(double x) {
    if (x != x) return 0x7FF8000000000000;
    uint64_t b;
    memcpy(&b, &x, 8);
    return b;
}

static uint32_t bits_float(float x) {
    if (x != x) return 0x7FC00000;
    uint32_t b;
    memcpy(&b, &x, 4);
    return b;
}

int main(void) {
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            volatile double va = values[i], vb = values[j];
            double a = va, b = vb;
            printf("%g %g: %lx %lx %lx %lx", a, b, bits(a + b), bits(a - b), bits(a * b), bits(a / b));
            printf(" %d%d%d%d%d%d", a < b, a <= b, a == b, a != b, a > b, a >= b);
            printf(" %d%d%d", !(a < b), !(a >= b), isunordered(a, b));
            float f = (float)a, g = (float)b;
            printf(" %x %x %x %x %d%d\n", bits_float(f + g), bits_float(f - g), bits_float(f * g), bits_float(f / g), f < g, f == g);
        }
    for (int i = 0; i < N; i++) {
        volatile double v = values[i];
        double a = v;
        printf("%lx %lx %lx %lx", bits(-a), bits(fabs(a)), bits(floor(a)), bits(ceil(a)));
        printf(" %lx %lx %lx %lx", bits(trunc(a)), bits(round(a)), bits(rint(a)), bits(sqrt(a)));
        printf(" %lx %lx", bits(copysign(a, -1.0)), bits(fmod(a, 0.75)));
        printf(" %d %d %d %d\n", !!isnan(a), !!isinf(a), !!isnormal(a), !!signbit(a));
    }
    double sum = 0, compensation = 0, plain = 0;
    for (int i = 1; i <= 10000; i++) {
        double x = 1.0 / i - compensation, t = sum + x;
        compensation = (t - sum) - x;
        sum = t;
        plain += 1.0 / i;
    }
    printf("%.17g %.17g\n", sum, plain);
    double x = 1;
    int steps = 0;
    while (1.0 + x > 1.0) x /= 2, steps++;
    printf("%d %g %g\n", steps, x, (double)FLT_EPSILON);
    float f = 16777216.0f;
    printf("%d %.9g\n", f + 1.0f == f, (double)(f + 2.0f));
    printf("%.17g\n", fma(0.1, 10.0, -1.0));
    printf("%g %g %g %g\n", fmin(1, NAN), fmax(NAN, 2), fmin(-3, 4), fdim(5, 3));
    return 0;
}
