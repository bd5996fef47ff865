// `__float128`, by the names that compilers and programs call. In C, since Rust has no such type; what computes is
// `src/quad`, on the bits of the numbers. Linking makes pairs of integers of the numbers here as it does in programs.
//
// Exact, as libgcc and glibc have them. There are no functions such as `sinf128`.
#include <stdbool.h>
#include <stdint.h>

typedef unsigned __int128 bits;
typedef __float128 quad;

bits __bf_quad_add(bits, bits), __bf_quad_sub(bits, bits), __bf_quad_mul(bits, bits), __bf_quad_div(bits, bits), __bf_quad_rem(bits, bits),
    __bf_quad_fused(bits, bits, bits), __bf_quad_sqrt(bits), __bf_quad_scale(bits, int), __bf_quad_floor(bits), __bf_quad_ceil(bits),
    __bf_quad_trunc(bits), __bf_quad_even(bits), __bf_quad_round(bits), __bf_quad_of_double(double), __bf_quad_of_long(bits),
    __bf_quad_of_int(__int128), __bf_quad_of_unsigned(bits), __bf_quad_to_long(bits), __bf_quad_to_unsigned(bits);
__int128 __bf_quad_to_int(bits);
double __bf_quad_to_double(bits);
float __bf_quad_to_float(bits);
uint16_t __bf_quad_to_half(bits), __bf_quad_to_brain(bits);
int __bf_quad_order(bits, bits);

static inline bits of(quad value) {
    bits whole;
    __builtin_memcpy(&whole, &value, 16);
    return whole;
}

static inline quad to(bits whole) {
    quad value;
    __builtin_memcpy(&value, &whole, 16);
    return value;
}

#define SIGN ((bits)1 << 127)
#define FRACTION (((bits)1 << 112) - 1)
enum { BIAS = 16383, MOST = 0x7fff };

static inline int exponent(bits value) { return (int)(value >> 112) & MOST; }
static inline bool negative(bits value) { return value >> 127; }
static inline bool not_finite(bits value) { return exponent(value) == MOST; }
static inline bool is_nan(bits value) { return not_finite(value) && (value & FRACTION); }
static inline bool is_zero(bits value) { return (value & ~SIGN) == 0; }

// What compilers call. Whole numbers that do not fit are the least or the largest.
quad __addtf3(quad x, quad y) { return to(__bf_quad_add(of(x), of(y))); }
quad __subtf3(quad x, quad y) { return to(__bf_quad_sub(of(x), of(y))); }
quad __multf3(quad x, quad y) { return to(__bf_quad_mul(of(x), of(y))); }
quad __divtf3(quad x, quad y) { return to(__bf_quad_div(of(x), of(y))); }
quad __negtf2(quad x) { return to(of(x) ^ SIGN); }
// Outcomes as `bareflow_program` has them.
int __bf_quad_compare(quad x, quad y) { return __bf_quad_order(of(x), of(y)); }

quad __extenddftf2(double x) { return to(__bf_quad_of_double(x)); }
quad __extendsftf2(float x) { return to(__bf_quad_of_double(x)); }
double __trunctfdf2(quad x) { return __bf_quad_to_double(of(x)); }
float __trunctfsf2(quad x) { return __bf_quad_to_float(of(x)); }

_Float16 __trunctfhf2(quad x) {
    uint16_t half = __bf_quad_to_half(of(x));
    _Float16 value;
    __builtin_memcpy(&value, &half, 2);
    return value;
}

__bf16 __trunctfbf2(quad x) {
    uint16_t half = __bf_quad_to_brain(of(x));
    __bf16 value;
    __builtin_memcpy(&value, &half, 2);
    return value;
}

quad __extendxftf2(long double x) {
    bits whole = 0;
    __builtin_memcpy(&whole, &x, 10);
    return to(__bf_quad_of_long(whole));
}

long double __trunctfxf2(quad x) {
    bits whole = __bf_quad_to_long(of(x));
    long double value;
    __builtin_memcpy(&value, &whole, 10);
    return value;
}

quad __floattitf(__int128 x) { return to(__bf_quad_of_int(x)); }
quad __floatuntitf(bits x) { return to(__bf_quad_of_unsigned(x)); }
__int128 __fixtfti(quad x) { return __bf_quad_to_int(of(x)); }
bits __fixunstfti(quad x) { return __bf_quad_to_unsigned(of(x)); }

quad __powitf2(quad x, int power) {
    quad result = 1;
    unsigned left = power < 0 ? -(unsigned)power : (unsigned)power;
    for (; left; left >>= 1, x *= x)
        if (left & 1) result *= x;
    return power < 0 ? 1 / result : result;
}

// Rounded twice, where no processor has such an instruction either.
quad __bf_quad_muladd(quad x, quad y, quad z) { return x * y + z; }

