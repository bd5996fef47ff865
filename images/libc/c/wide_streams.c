// Wide characters in streams: the bytes of each, as the locale has them, one after the other.
#define _GNU_SOURCE
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

wint_t fputwc(wchar_t character, FILE *to) {
    char bytes[MB_LEN_MAX];
    mbstate_t state = {0};
    size_t count = wcrtomb(bytes, character, &state);
    if (count == (size_t)-1 || fwrite(bytes, 1, count, to) != count) return WEOF;
    return (wint_t)character;
}
wint_t putwc(wchar_t character, FILE *to) { return fputwc(character, to); }
wint_t putwchar(wchar_t character) { return fputwc(character, stdout); }
int fputws(const wchar_t *restrict text, FILE *restrict to) {
    for (; *text; text++)
        if (fputwc(*text, to) == WEOF) return -1;
    return 1;
}

wint_t fgetwc(FILE *from) {
    mbstate_t state = {0};
    for (int byte; (byte = fgetc(from)) != EOF;) {
        char one = (char)byte;
        wchar_t character;
        size_t used = mbrtowc(&character, &one, 1, &state);
        if (used == (size_t)-1) return WEOF;
        if (used != (size_t)-2) return used ? (wint_t)character : 0;
    }
    return WEOF;
}
wint_t getwc(FILE *from) { return fgetwc(from); }
wint_t getwchar(void) { return fgetwc(stdin); }
wchar_t *fgetws(wchar_t *restrict to, int room, FILE *restrict from) {
    int count = 0;
    while (count + 1 < room) {
        wint_t character = fgetwc(from);
        if (character == WEOF) break;
        to[count++] = (wchar_t)character;
        if (character == L'\n') break;
    }
    if (count == 0) return NULL;
    to[count] = 0;
    return to;
}

wint_t ungetwc(wint_t character, FILE *from) {
    char bytes[MB_LEN_MAX];
    mbstate_t state = {0};
    if (character == WEOF) return WEOF;
    size_t count = wcrtomb(bytes, (wchar_t)character, &state);
    if (count == (size_t)-1) return WEOF;
    while (count > 0)
        if (ungetc((unsigned char)bytes[--count], from) == EOF) return WEOF;
    return character;
}

// A stream is of both kinds.
int fwide(FILE *stream, int mode) { return (void)stream, mode; }
