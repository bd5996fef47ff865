// The mathematical functions, to twelve digits: libraries differ in the last bits.
#include <math.h>
#include <stdio.h>

static void show(const char *name, double value) { printf("%s %.12g\n", name, value); }

static double integrate(double (*f)(double), double a, double b, int n) {
    double h = (b - a) / n, sum = f(a) + f(b);
    for (int i = 1; i < n; i++) sum += f(a + i * h) * (i % 2 ? 4 : 2);
    return sum * h / 3;
}

static double solve(double (*f)(double), double low, double high) {
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if ((f(low) < 0) == (f(middle) < 0)) low = middle;
        else high = middle;
    }
    return low;
}

static double bell(double x) { return exp(-x * x); }
static double wave(double x) { return cos(x) - x; }

int main(void) {
    static const double xs[] = {0.1, 0.5, 0.9, 1.0, 2.0, 3.7, 10.0, 100.5};
    double (*volatile functions[])(double) = {sin, cos, tan, exp, log, log2, log10, sqrt, cbrt, sinh, tanh, atan, expm1, log1p, exp2, erf, tgamma, lgamma, asinh};
    static const char *const names[] = {"sin", "cos", "tan", "exp", "log", "log2", "log10", "sqrt", "cbrt", "sinh", "tanh", "atan", "expm1", "log1p", "exp2", "erf", "tgamma", "lgamma", "asinh"};
    for (int f = 0; f < 19; f++) {
        printf("%s", names[f]);
        for (int i = 0; i < 8; i++) printf(" %.12g", functions[f](xs[i]));
        puts("");
    }
    for (int i = 0; i < 4; i++) {
        volatile double x = xs[i];
        printf("%.12g %.12g %.12g %.12g\n", asin(x), acos(x), atan2(x, -0.5), hypot(x, 3));
        printf("%.12g %.12g %.12g %.12g\n", pow(x, 2.5), pow(2.5, -x), fmod(7.3, x), remainder(7.3, x));
        printf("%.12g %.12g %.12g %.12g\n", floor(-x * 3), ceil(x * 3), round(x * 5), trunc(-x * 7));
        printf("%ld %ld %.12g\n", lround(x * 9.5), lrint(x * 2.5), nearbyint(x * 2.5));
        printf("%.6g %.6g %.6g %.6g\n", (double)sinf((float)x), (double)expf((float)x), (double)powf((float)x, 1.5f), (double)sqrtf((float)x));
    }
    int e;
    double whole, part = modf(-3.75, &whole), m = frexp(1000, &e);
    printf("%g %g %g %d %g\n", part, whole, m, e, ldexp(0.75, 5));
    printf("%g %g %g %g\n", pow(0, 0), pow(-2, 3), pow(2, -1), pow(-8, 1.0 / 3) == pow(-8, 1.0 / 3) ? 1.0 : 0.0);
    printf("%d %d %d\n", isinf(log(0)) != 0, isnan(sqrt(-1)) != 0, isinf(exp(1000)) != 0);
    show("integral", integrate(bell, -3, 3, 600));
    show("fixed point", solve(wave, 0, 1));
    show("sin of large", sin(1e10));
    show("sum", sin(0.3) * sin(0.3) + cos(0.3) * cos(0.3));
    double pi = 0;
    for (int k = 0; k < 12; k++) pi += pow(16, -k) * (4.0 / (8 * k + 1) - 2.0 / (8 * k + 4) - 1.0 / (8 * k + 5) - 1.0 / (8 * k + 6));
    show("pi", pi);
    return 0;
}
