// Locales as objects, each thread's own one, and functions that are told which one is meant. There are the two
// that `locale.rs` knows, by categories; most functions do the same in both.
#define _GNU_SOURCE
#define __NO_CTYPE // functions, no macros
#include <ctype.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <nl_types.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>
#include <wctype.h>

#pragma clang diagnostic ignored "-Wunused-parameter" // most do the same whatever the locale

struct own {
    struct __locale_struct as_headers_know_it;
    uint32_t chosen; // by category, as `locale.rs` has it
};

// What a thread has chosen; null: what all have.
static _Thread_local struct own *own;

// The categories of `base` with those of `mask` as `name` says; -1: there is no such locale.
int64_t __bf_locale_named(int mask, const char *name, uint32_t base);
// What `setlocale` has chosen.
uint32_t __bf_locale_of_all(void);

// The categories of the thread's locale, if it has one of its own.
const uint32_t *__bf_locale(void) { return own ? &own->chosen : NULL; }

static uint32_t chosen(locale_t locale) {
    if (!locale) return 0;
    return locale == LC_GLOBAL_LOCALE ? __bf_locale_of_all() : ((struct own *)locale)->chosen;
}

static locale_t make(uint32_t chosen) {
    struct own *new = malloc(sizeof *new);
    if (!new) return NULL;
    memset(new, 0, sizeof *new);
    new->chosen = chosen;
    new->as_headers_know_it.__ctype_b = *__ctype_b_loc();
    new->as_headers_know_it.__ctype_tolower = *__ctype_tolower_loc();
    new->as_headers_know_it.__ctype_toupper = *__ctype_toupper_loc();
    return &new->as_headers_know_it;
}

locale_t newlocale(int mask, const char *name, locale_t base) {
    if (!name || mask & ~LC_ALL_MASK) {
        errno = EINVAL;
        return NULL;
    }
    int64_t wanted = __bf_locale_named(mask, name, chosen(base));
    if (wanted < 0) {
        errno = ENOENT;
        return NULL;
    }
    if (!base || base == LC_GLOBAL_LOCALE) return make((uint32_t)wanted);
    ((struct own *)base)->chosen = (uint32_t)wanted;
    return base;
}

locale_t duplocale(locale_t locale) { return make(chosen(locale)); }

void freelocale(locale_t locale) {
    if (locale != LC_GLOBAL_LOCALE) free(locale);
}

locale_t uselocale(locale_t locale) {
    locale_t before = own ? &own->as_headers_know_it : LC_GLOBAL_LOCALE;
    if (locale) own = locale == LC_GLOBAL_LOCALE ? NULL : (struct own *)locale;
    return before;
}

// In a locale.

#define IN(locale, type, call)        \
    locale_t before = uselocale(locale); \
    type result = call;               \
    uselocale(before);                \
    return result

#define WIDE_CLASS(name) \
    int name##_l(wint_t c, locale_t locale) { IN(locale, int, name(c)); }
WIDE_CLASS(iswalnum)
WIDE_CLASS(iswalpha)
WIDE_CLASS(iswblank)
WIDE_CLASS(iswcntrl)
WIDE_CLASS(iswdigit)
WIDE_CLASS(iswgraph)
WIDE_CLASS(iswlower)
WIDE_CLASS(iswprint)
WIDE_CLASS(iswpunct)
WIDE_CLASS(iswspace)
WIDE_CLASS(iswupper)
WIDE_CLASS(iswxdigit)
wint_t towlower_l(wint_t c, locale_t locale) { IN(locale, wint_t, towlower(c)); }
wint_t towupper_l(wint_t c, locale_t locale) { IN(locale, wint_t, towupper(c)); }
int iswctype_l(wint_t c, wctype_t class, locale_t locale) { IN(locale, int, iswctype(c, class)); }
wctype_t wctype_l(const char *name, locale_t locale) { return wctype(name); }
wctrans_t wctrans_l(const char *name, locale_t locale) { return wctrans(name); }
wint_t towctrans_l(wint_t c, wctrans_t way, locale_t locale) { IN(locale, wint_t, towctrans(c, way)); }

// In whichever.

#define CLASS(name) \
    int name##_l(int c, locale_t locale) { return name(c); }
CLASS(isalnum)
CLASS(isalpha)
CLASS(isblank)
CLASS(iscntrl)
CLASS(isdigit)
CLASS(isgraph)
CLASS(islower)
CLASS(isprint)
CLASS(ispunct)
CLASS(isspace)
CLASS(isupper)
CLASS(isxdigit)
int(tolower_l)(int c, locale_t locale) { return tolower(c); }
int(toupper_l)(int c, locale_t locale) { return toupper(c); }
// What headers make of them.
int(__tolower_l)(int c, locale_t locale) { return tolower(c); }
int(__toupper_l)(int c, locale_t locale) { return toupper(c); }

double strtod_l(const char *text, char **end, locale_t locale) { return strtod(text, end); }
float strtof_l(const char *text, char **end, locale_t locale) { return strtof(text, end); }
long double strtold_l(const char *text, char **end, locale_t locale) { return strtold(text, end); }
long strtol_l(const char *text, char **end, int base, locale_t locale) { return strtol(text, end, base); }
long long strtoll_l(const char *text, char **end, int base, locale_t locale) { return strtoll(text, end, base); }
unsigned long strtoul_l(const char *text, char **end, int base, locale_t locale) {
    return strtoul(text, end, base);
}
unsigned long long strtoull_l(const char *text, char **end, int base, locale_t locale) {
    return strtoull(text, end, base);
}

int strcoll_l(const char *a, const char *b, locale_t locale) { return strcoll(a, b); }
size_t strxfrm_l(char *to, const char *from, size_t room, locale_t locale) { return strxfrm(to, from, room); }
int wcscoll_l(const wchar_t *a, const wchar_t *b, locale_t locale) { return wcscoll(a, b); }
// Texts are ordered by their characters.
size_t wcsxfrm(wchar_t *to, const wchar_t *from, size_t room) {
    size_t length = wcslen(from);
    if (length < room) wmemcpy(to, from, length + 1);
    return length;
}
size_t wcsxfrm_l(wchar_t *to, const wchar_t *from, size_t room, locale_t locale) {
    return wcsxfrm(to, from, room);
}
size_t strftime_l(char *to, size_t room, const char *format, const struct tm *time, locale_t locale) {
    return strftime(to, room, format, time);
}
int strcasecmp_l(const char *a, const char *b, locale_t locale) { return strcasecmp(a, b); }
int strncasecmp_l(const char *a, const char *b, size_t most, locale_t locale) {
    return strncasecmp(a, b, most);
}

// Texts of programs in other languages: there are none.

nl_catd catopen(const char *name, int how) {
    errno = ENOENT;
    return (nl_catd)-1;
}
char *catgets(nl_catd catalogue, int set, int number, const char *otherwise) { return (char *)otherwise; }
int catclose(nl_catd catalogue) {
    errno = EBADF;
    return -1;
}

// A number in wide characters, by way of bytes.

long double wcstold(const wchar_t *restrict text, wchar_t **restrict end) {
    // What is no byte ends the number.
    size_t length = 0;
    while (text[length] > 0 && text[length] < 128) length++;
    char *narrow = malloc(length + 1), *stopped = narrow;
    if (!narrow) return 0;
    for (size_t at = 0; at < length; at++) narrow[at] = (char)text[at];
    narrow[length] = 0;
    long double value = strtold(narrow, &stopped);
    if (end) *end = (wchar_t *)text + (stopped - narrow);
    free(narrow);
    return value;
}
