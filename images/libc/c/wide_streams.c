// Formatted wide characters with `...`: each passes its arguments on (see `variadic.c`).
#include <stdarg.h>
#include <stddef.h>

#include "pass_on.h"

typedef struct file file;

int vfwprintf(file *, const wchar_t *, va_list);
int vwprintf(const wchar_t *, va_list);
int vswprintf(wchar_t *, size_t, const wchar_t *, va_list);
int vfwscanf(file *, const wchar_t *, va_list);
int vwscanf(const wchar_t *, va_list);
int vswscanf(const wchar_t *, const wchar_t *, va_list);

int wprintf(const wchar_t *format, ...) { PASS_ON(format, vwprintf, format); }

int fwprintf(file *to, const wchar_t *format, ...) { PASS_ON(format, vfwprintf, to, format); }

int swprintf(wchar_t *to, size_t room, const wchar_t *format, ...) { PASS_ON(format, vswprintf, to, room, format); }

int wscanf(const wchar_t *format, ...) { PASS_ON(format, vwscanf, format); }

int fwscanf(file *from, const wchar_t *format, ...) { PASS_ON(format, vfwscanf, from, format); }

int swscanf(const wchar_t *from, const wchar_t *format, ...) { PASS_ON(format, vswscanf, from, format); }

// What glibc's headers make of them in the newer standards.
int __isoc99_wscanf(const wchar_t *format, ...) { PASS_ON(format, vwscanf, format); }

int __isoc99_fwscanf(file *from, const wchar_t *format, ...) { PASS_ON(format, vfwscanf, from, format); }

int __isoc99_swscanf(const wchar_t *from, const wchar_t *format, ...) { PASS_ON(format, vswscanf, from, format); }

int __isoc23_wscanf(const wchar_t *format, ...) { PASS_ON(format, vwscanf, format); }

int __isoc23_fwscanf(file *from, const wchar_t *format, ...) { PASS_ON(format, vfwscanf, from, format); }

int __isoc23_swscanf(const wchar_t *from, const wchar_t *format, ...) { PASS_ON(format, vswscanf, from, format); }

int __isoc99_vfwscanf(file *from, const wchar_t *format, va_list list) { return vfwscanf(from, format, list); }

int __isoc99_vwscanf(const wchar_t *format, va_list list) { return vwscanf(format, list); }

int __isoc99_vswscanf(const wchar_t *from, const wchar_t *format, va_list list) { return vswscanf(from, format, list); }

int __isoc23_vfwscanf(file *from, const wchar_t *format, va_list list) { return vfwscanf(from, format, list); }

int __isoc23_vwscanf(const wchar_t *format, va_list list) { return vwscanf(format, list); }

int __isoc23_vswscanf(const wchar_t *from, const wchar_t *format, va_list list) { return vswscanf(from, format, list); }

// And with _FORTIFY_SOURCE: a flag and the size of the target come along.
int __wprintf_chk(int flag, const wchar_t *format, ...) {
    (void)flag;
    PASS_ON(format, vwprintf, format);
}

int __fwprintf_chk(file *to, int flag, const wchar_t *format, ...) {
    (void)flag;
    PASS_ON(format, vfwprintf, to, format);
}

int __swprintf_chk(wchar_t *to, size_t room, int flag, size_t size, const wchar_t *format, ...) {
    (void)flag;
    PASS_ON(format, vswprintf, to, room < size ? room : size, format);
}

int __vwprintf_chk(int flag, const wchar_t *format, va_list list) {
    (void)flag;
    return vwprintf(format, list);
}

int __vfwprintf_chk(file *to, int flag, const wchar_t *format, va_list list) {
    (void)flag;
    return vfwprintf(to, format, list);
}

int __vswprintf_chk(wchar_t *to, size_t room, int flag, size_t size, const wchar_t *format, va_list list) {
    (void)flag;
    return vswprintf(to, room < size ? room : size, format, list);
}
