// Locales as objects, functions that are told one, numbers and formats of wide characters, wide streams.
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>
#include <wctype.h>

static int (*const CLASSES[])(wint_t, locale_t) = {
    iswalnum_l, iswalpha_l, iswblank_l, iswcntrl_l, iswdigit_l, iswgraph_l,
    iswlower_l, iswprint_l, iswpunct_l, iswspace_l, iswupper_l, iswxdigit_l,
};

static void kinds(const char *name, locale_t locale) {
    unsigned long all = 0, letters = 0;
    for (wint_t c = 0; c < 0x250; c++) {
        for (int at = 0; at < 12; at++) all = all * 31 + !!CLASSES[at](c, locale);
        letters = letters * 31 + towlower_l(c, locale) + 7 * towupper_l(c, locale);
        all = all * 31 + !!iswctype_l(c, wctype_l("alpha", locale), locale);
        letters = letters * 31 + towctrans_l(c, wctrans_l("toupper", locale), locale);
    }
    for (int c = -1; c < 128; c++)
        all = all * 31 + !!isalpha_l(c, locale) + 2 * !!isspace_l(c, locale) + 4 * !!isxdigit_l(c, locale) +
              8 * !!ispunct_l(c, locale) + 16 * !!isupper_l(c, locale);
    for (int c = 0; c < 128; c++) letters = letters * 31 + tolower_l(c, locale) + 3 * toupper_l(c, locale);
    printf("%s %lx %lx\n", name, all, letters);
}

static void decode(const char *when) {
    wchar_t c = 0;
    mbstate_t state = {0};
    size_t used = mbrtowc(&c, "\xc3\xa4", 2, &state);
    printf("%s %zd %x %zu\n", when, (ssize_t)used, used == 2 ? (unsigned)c : 0, MB_CUR_MAX > 1 ? (size_t)2 : 1);
}

static void format(size_t room, const wchar_t *how, ...) {
    wchar_t to[40];
    wmemset(to, L'#', 40);
    va_list list;
    va_start(list, how);
    int length = vswprintf(to, room, how, list);
    va_end(list);
    printf("%d", length);
    for (int at = 0; length >= 0 && at <= length; at++) printf(" %x", (unsigned)to[at]);
    puts("");
}

static void number(const wchar_t *text) {
    wchar_t *end;
    long double value = wcstold(text, &end);
    printf("%.20Lg %td", value, end - text);
    printf(" %.9g %td", (double)wcstof(text, &end), end - text);
    printf(" %.17g %td\n", wcstod(text, &end), end - text);
}

int main(void) {
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0), utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    printf("%d %d\n", c != 0, utf8 != 0);
    errno = 0;
    printf("%d", newlocale(LC_ALL_MASK, "xx_YY", (locale_t)0) == 0);
    printf(" %d\n", errno == ENOENT);
    kinds("C", c);
    decode("none");
    printf("%d\n", uselocale((locale_t)0) == LC_GLOBAL_LOCALE);
    printf("%d\n", uselocale(utf8) == LC_GLOBAL_LOCALE);
    decode("own");
    locale_t copy = duplocale(utf8);
    printf("%d\n", uselocale(copy) == utf8);
    decode("copy");
    printf("%d\n", uselocale(c) == copy);
    decode("plain");
    uselocale(LC_GLOBAL_LOCALE);
    copy = newlocale(LC_CTYPE_MASK, "C", copy);
    uselocale(copy);
    decode("changed");
    uselocale(LC_GLOBAL_LOCALE);
    decode("global");
    freelocale(copy);
    setlocale(LC_ALL, "C.UTF-8");
    decode("set");

    char *end, buffer[64];
    const char *text = "0x1.8p3rest";
    printf("%g %s", strtod_l(text, &end, c), end);
    printf(" %g %Lg", strtof_l("2.5", NULL, c), strtold_l("1e300", NULL, c));
    printf(" %ld %lu\n", strtol_l("-12", NULL, 10, c), strtoul_l("ff", NULL, 16, c));
    printf("%d %d %zu\n", strcoll_l("a", "b", c) < 0, wcscoll_l(L"b", L"a", c) > 0, strxfrm_l(buffer, "abc", 64, c));
    wchar_t wide[16];
    printf("%zu %d\n", wcsxfrm_l(wide, L"a\u00e4z", 16, c), wcscmp(wide, L"a\u00e4z"));
    struct tm tm = {.tm_year = 126, .tm_mon = 10, .tm_mday = 30, .tm_wday = 1, .tm_hour = 9};
    printf("%zu %s\n", strftime_l(buffer, sizeof buffer, "%A %d %B %Y %H", &tm, c), buffer);

    format(40, L"%d %s %5.2f", 42, "text", 3.14159);
    format(40, L"%ls|%lc|\u00e4", L"wide\u00f6", (wint_t)0x20ac);
    format(5, L"%d", 1234);
    format(4, L"%d", 1234);
    format(40, L"");
    number(L"3.25e2x");
    number(L"-0x1.8p1");
    number(L"  inf");
    number(L"1e400 ");
    number(L"none");
    number(L"1.5\u00e4");

    FILE *to = tmpfile();
    printf("%x %x %d\n", fputwc(0xe4, to), fputwc(L'b', to), fputws(L"\u20acuro\n", to) >= 0);
    rewind(to);
    wint_t first = fgetwc(to);
    printf("%x %x", first, ungetwc(first, to));
    printf(" %x", getwc(to));
    wchar_t line[20];
    printf(" %d", fgetws(line, 20, to) == line);
    for (int at = 0; line[at]; at++) printf(" %x", (unsigned)line[at]);
    printf(" %d\n", fgetwc(to) == WEOF);
    fclose(to);
    return 0;
}
