// Functions on `long double`. In C, since Rust has no such type; what computes is `src/long_double`, on
// the bits of the numbers. Linking makes integers of the numbers here as it does in programs.
//
// Exact, as the processor and glibc have them: all that rounds, splits, compares and scales, roots and
// remainders. Those at the end are as exact as those on `double`, and have its range.
#include <stdbool.h>
#include <stdint.h>

typedef unsigned __int128 bits;

bits __bf_long_fused(bits, bits, bits), __bf_long_sqrt(bits), __bf_long_floor(bits), __bf_long_ceil(bits), __bf_long_trunc(bits), __bf_long_even(bits),
    __bf_long_round(bits), __bf_long_rem(bits, bits), __bf_long_scale(bits, int), __bf_long_of_text(const char *, char **);

static inline bits of(long double value) {
    bits whole = 0;
    __builtin_memcpy(&whole, &value, 10);
    return whole;
}

static inline long double to(bits whole) {
    long double value;
    __builtin_memcpy(&value, &whole, 10);
    return value;
}

#define SIGN ((bits)1 << 79)
#define TOP (1ull << 63)
enum { BIAS = 16383, MOST = 0x7fff };

static inline int exponent(bits value) { return (int)(value >> 64) & MOST; }
static inline bool negative(bits value) { return value >> 79 & 1; }
static inline bool not_finite(bits value) { return exponent(value) == MOST; }
// What should have its highest digit and has not is no number.
static inline bool is_nan(bits value) { return exponent(value) && (!((uint64_t)value & TOP) || (not_finite(value) && (uint64_t)value << 1 != 0)); }
static inline bool is_zero(bits value) { return (value & ~SIGN) == 0; }

long double fabsl(long double x) { return to(of(x) & ~SIGN); }
long double copysignl(long double x, long double y) { return to((of(x) & ~SIGN) | (of(y) & SIGN)); }
long double sqrtl(long double x) { return to(__bf_long_sqrt(of(x))); }
long double floorl(long double x) { return to(__bf_long_floor(of(x))); }
long double ceill(long double x) { return to(__bf_long_ceil(of(x))); }
long double truncl(long double x) { return to(__bf_long_trunc(of(x))); }
long double rintl(long double x) { return to(__bf_long_even(of(x))); }
long double nearbyintl(long double x) { return to(__bf_long_even(of(x))); }
long double roundevenl(long double x) { return to(__bf_long_even(of(x))); }
long double roundl(long double x) { return to(__bf_long_round(of(x))); }
long double fmodl(long double x, long double y) { return to(__bf_long_rem(of(x), of(y))); }
long lrintl(long double x) { return (long)to(__bf_long_even(of(x))); }
long long llrintl(long double x) { return lrintl(x); }
long lroundl(long double x) { return (long)to(__bf_long_round(of(x))); }
long long llroundl(long double x) { return lroundl(x); }

long double fminl(long double x, long double y) { return x < y || y != y ? x : y; }
long double fmaxl(long double x, long double y) { return x > y || y != y ? x : y; }
long double fdiml(long double x, long double y) { return x <= y ? 0 : x - y; }

long double fmal(long double x, long double y, long double z) { return to(__bf_long_fused(of(x), of(y), of(z))); }

// Rounded twice, where the processor would have no such instruction either.
long double __bf_long_muladd(long double x, long double y, long double z) { return x * y + z; }

long double ldexpl(long double x, int by) { return to(__bf_long_scale(of(x), by)); }
long double scalbnl(long double x, int by) { return to(__bf_long_scale(of(x), by)); }
long double scalblnl(long double x, long by) {
    return scalbnl(x, by > 100000 ? 100000 : by < -100000 ? -100000 : (int)by);
}

long double frexpl(long double x, int *power) {
    bits value = of(x);
    *power = 0;
    if (is_zero(value) || not_finite(value)) return x;
    if (exponent(value) == 0) {
        value = __bf_long_scale(value, 64);
        *power = -64;
    }
    *power += exponent(value) - BIAS + 1;
    return to((value & (SIGN | UINT64_MAX)) | (bits)(BIAS - 1) << 64);
}

long double modfl(long double x, long double *whole) {
    *whole = truncl(x);
    return copysignl(not_finite(of(x)) && x == x ? 0 : x - *whole, x);
}

int ilogbl(long double x) {
    int power;
    if (is_zero(of(x)) || x != x) return -INT32_MAX - 1;
    if (not_finite(of(x))) return INT32_MAX;
    frexpl(x, &power);
    return power - 1;
}

long double logbl(long double x) {
    if (not_finite(of(x))) return x * x;
    return is_zero(of(x)) ? -1 / fabsl(x) : ilogbl(x);
}

