// `<complex.h>`. Functions with branch cuts follow W. Kahan, "Branch cuts for complex elementary functions"
// (1987): made of square roots and of real functions, so that the sign of a zero says on which side of a cut a
// number lies. Circular functions are the hyperbolic ones, turned by a quarter. What infinities give is what
// C17's annex G says for `cexp`, `csqrt` and `clog`; elsewhere what the formulas make of them.
//
// For `float` all is computed in `double` and rounded once.
#include <complex.h>
#include <math.h>

#define PARTS(T, s)                                                                                     \
    static T _Complex of##s(T re, T im) { return __builtin_complex(re, im); }                            \
    /* Times i, and divided by it. */                                                                    \
    static T _Complex turned##s(T _Complex z) { return of##s(-__imag__ z, __real__ z); }                 \
    static T _Complex back##s(T _Complex z) { return of##s(__imag__ z, -__real__ z); }                   \
    T _Complex cproj##s(T _Complex z) {                                                                  \
        int far = __builtin_isinf(__real__ z) || __builtin_isinf(__imag__ z);                            \
        return far ? of##s((T)__builtin_inf(), copysign##s(0, __imag__ z)) : z;                          \
    }

#define POWERS(T, s, LARGE)                                                                              \
    T _Complex cexp##s(T _Complex z) {                                                                   \
        T x = __real__ z, y = __imag__ z;                                                                \
        if (y == 0) return of##s(exp##s(x), y);                                                          \
        if (!__builtin_isfinite(y)) {                                                                    \
            if (x == -(T)__builtin_inf()) return of##s(0, copysign##s(0, y));                            \
            return of##s(x == (T)__builtin_inf() ? x : y - y, y - y);                                    \
        }                                                                                                \
        /* Twice the root, where the power alone is too large. */                                        \
        T size = exp##s(x > LARGE && x < 2 * LARGE ? x / 2 : x), again = x > LARGE && x < 2 * LARGE ? size : 1; \
        return of##s(size * cos##s(y) * again, size * sin##s(y) * again);                                \
    }                                                                                                    \
    T _Complex clog##s(T _Complex z) {                                                                   \
        T x = fabs##s(__real__ z), y = fabs##s(__imag__ z), angle = carg##s(z);                          \
        T more = x > y ? x : y, less = x > y ? y : x, size = hypot##s(x, y);                             \
        if (size > (T)0.5 && size < 2) return of##s(log1p##s((more - 1) * (more + 1) + less * less) / 2, angle); \
        if (__builtin_isinf(size) && __builtin_isfinite(x) && __builtin_isfinite(y))                     \
            return of##s(log##s(hypot##s(x / 2, y / 2)) + log##s(2), angle);                             \
        return of##s(log##s(size), angle);                                                               \
    }                                                                                                    \
    T _Complex csqrt##s(T _Complex z) {                                                                  \
        T x = __real__ z, y = __imag__ z;                                                                \
        if (x == 0 && y == 0) return of##s(0, y);                                                        \
        if (__builtin_isinf(y)) return of##s((T)__builtin_inf(), y);                                     \
        if (x != x) return of##s(x, y == y ? (x - x) : y);                                               \
        if (__builtin_isinf(x)) {                                                                        \
            if (x > 0) return of##s(x, y == y ? copysign##s(0, y) : y);                                  \
            return of##s(y == y ? 0 : y, copysign##s(-x, y));                                            \
        }                                                                                                \
        /* In the middle of the range, so that nothing is lost. */                                       \
        int power;                                                                                       \
        frexp##s(fabs##s(x) > fabs##s(y) ? x : y, &power);                                               \
        power &= ~1;                                                                                     \
        x = ldexp##s(x, -power), y = ldexp##s(y, -power);                                                \
        T root = sqrt##s((fabs##s(x) + hypot##s(x, y)) / 2), other = fabs##s(y) / (2 * root);            \
        root = ldexp##s(root, power / 2), other = ldexp##s(other, power / 2);                            \
        return x >= 0 ? of##s(root, copysign##s(other, y)) : of##s(other, copysign##s(root, y));         \
    }                                                                                                    \
    T _Complex cpow##s(T _Complex a, T _Complex b) {                                                     \
        if (__real__ a == 0 && __imag__ a == 0 && (__real__ b > 0)) return 0;                            \
        return cexp##s(b * clog##s(a));                                                                  \
    }