// Kinds of numbers, as LLVM's `is.fpclass` counts them.
bool __bf_quad_class(quad x, int wanted) {
    enum { SIGNALS = 1, QUIET = 2, INFINITY = 4, NORMAL = 8, SUBNORMAL = 16, ZERO = 32 };
    bits value = of(x);
    if (is_nan(value)) return wanted & (value >> 111 & 1 ? QUIET : SIGNALS);
    int kind = not_finite(value) ? INFINITY : exponent(value) ? NORMAL : is_zero(value) ? ZERO : SUBNORMAL;
    // From the greatest to the least in the lower half, and back in the upper one.
    return wanted & (negative(value) ? kind : kind == INFINITY ? 512 : kind == NORMAL ? 256 : kind == SUBNORMAL ? 128 : 64);
}

// What programs call.
quad fabsf128(quad x) { return to(of(x) & ~SIGN); }
quad copysignf128(quad x, quad y) { return to((of(x) & ~SIGN) | (of(y) & SIGN)); }
quad sqrtf128(quad x) { return to(__bf_quad_sqrt(of(x))); }
quad floorf128(quad x) { return to(__bf_quad_floor(of(x))); }
quad ceilf128(quad x) { return to(__bf_quad_ceil(of(x))); }
quad truncf128(quad x) { return to(__bf_quad_trunc(of(x))); }
quad rintf128(quad x) { return to(__bf_quad_even(of(x))); }
quad nearbyintf128(quad x) { return to(__bf_quad_even(of(x))); }
quad roundevenf128(quad x) { return to(__bf_quad_even(of(x))); }
quad roundf128(quad x) { return to(__bf_quad_round(of(x))); }
quad fmodf128(quad x, quad y) { return to(__bf_quad_rem(of(x), of(y))); }
quad fmaf128(quad x, quad y, quad z) { return to(__bf_quad_fused(of(x), of(y), of(z))); }
long lrintf128(quad x) { return (long)to(__bf_quad_even(of(x))); }
long long llrintf128(quad x) { return lrintf128(x); }
long lroundf128(quad x) { return (long)to(__bf_quad_round(of(x))); }
long long llroundf128(quad x) { return lroundf128(x); }

quad fminf128(quad x, quad y) { return x <= y || y != y ? x : y; }
quad fmaxf128(quad x, quad y) { return x >= y || y != y ? x : y; }
quad fdimf128(quad x, quad y) { return x <= y ? 0 : x - y; }

quad ldexpf128(quad x, int by) { return to(__bf_quad_scale(of(x), by)); }
quad scalbnf128(quad x, int by) { return to(__bf_quad_scale(of(x), by)); }
quad scalblnf128(quad x, long by) { return scalbnf128(x, by > 100000 ? 100000 : by < -100000 ? -100000 : (int)by); }

quad frexpf128(quad x, int *power) {
    bits value = of(x);
    *power = 0;
    if (is_zero(value)) return x;
    if (not_finite(value)) return x + x;
    if (exponent(value) == 0) {
        value = __bf_quad_scale(value, 113);
        *power = -113;
    }
    *power += exponent(value) - BIAS + 1;
    return to((value & (SIGN | FRACTION)) | (bits)(BIAS - 1) << 112);
}

quad modff128(quad x, quad *whole) {
    *whole = truncf128(x);
    return copysignf128(not_finite(of(x)) && x == x ? 0 : x - *whole, x);
}

int ilogbf128(quad x) {
    int power;
    if (is_zero(of(x)) || x != x) return -INT32_MAX - 1;
    if (not_finite(of(x))) return INT32_MAX;
    frexpf128(x, &power);
    return power - 1;
}

quad logbf128(quad x) {
    if (not_finite(of(x))) return x * x;
    return is_zero(of(x)) ? -1 / fabsf128(x) : ilogbf128(x);
}

quad nextafterf128(quad x, quad y) {
    if (x != x || y != y) return x + y;
    if (x == y) return y;
    bits value = of(x);
    if (is_zero(value)) return to((of(y) & SIGN) | 1);
    // Exponent and significand count as one number.
    return to((x < y) == !negative(value) ? value + 1 : value - 1);
}

int __isnanf128(quad x) { return is_nan(of(x)); }
int __finitef128(quad x) { return !not_finite(of(x)); }
int __signbitf128(quad x) { return negative(of(x)); }

int __isinff128(quad x) {
    bits value = of(x);
    if (!not_finite(value) || is_nan(value)) return 0;
    return negative(value) ? -1 : 1;
}

int __fpclassifyf128(quad x) {
    bits value = of(x);
    if (is_nan(value)) return 0;
    if (not_finite(value)) return 1;
    return exponent(value) ? 4 : is_zero(value) ? 2 : 3;
}
