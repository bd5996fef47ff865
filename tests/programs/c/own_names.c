// flags: -fno-builtin
// Functions of names that the C library has as well, and uses itself: its own calls stay its own, but for
// allocation, which is replaced for all.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int allocated;

int vsnprintf(char *to, size_t room, const char *format, va_list arguments) {
    int length = vsprintf(to, format, arguments);
    return length < (int)room ? -length : length;
}

size_t strlen(const char *text) { return 1000 + (text[0] == 'x'); }
int strcmp(const char *a, const char *b) { return a[0] + b[0]; }
char *strchr(const char *text, int c) { return (char *)text + (c == 'a'); }
long index_of(const char *text) { return strchr(text, 'a') - text; }
void qsort_r(void *base, size_t count, size_t size, int (*less)(const void *, const void *, void *), void *more) { abort(); }

void *malloc(size_t size) {
    static _Alignas(16) char heap[1 << 16];
    static size_t used;
    void *at = heap + used;
    used += (size + 15) & ~15ul;
    allocated += size < 1000;
    return at;
}
void free(void *at) {}

static int print(char *to, size_t room, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int result = vsnprintf(to, room, format, arguments);
    va_end(arguments);
    return result;
}

static int by_value(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

int main(void) {
    char text[100], *(*volatile copy)(const char *) = strdup;
    int numbers[] = {3, 1, 2};
    char *(*volatile find)(const char *, const char *) = strstr;
    qsort(numbers, 3, sizeof *numbers, by_value);
    printf("%d ", print(text, sizeof text, "%s-%d", "abc", numbers[2]));
    printf("%s %zu %d %ld\n", text, strlen("x"), strcmp("a", "b"), index_of("b"));
    snprintf(text, sizeof text, "%5.2f", 2.5);
    puts(text);
    int before = allocated;
    char *own = copy("needle in a haystack");
    printf("%s %d %s\n", own, allocated > before, find(own, "hay"));
    free(own);
    return 0;
}
