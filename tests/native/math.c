// Prints the bits of many values of the math functions: two C libraries may differ by a few
// units in the last place, which whoever compares counts.
#define _GNU_SOURCE
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t state = 88172645463325252u;

static uint64_t next(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * 0x2545F4914F6CDD1Du;
}

static double argument(void) {
    static const double special[] = {0.0, -0.0, 1.0, -1.0, 0.5, 2.0, INFINITY, -INFINITY, NAN, 1e300, 1e-300, 5e-324, 3.0, 0.75, 100.0, 709.0, -745.0};
    union { uint64_t bits; double value; } both;
    switch (next() >> 33 & 3) {
    case 0: return special[(next() >> 33) % (sizeof special / sizeof *special)];
    case 1: // anything but a signalling NaN
        both.bits = next();
        return both.value == both.value ? both.value : NAN;
    case 2: return (double)(int64_t)next() * 0x1p-60; // -8 to 8
    default: return (double)(int64_t)next() * 0x1p-54; // -512 to 512
    }
}

static void show(const char *name, double x, double y, double result) {
    union { double value; uint64_t bits; } both = {result};
    if (result != result) both.bits = 0x7FF8000000000000;
    printf("%s %a %a d%016llx\n", name, x, y, (unsigned long long)both.bits);
}

static void show_float(const char *name, float x, float y, float result) {
    union { float value; uint32_t bits; } both = {result};
    if (result != result) both.bits = 0x7FC00000;
    printf("%s %a %a f%08x\n", name, x, y, both.bits);
}

#define ONE(name) show(#name, x, 0, name(x)); show_float(#name "f", a, 0, name##f(a));
#define TWO(name) show(#name, x, y, name(x, y)); show_float(#name "f", a, b, name##f(a, b));

int main(int argc, char **argv) {
    int rounds = argc > 1 ? atoi(argv[1]) : 2000;
    for (int i = 0; i < rounds; i++) {
        double x = argument(), y = argument();
        float a = (float)x, b = (float)y;
        ONE(sin) ONE(cos) ONE(tan) ONE(asin) ONE(acos) ONE(atan) ONE(sinh) ONE(cosh) ONE(tanh) ONE(asinh) ONE(acosh) ONE(atanh)
        ONE(exp) ONE(exp2) ONE(expm1) ONE(log) ONE(log2) ONE(log10) ONE(log1p) ONE(sqrt) ONE(cbrt) ONE(erf) ONE(erfc)
        ONE(floor) ONE(ceil) ONE(trunc) ONE(round) ONE(rint) ONE(nearbyint) ONE(fabs) ONE(logb)
        TWO(pow) TWO(atan2) TWO(fmod) TWO(hypot) TWO(fmin) TWO(fmax) TWO(fdim) TWO(copysign) TWO(remainder) TWO(nextafter)
        show("fma", x, y, fma(x, y, argument()));
        int power = 0, bits = 0;
        double whole = 0;
        show("frexp", x, 0, frexp(x, &power));
        if (isfinite(x)) show("frexp power", x, 0, power);
        show("ldexp", x, 0, ldexp(x, (int)(next() >> 33) % 200 - 100));
        show("modf", x, 0, modf(x, &whole));
        show("modf whole", x, 0, whole);
        show("remquo", x, y, remquo(x, y, &bits));
        if (fabs(x) < 1e15) {
            show("lrint", x, 0, (double)lrint(x));
            show("lround", x, 0, (double)lround(x));
            show("llroundf", a, 0, (double)llroundf(a));
        }
        printf("class %d %d %d %d %d\n", fpclassify(x), !!signbit(x), isnan(x), isinf(x), isfinite(x));
    }
    return 0;
}