#define HYPERBOLIC(T, s, FAR)                                                                            \
    T _Complex csinh##s(T _Complex z) {                                                                  \
        T x = __real__ z, y = __imag__ z;                                                                \
        if (y == 0) return of##s(sinh##s(x), y);                                                         \
        if (fabs##s(x) > FAR) {                                                                          \
            T _Complex half = cexp##s(of##s(fabs##s(x) - (T)0.69314718055994530942L, y));                \
            return of##s(copysign##s(1, x) * __real__ half, __imag__ half);                              \
        }                                                                                                \
        return of##s(sinh##s(x) * cos##s(y), cosh##s(x) * sin##s(y));                                    \
    }                                                                                                    \
    T _Complex ccosh##s(T _Complex z) {                                                                  \
        T x = __real__ z, y = __imag__ z;                                                                \
        if (y == 0) return of##s(cosh##s(x), copysign##s(0, x) * y);                                     \
        if (fabs##s(x) > FAR) {                                                                          \
            T _Complex half = cexp##s(of##s(fabs##s(x) - (T)0.69314718055994530942L, y));                \
            return of##s(__real__ half, copysign##s(1, x) * __imag__ half);                              \
        }                                                                                                \
        return of##s(cosh##s(x) * cos##s(y), sinh##s(x) * sin##s(y));                                    \
    }                                                                                                    \
    T _Complex ctanh##s(T _Complex z) {                                                                  \
        T x = __real__ z, y = __imag__ z;                                                                \
        if (fabs##s(x) > FAR) {                                                                          \
            T rest = 4 * sin##s(y) * cos##s(y) * exp##s(-2 * fabs##s(x));                                \
            return of##s(copysign##s(1, x), __builtin_isfinite(y) ? rest : copysign##s(0, y));           \
        }                                                                                                \
        T t = tan##s(y), beta = 1 + t * t, sine = sinh##s(x), rho = sqrt##s(1 + sine * sine);            \
        T below = 1 + beta * sine * sine;                                                                \
        return of##s(beta * rho * sine / below, t / below);                                              \
    }                                                                                                    \
    T _Complex csin##s(T _Complex z) { return back##s(csinh##s(turned##s(z))); }                         \
    T _Complex ccos##s(T _Complex z) { return ccosh##s(turned##s(z)); }                                  \
    T _Complex ctan##s(T _Complex z) { return back##s(ctanh##s(turned##s(z))); }

#define INVERSE(T, s)                                                                                    \
    /* 1 + z and 1 - z, whose imaginary parts keep the sign of a zero. */                                \
    static T _Complex above##s(T _Complex z) { return csqrt##s(of##s(1 + __real__ z, __imag__ z)); }     \
    static T _Complex below##s(T _Complex z) { return csqrt##s(of##s(1 - __real__ z, -__imag__ z)); }    \
    T _Complex casin##s(T _Complex z) {                                                                  \
        T _Complex one = above##s(z), two = below##s(z);                                                 \
        T re = atan2##s(__real__ z, __real__ one * __real__ two - __imag__ one * __imag__ two);          \
        return of##s(re, asinh##s(__imag__ one * __real__ two - __real__ one * __imag__ two));           \
    }                                                                                                    \
    T _Complex cacos##s(T _Complex z) {                                                                  \
        T _Complex one = below##s(z), two = above##s(z);                                                 \
        T im = asinh##s(__real__ two * __imag__ one - __imag__ two * __real__ one);                      \
        return of##s(2 * atan2##s(__real__ one, __real__ two), im);                                      \
    }                                                                                                    \
    T _Complex cacosh##s(T _Complex z) {                                                                 \
        T _Complex one = csqrt##s(of##s(__real__ z - 1, __imag__ z)), two = above##s(z);                 \
        T re = asinh##s(__real__ one * __real__ two + __imag__ one * __imag__ two);                      \
        return of##s(re, 2 * atan2##s(__imag__ one, __real__ two));                                      \
    }                                                                                                    \
    T _Complex catanh##s(T _Complex z) {                                                                 \
        T x = fabs##s(__real__ z), y = __imag__ z;                                                       \
        T re = log1p##s(4 * x / ((1 - x) * (1 - x) + y * y)) / 4;                                        \
        T im = atan2##s(2 * y, (1 - x) * (1 + x) - y * y) / 2;                                           \
        return of##s(copysign##s(re, __real__ z), im);                                                   \
    }                                                                                                    \
    T _Complex casinh##s(T _Complex z) { return back##s(casin##s(turned##s(z))); }                       \
    T _Complex catan##s(T _Complex z) { return back##s(catanh##s(turned##s(z))); }

