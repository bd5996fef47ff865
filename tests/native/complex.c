// Complex functions of all three types at ordinary places, and `fmal` bit by bit.
#include <complex.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint64_t state = 88172645463325252u;

static uint64_t next(void) {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

static double number(void) { return (double)(int64_t)next() / 0x1p61; }

#define SHOW(name)                                                                                                \
    do {                                                                                                          \
        double complex d = name(z);                                                                               \
        float complex f = name##f((float complex)z);                                                              \
        long double complex l = name##l(z);                                                                       \
        printf(#name " %.9g %.9g %.4g %.4g %.9Lg %.9Lg\n", creal(d), cimag(d), (double)crealf(f), (double)cimagf(f), creall(l), cimagl(l)); \
    } while (0)

static void functions(double complex z) {
    SHOW(cexp); SHOW(clog); SHOW(csqrt); SHOW(csin); SHOW(ccos); SHOW(ctan); SHOW(csinh); SHOW(ccosh); SHOW(ctanh);
    SHOW(casin); SHOW(cacos); SHOW(catan); SHOW(casinh); SHOW(cacosh); SHOW(catanh); SHOW(cproj); SHOW(conj);
    printf("%.9g %.5g %.9Lg\n", cabs(z), (double)cargf((float complex)z), cabsl(z));
}

static long double any(int exponents) {
    long double value = (long double)next() * (next() & 1 ? 1 : -1);
    return scalbnl(value, (int)(next() % (unsigned)exponents) - exponents / 2 - 64);
}

static void fused(void) {
    for (int i = 0; i < 20000; i++) {
        int near = i & 1;
        long double a = any(near ? 8 : 12000), b = any(near ? 8 : 12000), c = any(near ? 140 : 30000), r;
        if (i % 7 == 0) c = -a * b;
        if (i % 1001 == 0) c = 0;
        if (i % 997 == 0) a = scalbnl(a, -16000);
        // A product beyond all numbers has no say against an infinity.
        if (i % 991 == 0) a = scalbnl(a, 12000), b = scalbnl(b, 12000), c = i & 1 ? -(long double)INFINITY : INFINITY;
        r = fmal(a, b, c);
        unsigned char bytes[16] = {0};
        memcpy(bytes, &r, 10);
        uint64_t low, high = bytes[8] | bytes[9] << 8;
        memcpy(&low, bytes, 8);
        printf("%04x%016lx\n", (unsigned)high, low);
    }
}

int main(void) {
    for (int i = 0; i < 60; i++) functions(number() + number() * I);
    // On the cuts, from both sides, and where there is one part only.
    double at[] = {2.5, -2.5, 0.25, -0.25};
    for (int i = 0; i < 4; i++)
        for (int side = 0; side < 2; side++) {
            double zero = side ? -0.0 : 0.0;
            functions(__builtin_complex(at[i], zero));
            functions(__builtin_complex(zero, at[i]));
        }
    double complex p = cpow(1.5 + 2 * I, 0.75 - I), e = cexp(710 + I), s = csqrt(__builtin_complex(1e300, -1e300)), far = csinh(710 + 2 * I);
    printf("%.9g %.9g %.9g %.9g %.9g %.9g %.9g %.9g\n", creal(p), cimag(p), creal(e), cimag(e), creal(s), cimag(s), creal(far), cimag(far));
    volatile long double complex x = 1.5L - 0.25L * I, y = -3 + 0.125L * I, z = x * y + x / y, n = __builtin_complex((long double)INFINITY, 1.0L) * y, q = y / __builtin_complex(0.0L, 0.0L);
    printf("%.15Lg %.15Lg %Lf %Lf %Lf\n", creall(z), cimagl(z), creall(n), cimagl(n), creall(q));
    printf("%.9Lg %.9Lg %.9Lg %.9Lg\n", erfl(0.5L), erfcl(0.5L), tgammal(4.5L), lgammal(10.5L));
    fused();
    return 0;
}
