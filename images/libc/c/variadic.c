// The part of the library that stable Rust cannot write: functions that take `...`, each of
// which passes its arguments on, square roots as one instruction, and variables with several
// names. Compiled together with the Rust part into one module.
#include <stdarg.h>
#include <stddef.h>

#include "pass_on.h"

typedef struct file file;

int vfprintf(file *, const char *, va_list);
int vprintf(const char *, va_list);
int vsprintf(char *, const char *, va_list);
int vsnprintf(char *, size_t, const char *, va_list);
int vasprintf(char **, const char *, va_list);
int vfscanf(file *, const char *, va_list);
int vscanf(const char *, va_list);
int vsscanf(const char *, const char *, va_list);

// What the machine sets before the program starts, where a program has it (docs/design/programs.md, "How a
// program starts"). Without it: no environment, and no name.
static char *no_variables[1];
char **environ = no_variables;
extern char **__environ __attribute__((alias("environ")));
extern char **_environ __attribute__((alias("environ")));
char *program_invocation_name = "";
char *program_invocation_short_name = "";
extern char *__progname_full __attribute__((alias("program_invocation_name")));
extern char *__progname __attribute__((alias("program_invocation_short_name")));

int printf(const char *format, ...) { PASS_ON(format, vprintf, format); }

int fprintf(file *to, const char *format, ...) { PASS_ON(format, vfprintf, to, format); }

int sprintf(char *to, const char *format, ...) { PASS_ON(format, vsprintf, to, format); }

int snprintf(char *to, size_t room, const char *format, ...) {
    PASS_ON(format, vsnprintf, to, room, format);
}

int asprintf(char **to, const char *format, ...) { PASS_ON(format, vasprintf, to, format); }

int scanf(const char *format, ...) { PASS_ON(format, vscanf, format); }

int fscanf(file *from, const char *format, ...) { PASS_ON(format, vfscanf, from, format); }

int sscanf(const char *from, const char *format, ...) { PASS_ON(format, vsscanf, from, format); }

// What glibc's headers make of the names above in the newer standards.
int __isoc99_scanf(const char *format, ...) { PASS_ON(format, vscanf, format); }

int __isoc99_fscanf(file *from, const char *format, ...) { PASS_ON(format, vfscanf, from, format); }

int __isoc99_sscanf(const char *from, const char *format, ...) {
    PASS_ON(format, vsscanf, from, format);
}

int __isoc23_scanf(const char *format, ...) { PASS_ON(format, vscanf, format); }

int __isoc23_fscanf(file *from, const char *format, ...) { PASS_ON(format, vfscanf, from, format); }

int __isoc23_sscanf(const char *from, const char *format, ...) {
    PASS_ON(format, vsscanf, from, format);
}

int __isoc99_vsscanf(const char *from, const char *format, va_list list) {
    return vsscanf(from, format, list);
}

int __isoc99_vfscanf(file *from, const char *format, va_list list) {
    return vfscanf(from, format, list);
}

int __isoc99_vscanf(const char *format, va_list list) { return vscanf(format, list); }

int __isoc23_vsscanf(const char *from, const char *format, va_list list) {
    return vsscanf(from, format, list);
}

int __isoc23_vfscanf(file *from, const char *format, va_list list) {
    return vfscanf(from, format, list);
}

int __isoc23_vscanf(const char *format, va_list list) { return vscanf(format, list); }

// What they make of them with _FORTIFY_SOURCE: a flag and the size of the target come along.
int __printf_chk(int flag, const char *format, ...) {
    (void)flag;
    PASS_ON(format, vprintf, format);
}

int __fprintf_chk(file *to, int flag, const char *format, ...) {
    (void)flag;
    PASS_ON(format, vfprintf, to, format);
}

int __sprintf_chk(char *to, int flag, size_t size, const char *format, ...) {
    (void)flag;
    PASS_ON(format, vsnprintf, to, size, format);
}

int __snprintf_chk(char *to, size_t room, int flag, size_t size, const char *format, ...) {
    (void)flag;
    PASS_ON(format, vsnprintf, to, room < size ? room : size, format);
}

int __asprintf_chk(char **to, int flag, const char *format, ...) {
    (void)flag;
    PASS_ON(format, vasprintf, to, format);
}

int __vasprintf_chk(char **to, int flag, const char *format, va_list list) {
    (void)flag;
    return vasprintf(to, format, list);
}

int __vprintf_chk(int flag, const char *format, va_list list) {
    (void)flag;
    return vprintf(format, list);
}

int __vfprintf_chk(file *to, int flag, const char *format, va_list list) {
    (void)flag;
    return vfprintf(to, format, list);
}

int __vsprintf_chk(char *to, int flag, size_t size, const char *format, va_list list) {
    (void)flag;
    return vsnprintf(to, size, format, list);
}