long double cabsl(long double _Complex z) { return hypotl(__real__ z, __imag__ z); }
long double cargl(long double _Complex z) { return atan2l(__imag__ z, __real__ z); }
long double creall(long double _Complex z) { return __real__ z; }
long double cimagl(long double _Complex z) { return __imag__ z; }
long double _Complex conjl(long double _Complex z) { return __builtin_complex(__real__ z, -__imag__ z); }

PARTS(double, )
POWERS(double, , 709)
HYPERBOLIC(double, , 40)
INVERSE(double, )
PARTS(long double, l)
POWERS(long double, l, 709)
HYPERBOLIC(long double, l, 40)
INVERSE(long double, l)

float cabsf(float _Complex z) { return (float)cabs(z); }
float cargf(float _Complex z) { return (float)carg(z); }
float crealf(float _Complex z) { return __real__ z; }
float cimagf(float _Complex z) { return __imag__ z; }
float _Complex conjf(float _Complex z) { return __builtin_complex(__real__ z, -__imag__ z); }
float _Complex cpowf(float _Complex a, float _Complex b) { return (float _Complex)cpow(a, b); }
#define IN_DOUBLE(name) \
    float _Complex name##f(float _Complex z) { return (float _Complex)name(z); }
IN_DOUBLE(cexp) IN_DOUBLE(clog) IN_DOUBLE(csqrt) IN_DOUBLE(cproj)
IN_DOUBLE(csin) IN_DOUBLE(ccos) IN_DOUBLE(ctan) IN_DOUBLE(csinh) IN_DOUBLE(ccosh) IN_DOUBLE(ctanh)
IN_DOUBLE(casin) IN_DOUBLE(cacos) IN_DOUBLE(catan) IN_DOUBLE(casinh) IN_DOUBLE(cacosh) IN_DOUBLE(catanh)

// Products and quotients of the wide types (C17, annex G.5.1), which clang calls where a part is no number.
#define PRODUCTS(type, letters, suffix) \
    type _Complex __mul##letters##3(type a, type b, type c, type d) { \
        type re = a * c - b * d, im = a * d + b * c; \
        if (re != re && im != im) { \
            int again = 0; \
            if (isinf(a) || isinf(b)) { \
                a = copysign##suffix(isinf(a) ? 1 : 0, a), b = copysign##suffix(isinf(b) ? 1 : 0, b); \
                c = c != c ? copysign##suffix(0, c) : c, d = d != d ? copysign##suffix(0, d) : d; \
                again = 1; \
            } \
            if (isinf(c) || isinf(d)) { \
                c = copysign##suffix(isinf(c) ? 1 : 0, c), d = copysign##suffix(isinf(d) ? 1 : 0, d); \
                a = a != a ? copysign##suffix(0, a) : a, b = b != b ? copysign##suffix(0, b) : b; \
                again = 1; \
            } \
            if (again) re = (type)INFINITY * (a * c - b * d), im = (type)INFINITY * (a * d + b * c); \
        } \
        return __builtin_complex(re, im); \
    } \
    \
    type _Complex __div##letters##3(type a, type b, type c, type d) { \
        int power = 0; \
        type most = fmax##suffix(fabs##suffix(c), fabs##suffix(d)); \
        if (isfinite(most) && most != 0) { \
            power = ilogb##suffix(most); \
            c = scalbn##suffix(c, -power), d = scalbn##suffix(d, -power); \
        } \
        type size = c * c + d * d; \
        type re = scalbn##suffix((a * c + b * d) / size, -power), im = scalbn##suffix((b * c - a * d) / size, -power); \
        if (re != re && im != im) { \
            if (size == 0 && (a == a || b == b)) { \
                re = copysign##suffix((type)INFINITY, c) * a, im = copysign##suffix((type)INFINITY, c) * b; \
            } else if ((isinf(a) || isinf(b)) && isfinite(c) && isfinite(d)) { \
                a = copysign##suffix(isinf(a) ? 1 : 0, a), b = copysign##suffix(isinf(b) ? 1 : 0, b); \
                re = (type)INFINITY * (a * c + b * d), im = (type)INFINITY * (b * c - a * d); \
            } else if (isinf(most) && isfinite(a) && isfinite(b)) { \
                c = copysign##suffix(isinf(c) ? 1 : 0, c), d = copysign##suffix(isinf(d) ? 1 : 0, d); \
                re = 0 * (a * c + b * d), im = 0 * (b * c - a * d); \
            } \
        } \
        return __builtin_complex(re, im); \
    }
PRODUCTS(long double, xc, l)

__float128 copysignf128(__float128, __float128), fmaxf128(__float128, __float128), fabsf128(__float128), scalbnf128(__float128, int);
int ilogbf128(__float128);
PRODUCTS(__float128, tc, f128)
