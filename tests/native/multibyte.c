// Characters of several bytes in both locales: two C libraries must agree.
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static uint64_t state = 88172645463325252u;

static unsigned below(unsigned n) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)((state * 0x2545F4914F6CDD1Du) >> 33) % n;
}

// A scalar value, often one at an edge.
static unsigned scalar(void) {
    static const unsigned edges[] = {1, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff};
    if (below(3) == 0) return edges[below(10)];
    unsigned c = 1 + below(1u << (7 + below(14)));
    return c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? 'x' : c;
}

static void characters(void) {
    for (int round = 0; round < 2000; round++) {
        unsigned c = scalar();
        char bytes[MB_LEN_MAX + 1] = "";
        mbstate_t none = {0};
        errno = 0;
        int len = (int)wcrtomb(bytes, (wchar_t)c, &none);
        printf("%x %d %d", c, len, errno);
        for (int i = 0; i < len; i++) printf(" %02x", (unsigned char)bytes[i]);
        wchar_t back = 0;
        printf(" %d %d %d %d\n", (int)mbrtowc(&back, bytes, MB_LEN_MAX, &none), (unsigned)back == c, len > 0 ? mblen(bytes, (size_t)len) : 0, mbsinit(&none));
        // In two parts.
        if (len > 1) {
            int cut = 1 + (int)below((unsigned)len - 1);
            printf("%d %d ", (int)mbrtowc(&back, bytes, (size_t)cut, &none), mbsinit(&none));
            printf("%d %d\n", (int)mbrtowc(&back, bytes + cut, (size_t)(len - cut), &none), (unsigned)back == c);
        }
    }
    static const char *const wrong[] = {"\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xff", "\xfe", "\x80", "\xbf", "\xe2\x28", "\xe2\x82", "\xf0\x8f\xbf\xbf"};
    for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        mbstate_t none = {0};
        wchar_t c = 0;
        errno = 0;
        int result = (int)mbrtowc(&c, wrong[i], strlen(wrong[i]), &none);
        printf("wrong %u: %d %d\n", i, result, errno);
        errno = 0;
        result = mbtowc(&c, wrong[i], strlen(wrong[i]));
        printf("%d %d\n", result, errno);
    }
    for (int c = -2; c < 260; c++) printf("%d ", (int)btowc(c));
    for (unsigned c = 0; c < 300; c++) printf("%d ", wctob(c));
    printf("\n%d %d %d\n", mblen(0, 0), wctomb(0, 'x'), mbtowc(0, 0, 0));
}

static void strings(void) {
    for (int round = 0; round < 1000; round++) {
        wchar_t text[30], back[30];
        char bytes[130];
        unsigned len = below(20);
        for (unsigned i = 0; i < len; i++) text[i] = (wchar_t)(below(4) ? 'a' + below(26) : scalar());
        text[len] = 0;
        if (below(20) == 0 && len) text[below(len)] = 0xdabc;
        memset(bytes, '?', sizeof bytes);
        errno = 0;
        size_t room = below(4) ? sizeof bytes : below(12);
        long made = (long)wcstombs(bytes, text, room);
        printf("%ld %d", made, errno);
        if (made > 0) printf(" %.*s", (int)made, bytes);
        made = (long)wcstombs(0, text, 0);
        printf(" %ld\n", made);
        if (made < 0) continue;
        const wchar_t *at = text;
        mbstate_t none = {0};
        made = (long)wcsrtombs(bytes, &at, sizeof bytes, &none);
        printf(" %ld %d", made, at == 0);
        at = text;
        made = (long)wcsnrtombs(bytes, &at, 5, sizeof bytes, &none);
        printf(" %ld %d", made, at ? (int)(at - text) : -1);
        wcstombs(bytes, text, sizeof bytes);
        const char *from = bytes;
        room = below(3) ? 30 : below(8);
        made = (long)mbsrtowcs(back, &from, room, &none);
        printf(" %ld %d", made, from ? (int)(from - bytes) : -1);
        from = bytes;
        made = (long)mbsnrtowcs(back, &from, below(10), 30, &none);
        printf(" %ld %d %d", made, from ? (int)(from - bytes) : -1, mbsinit(&none));
        printf(" %ld %ld\n", (long)mbstowcs(0, bytes, 0), (long)mbstowcs(back, bytes, 30));
    }
    wchar_t back[30];
    errno = 0;
    long made = (long)mbstowcs(back, "ab\xff" "c", 30);
    printf("%ld %d\n", made, errno);
}

static void locales(void) {
    static const char *const names[] = {"C", "POSIX", "C.UTF-8", "C.utf8", "xx_YY", "", 0};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        const char *set = setlocale(LC_ALL, names[i]);
        // What it is called is the name given, in one library.
        printf("%d %d\n", set != 0, (int)MB_CUR_MAX);
    }
    setlocale(LC_ALL, "C");
    puts(setlocale(LC_ALL, 0));
    setlocale(LC_CTYPE, "C.UTF-8");
    char kept[400];
    strcpy(kept, setlocale(LC_ALL, 0));
    printf("%s %s %s %d\n", kept, setlocale(LC_CTYPE, 0), setlocale(LC_NUMERIC, 0), (int)MB_CUR_MAX);
    setlocale(LC_ALL, "C");
    printf("%s %d\n", setlocale(LC_ALL, kept), (int)MB_CUR_MAX);
    setenv("LC_ALL", "C.UTF-8", 1);
    printf("%s\n", setlocale(LC_ALL, ""));
    setenv("LC_ALL", "", 1);
    setenv("LC_CTYPE", "C", 1);
    setenv("LANG", "C.UTF-8", 1);
    printf("%s\n", setlocale(LC_ALL, ""));
    printf("%d %d\n", setlocale(99, "C") == 0, setlocale(LC_TIME, "nowhere") == 0);
}

int main(void) {
    clearenv();
    characters();
    printf("%s\n", setlocale(LC_ALL, "C.UTF-8"));
    characters();
    strings();
    setlocale(LC_ALL, "C");
    strings();
    locales();
    return 0;
}