int __vsnprintf_chk(char *to, size_t room, int flag, size_t size, const char *format, va_list list) {
    (void)flag;
    return vsnprintf(to, room < size ? room : size, format, list);
}

double sqrt(double x) { return __builtin_sqrt(x); }

float sqrtf(float x) { return __builtin_sqrtf(x); }

// The division functions return structures, which come back in registers.
typedef struct {
    int quot, rem;
} div_result;

typedef struct {
    long quot, rem;
} ldiv_result;

div_result div(int a, int b) { return (div_result){a / b, a % b}; }

ldiv_result ldiv(long a, long b) { return (ldiv_result){a / b, a % b}; }

ldiv_result lldiv(long a, long b) { return (ldiv_result){a / b, a % b}; }

ldiv_result imaxdiv(long a, long b) { return (ldiv_result){a / b, a % b}; }

// A division that stays one, whatever is known of its operands.
__attribute__((noinline)) unsigned long __bf_quotient(unsigned long a, unsigned long b) { return a / b; }

// Products and quotients of complex numbers (C17, annex G.5.1), which clang calls.
typedef double _Complex complex_double;
typedef float _Complex complex_float;

static double sign_of(double magnitude, double sign) { return __builtin_copysign(magnitude, sign); }

static int is_infinite(double x) { return __builtin_fabs(x) > 1.7976931348623157e308; }

static int is_finite(double x) { return __builtin_fabs(x) <= 1.7976931348623157e308; }

static complex_double make(double re, double im) {
    union {
        double parts[2];
        complex_double number;
    } both = {{re, im}};
    return both.number;
}

complex_double __muldc3(double a, double b, double c, double d) {
    double re = a * c - b * d, im = a * d + b * c;
    if (re == re || im == im) return make(re, im);
    int again = 0;
    if (is_infinite(a) || is_infinite(b)) {
        a = sign_of(is_infinite(a), a);
        b = sign_of(is_infinite(b), b);
        if (c != c) c = sign_of(0, c);
        if (d != d) d = sign_of(0, d);
        again = 1;
    }
    if (is_infinite(c) || is_infinite(d)) {
        c = sign_of(is_infinite(c), c);
        d = sign_of(is_infinite(d), d);
        if (a != a) a = sign_of(0, a);
        if (b != b) b = sign_of(0, b);
        again = 1;
    }
    if (!again && (is_infinite(a * c) || is_infinite(b * d) || is_infinite(a * d) || is_infinite(b * c))) {
        if (a != a) a = sign_of(0, a);
        if (b != b) b = sign_of(0, b);
        if (c != c) c = sign_of(0, c);
        if (d != d) d = sign_of(0, d);
        again = 1;
    }
    if (!again) return make(re, im);
    double huge = __builtin_inf();
    return make(huge * (a * c - b * d), huge * (a * d + b * c));
}

double scalbn(double, int);
double logb(double);
double fmax(double, double);

complex_double __divdc3(double a, double b, double c, double d) {
    int power = 0;
    double largest = logb(fmax(__builtin_fabs(c), __builtin_fabs(d)));
    if (is_finite(largest)) {
        power = (int)largest;
        c = scalbn(c, -power);
        d = scalbn(d, -power);
    }
    double norm = c * c + d * d;
    double re = scalbn((a * c + b * d) / norm, -power), im = scalbn((b * c - a * d) / norm, -power);
    if (re == re || im == im) return make(re, im);
    double huge = __builtin_inf();
    if (norm == 0 && (a == a || b == b)) return make(sign_of(huge, c) * a, sign_of(huge, c) * b);
    if ((is_infinite(a) || is_infinite(b)) && is_finite(c) && is_finite(d)) {
        a = sign_of(is_infinite(a), a);
        b = sign_of(is_infinite(b), b);
        return make(huge * (a * c + b * d), huge * (b * c - a * d));
    }
    if (is_infinite(largest) && largest > 0 && is_finite(a) && is_finite(b)) {
        c = sign_of(is_infinite(c), c);
        d = sign_of(is_infinite(d), d);
        return make(0 * (a * c + b * d), 0 * (b * c - a * d));
    }
    return make(re, im);
}

complex_float __mulsc3(float a, float b, float c, float d) {
    return (complex_float)__muldc3(a, b, c, d);
}

complex_float __divsc3(float a, float b, float c, float d) {
    return (complex_float)__divdc3(a, b, c, d);
}

double hypot(double, double);
double atan2(double, double);

double cabs(complex_double z) { return hypot(__real__ z, __imag__ z); }

double carg(complex_double z) { return atan2(__imag__ z, __real__ z); }

double creal(complex_double z) { return __real__ z; }

double cimag(complex_double z) { return __imag__ z; }

complex_double conj(complex_double z) { return make(__real__ z, -__imag__ z); }
