// Wide characters read from and written to files and memory, formatted and not.
#define _GNU_SOURCE
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define PRINT(...)                                                                       \
    do {                                                                                 \
        wchar_t room[60];                                                                \
        errno = 0;                                                                       \
        int n = swprintf(room, 60, __VA_ARGS__);                                         \
        printf("%d %d:", n, n < 0 && errno == EILSEQ);                                   \
        for (int i = 0; i < n; i++) printf(" %x", (unsigned)room[i]);                    \
        printf("\n");                                                                    \
    } while (0)

static void formats(void) {
    PRINT(L"plain");
    PRINT(L"%d|%5d|%-5d|%05d|%+d|%x|%#o", 1, 2, 3, 4, 5, 255, 8);
    PRINT(L"%s|%10s|%-10s|%.2s|", "abc", "def", "ghi", "jkl");
    PRINT(L"%ls|%6ls|%-6ls|%.2ls|", L"abc", L"def", L"ghi", L"jkl");
    PRINT(L"%c%lc%3c%-3lc|", 'x', L'y', 'z', L'w');
    PRINT(L"%f %.3e %g %a", 1.5, 12345.678, 1e100, 0.5);
    PRINT(L"%Lf %.2Lg", 1.25L, 1e10L);
    PRINT(L"%2$d %1$d %3$ls", 1, 2, L"three");
    PRINT(L"%*d|%-*d|%.*s", 6, 1, 6, 2, 2, "abcd");
    PRINT(L"%hhd %hd %ld %lld %zu %p%%", 300, 70000, 1L << 40, -5LL, (size_t)9, (void *)0);
    int n = 0;
    PRINT(L"abc%nd", &n);
    printf("%d\n", n);
    PRINT(L"%s", (char *)0);
    PRINT(L"%.3ls", (wchar_t *)0);
    PRINT(L"é%ls%6ls|%.2ls", L"ü", L"\U0001F600x", L"éa");
    PRINT(L"%s|%6s|%.2s", "\xc3\xa9t", "\xc3\xa9", "\xc3\xa9\xc3\xa9x");
    PRINT(L"%s", "\xff");
    PRINT(L"%lc", 0xd800);
    wchar_t small[4];
    for (int i = 0; i < 4; i++) small[i] = 'q';
    n = swprintf(small, 4, L"%d", 1234);
    printf("%d %x\n", n, (unsigned)small[0]);
    printf("%d\n", swprintf(small, 4, L"%d", 123));
}

static void scans(void) {
    int a = 0, b = 0, n;
    float f = 0;
    char text[20] = "";
    wchar_t wide[20] = L"";
    n = swscanf(L" 12 0x1f 2.5 word wide", L"%d %i %f %s %ls", &a, &b, &f, text, wide);
    printf("%d %d %d %g %s %zu\n", n, a, b, f, text, wcslen(wide));
    n = swscanf(L"abc123", L"%[a-c]%d", text, &a);
    printf("%d %s %d\n", n, text, a);
    n = swscanf(L"", L"%d", &a);
    printf("%d\n", n);
    n = swscanf(L"x", L"%d", &a);
    printf("%d\n", n);
}

static void files(const char *path) {
    FILE *f = fopen(path, "w");
    printf("%d", fwide(f, 0));
    printf(" %d %d %d", fwide(f, 1), fwide(f, -1), fwide(f, 0));
    printf(" %d", fputws(L"first é line\n", f));
    printf(" %x", (unsigned)fputwc(L'x', f));
    printf(" %x %d", (unsigned)putwc(0x1F600, f), ferror(f) != 0);
    clearerr(f);
    printf(" %d\n", fwprintf(f, L"%5d|%ls|%s\n", 42, L"wide", "narrow"));
    printf("%d\n", fclose(f));
    f = fopen(path, "r");
    wchar_t line[40];
    while (fgetws(line, 8, f)) {
        for (int i = 0; line[i]; i++) printf("%x ", (unsigned)line[i]);
        puts("");
    }
    printf("%d %d %d\n", feof(f) != 0, ferror(f) != 0, fwide(f, 0));
    rewind(f);
    wint_t c = fgetwc(f);
    printf("%x %x ", (unsigned)c, (unsigned)ungetwc(c, f));
    printf("%x %x\n", (unsigned)getwc(f), (unsigned)ungetwc(WEOF, f));
    wchar_t word[20];
    printf("%d %zu\n", fwscanf(f, L"%ls", word), wcslen(word));
    fclose(f);
    f = fopen(path, "w");
    fputs("a\xc3", f);
    printf("%d\n", fwide(f, 0));
    fclose(f);
    f = fopen(path, "r");
    printf("%x ", (unsigned)fgetwc(f));
    errno = 0;
    printf("%x %d %d\n", (unsigned)fgetwc(f), errno == EILSEQ, ferror(f) != 0);
    fclose(f);
    remove(path);
}

int main(int argc, char **argv) {
    const char *path = argc > 1 ? argv[1] : "wide_streams.tmp";
    static const char *locales[] = {"C", "C.UTF-8"};
    for (int i = 0; i < 2; i++) {
        setlocale(LC_ALL, locales[i]);
        formats();
        scans();
        files(path);
    }
    fflush(stdout);
    return 0;
}
