// flags: -fno-math-errno
// Functions of the C library that compilers take for one operation with two results.
#define _GNU_SOURCE
#include <math.h>
#include <stdio.h>

__attribute__((noinline)) static void turn(double x) {
    double s, c;
    sincos(x, &s, &c);
    float fs, fc;
    sincosf((float)x, &fs, &fc);
    printf("%.10f %.10f %.5f %.5f\n", s, c, fs, fc);
}

__attribute__((noinline)) static void apart(double x) {
    double whole;
    int exponent, exponent_float;
    double rest = modf(x, &whole);
    double mantissa = frexp(x, &exponent);
    float whole_float, rest_float = modff((float)x, &whole_float);
    float mantissa_float = frexpf((float)x, &exponent_float);
    printf("%g %g %g %d ", rest, whole, mantissa, exponent);
    printf("%g %g %g %d %g\n", rest_float, whole_float, mantissa_float, exponent_float,
           ldexp(mantissa, exponent + 3));
}

__attribute__((noinline)) static double angles(double x) {
    return tan(x) + asin(x) + acos(x) + atan(x) + sinh(x) + cosh(x) + tanh(x) + atan2(x, 2);
}

int main(void) {
    puts("before");
    for (double x = -3; x < 3; x += 0.375) {
        turn(x);
        apart(x * 1000.125);
    }
    for (double x = -1; x <= 1; x += 0.25) printf("%.9f\n", angles(x));
    apart(0);
    apart(-0.0);
    return 0;
}