long double nextafterl(long double x, long double y) {
    if (x != x || y != y) return x + y;
    if (x == y) return y;
    bits value = of(x);
    if (is_zero(value)) return to((of(y) & SIGN) | 1);
    // Significand and exponent count as one number, save for the highest digit, which is written down.
    bits sign = value & SIGN, size = (bits)exponent(value) << 63 | ((uint64_t)value & ~TOP);
    size += (x < y) == (sign == 0) ? 1 : -1;
    bits high = size >> 63;
    return to(sign | high << 64 | (high ? TOP : 0) | ((uint64_t)size & ~TOP));
}

long double nexttowardl(long double x, long double y) { return nextafterl(x, y); }

// Kinds of numbers, as LLVM's `is.fpclass` counts them.
bool __bf_long_class(long double x, int wanted) {
    enum { SIGNALS = 1, QUIET = 2, INFINITY = 4, NORMAL = 8, SUBNORMAL = 16, ZERO = 32 };
    bits value = of(x);
    // What should have its highest digit and has not is no number, and does not signal.
    if (exponent(value) && !((uint64_t)value & TOP)) return wanted & QUIET;
    if (is_nan(value)) return wanted & ((uint64_t)value >> 62 & 1 ? QUIET : SIGNALS);
    int kind = not_finite(value) ? INFINITY : exponent(value) ? NORMAL : is_zero(value) ? ZERO : SUBNORMAL;
    // From the greatest to the least in the lower half, and back in the upper one.
    return wanted & (negative(value) ? kind : kind == INFINITY ? 512 : kind == NORMAL ? 256 : kind == SUBNORMAL ? 128 : 64);
}

int __isnanl(long double x) { return is_nan(of(x)); }
int isnanl(long double x) { return is_nan(of(x)); }
int __finitel(long double x) { return !not_finite(of(x)); }
int finitel(long double x) { return !not_finite(of(x)); }
int __signbitl(long double x) { return negative(of(x)); }

int __isinfl(long double x) {
    bits value = of(x);
    if (!not_finite(value) || is_nan(value)) return 0;
    return negative(value) ? -1 : 1;
}
int isinfl(long double x) { return __isinfl(x); }

int __fpclassifyl(long double x) {
    bits value = of(x);
    if (is_nan(value)) return 0;
    if (not_finite(value)) return 1;
    return exponent(value) ? 4 : is_zero(value) ? 2 : 3;
}

long double __powixf2(long double x, int power) {
    long double result = 1;
    unsigned left = power < 0 ? -(unsigned)power : (unsigned)power;
    for (; left; left >>= 1, x *= x)
        if (left & 1) result *= x;
    return power < 0 ? 1 / result : result;
}

long double strtold(const char *text, char **end) { return to(__bf_long_of_text(text, end)); }

long double nanl(const char *text) {
    (void)text;
    return to((bits)MOST << 64 | TOP | TOP >> 1);
}

// By way of `double`.
#define BY_DOUBLE(name)    \
    double name(double);   \
    long double name##l(long double x) { return name((double)x); }
#define BY_DOUBLES(name)           \
    double name(double, double);   \
    long double name##l(long double x, long double y) { return name((double)x, (double)y); }

BY_DOUBLE(sin) BY_DOUBLE(cos) BY_DOUBLE(tan) BY_DOUBLE(asin) BY_DOUBLE(acos) BY_DOUBLE(atan)
BY_DOUBLE(sinh) BY_DOUBLE(cosh) BY_DOUBLE(tanh) BY_DOUBLE(asinh) BY_DOUBLE(acosh) BY_DOUBLE(atanh)
BY_DOUBLE(exp) BY_DOUBLE(exp2) BY_DOUBLE(expm1) BY_DOUBLE(log) BY_DOUBLE(log2) BY_DOUBLE(log10)
BY_DOUBLE(log1p) BY_DOUBLE(cbrt) BY_DOUBLE(erf) BY_DOUBLE(erfc) BY_DOUBLE(tgamma) BY_DOUBLE(lgamma)
BY_DOUBLE(exp10) BY_DOUBLE(j0) BY_DOUBLE(j1) BY_DOUBLE(y0) BY_DOUBLE(y1)
BY_DOUBLES(atan2) BY_DOUBLES(pow) BY_DOUBLES(hypot)

// Two results at once, as LLVM's intrinsics give them.
_Complex long double __bf_long_modf(long double x) {
    long double whole, fraction = modfl(x, &whole);
    return __builtin_complex(fraction, whole);
}

_Complex long double __bf_long_sincos(long double x) { return __builtin_complex(sinl(x), cosl(x)); }
