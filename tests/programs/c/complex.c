// Complex numbers: arithmetic, powers, roots of polynomials, a Fourier transform.
#include <complex.h>
#include <math.h>
#include <stdio.h>

static double complex multiply(double complex a, double complex b) { return a * b; }
static float complex divide(float complex a, float complex b) { return a / b; }

static double complex power(double complex z, int n) {
    double complex r = 1;
    while (n--) r *= z;
    return r;
}

// All roots of z^4 + a z^3 + b z^2 + c z + d at once (Durand and Kerner).
static void roots(const double *k) {
    double complex r[4];
    for (int i = 0; i < 4; i++) r[i] = power(0.4 + 0.9 * I, i);
    for (int round = 0; round < 60; round++)
        for (int i = 0; i < 4; i++) {
            double complex value = ((((r[i] + k[0]) * r[i]) + k[1]) * r[i] + k[2]) * r[i] + k[3], below = 1;
            for (int j = 0; j < 4; j++)
                if (j != i) below *= r[i] - r[j];
            r[i] -= value / below;
        }
    double complex sum = 0, product = 1;
    for (int i = 0; i < 4; i++) sum += r[i], product *= r[i];
    printf("%.6f %.6f %.6f\n", creal(sum), creal(product), fabs(cimag(product)));
}

static void transform(double complex *v, int n, int sign) {
    if (n == 1) return;
    double complex even[16], odd[16];
    for (int i = 0; i < n / 2; i++) even[i] = v[2 * i], odd[i] = v[2 * i + 1];
    transform(even, n / 2, sign);
    transform(odd, n / 2, sign);
    for (int i = 0; i < n / 2; i++) {
        double angle = sign * 6.283185307179586 * i / n;
        double complex t = (cos(angle) + sin(angle) * I) * odd[i];
        v[i] = even[i] + t;
        v[i + n / 2] = even[i] - t;
    }
}

int main(void) {
    double complex a = 3 + 4 * I, b = 1 - 2 * I;
    volatile double complex v = a;
    double complex c = multiply(v, b), d = v / b;
    printf("%g %g %g %g\n", creal(c), cimag(c), creal(d), cimag(d));
    float complex f = divide(1 + 2 * I, 3 - I);
    printf("%.6g %.6g\n", (double)crealf(f), (double)cimagf(f));
    printf("%g %g %g\n", cabs(a), creal(conj(a)), cimag(conj(a)));
    printf("%d %d\n", a == b, a != conj(conj(a)));
    c = power(1 + I, 20);
    printf("%g %g\n", creal(c), cimag(c));
    static const double k[] = {-10, 35, -50, 24};
    roots(k);
    double complex signal[16];
    for (int i = 0; i < 16; i++) signal[i] = i % 5 + (i % 3) * I;
    transform(signal, 16, -1);
    printf("%.6f %.6f %.6f\n", creal(signal[0]), cimag(signal[0]), cabs(signal[3]));
    transform(signal, 16, 1);
    double worst = 0;
    for (int i = 0; i < 16; i++) worst = fmax(worst, cabs(signal[i] / 16 - (i % 5 + (i % 3) * I)));
    printf("%d\n", worst < 1e-12);
    double complex z = 0;
    int n = 0;
    for (; n < 100 && cabs(z) < 2; n++) z = z * z + (0.3 + 0.5 * I);
    printf("%d\n", n);
    return 0;
}
