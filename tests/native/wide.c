// Wide strings and kinds of wide characters; names that fit patterns.
#define _GNU_SOURCE
#include <fnmatch.h>
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

static uint64_t state = 88172645463325252u;

static unsigned below(unsigned most) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 20) % most;
}

static int sign(int order) { return (order > 0) - (order < 0); }

static void strings(void) {
    static const wchar_t letters[] = L"abcAB ,é\U0001F600";
    for (int round = 0; round < 3000; round++) {
        wchar_t a[40], b[40], c[100], set[4];
        int m = (int)below(20), n = (int)below(20);
        for (int i = 0; i < m; i++) a[i] = letters[below(9)];
        for (int i = 0; i < n; i++) b[i] = i < m && below(8) ? a[i] : letters[below(9)];
        a[m] = b[n] = 0;
        for (int i = 0; i < 3; i++) set[i] = letters[below(9)];
        set[3] = 0;
        printf("%zu %zu %d %d %d %d ", wcslen(a), wcsnlen(b, 7), sign(wcscmp(a, b)), sign(wcsncmp(a, b, 5)), sign(wcscasecmp(a, b)), sign(wmemcmp(a, b, (size_t)(m < n ? m : n))));
        wchar_t *p = wcschr(a, set[0]), *q = wcsrchr(a, set[1]), *r = wcspbrk(a, set), *s = wcsstr(a, set + 2);
        printf("%td %td %td %td %zu %zu ", p ? p - a : -1, q ? q - a : -1, r ? r - a : -1, s ? s - a : -1, wcsspn(a, set), wcscspn(a, set));
        wcscpy(c, a), wcscat(c, b), wcsncat(c, a, 3);
        printf("%zu %td ", wcslen(c), wcpcpy(c + 1, b) - c);
        wcsncpy(c, a, 12);
        wchar_t *rest, *copy = wcsdup(b);
        for (wchar_t *t = wcstok(copy, set, &rest); t; t = wcstok(NULL, set, &rest)) printf("%td/%zu ", t - copy, wcslen(t));
        puts("");
        free(copy);
    }
    wchar_t *end;
    static const wchar_t *numbers[] = {L" -123x", L"0x7fz", L"99999999999999999999", L"12.5e2abc", L"é1", L"", L"-inf", L"077"};
    for (int i = 0; i < 8; i++) {
        const wchar_t *text = numbers[i];
        printf("%ld ", wcstol(text, &end, 0)), printf("%td ", end - text), printf("%lu ", wcstoul(text, &end, 10)), printf("%td ", end - text);
        printf("%g ", wcstod(text, &end)), printf("%td\n", end - text);
    }
}

static void kinds(const char *locale, unsigned most) {
    static const char *names[] = {"alnum", "alpha", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "xdigit"};
    setlocale(LC_ALL, locale);
    for (wint_t c = 0; c < most; c++) {
        printf("%x ", (unsigned)c);
        for (int i = 0; i < 12; i++) putchar(iswctype(c, wctype(names[i])) ? '1' : '0');
        printf(" %x %x %x\n", (unsigned)towlower(c), (unsigned)towupper(c), (unsigned)towctrans(c, wctrans("toupper")));
    }
}

static void patterns(void) {
    static const char *fixed[][2] = {{"*.c", "main.c"}, {"*.c", ".c"}, {"*", ".c"}, {"a/*", "a/b/c"}, {"[!a]*", "b"}, {"[]-]", "-"}, {"[a-c-]x", "-x"}, {"[[:alpha:]_]*", "_a1"}, {"[", "["}, {"a\\*b", "a*b"}, {"a\\*b", "aab"}, {"*/b", ".a/b"}, {"?", "/"}, {"[/]", "/"}, {"a*b*c*d", "axxbxxcxxbxd"}, {"A[b-D]", "ac"}, {"dir", "dir/file"}, {"[^x]", "."}};
    static const int flags[] = {0, FNM_PATHNAME, FNM_NOESCAPE, FNM_PERIOD, FNM_PATHNAME | FNM_PERIOD, FNM_LEADING_DIR, FNM_CASEFOLD};
    for (unsigned i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        for (int j = 0; j < 7; j++) printf("%d", fnmatch(fixed[i][0], fixed[i][1], flags[j]) != 0);
        printf(" %s %s\n", fixed[i][0], fixed[i][1]);
    }
    for (int round = 0; round < 20000; round++) {
        char pattern[12], name[12];
        int m = (int)below(9), n = (int)below(9);
        for (int i = 0; i < m; i++) pattern[i] = "ab*?./*A"[below(8)];
        for (int i = 0; i < n; i++) name[i] = "ab./A"[below(5)];
        pattern[m] = name[n] = 0;
        for (int j = 0; j < 7; j++) putchar('0' + (fnmatch(pattern, name, flags[j]) != 0));
        printf(" %s %s\n", pattern, name);
    }
}

int main(void) {
    setlocale(LC_ALL, "C.UTF-8");
    strings();
    patterns();
    kinds("C", 300);
    kinds("C.UTF-8", 0x180);
    return 0;
}
