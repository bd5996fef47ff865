// Does what each line of its input says; most of it runs only when asked for.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned long gcd(unsigned long a, unsigned long b) { return b ? gcd(b, a % b) : a; }

static int by_value(const void *a, const void *b) {
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

static int by_digits(const void *a, const void *b) {
    char x[16], y[16];
    snprintf(x, sizeof x, "%d", *(const int *)a);
    snprintf(y, sizeof y, "%d", *(const int *)b);
    return strcmp(x, y);
}

static void sort(char *rest, int (*order)(const void *, const void *)) {
    int list[32], count = 0;
    for (char *word = strtok(rest, " "); word && count < 32; word = strtok(0, " "))
        list[count++] = atoi(word);
    qsort(list, count, sizeof *list, order);
    for (int i = 0; i < count; i++) printf("%d ", list[i]);
    puts("");
}

static void spell(unsigned n) {
    static const char *const words[] = {"zero", "one", "two",   "three", "four",
                                        "five", "six", "seven", "eight", "nine"};
    if (n >= 10) spell(n / 10);
    printf("%s ", words[n % 10]);
}

static double root(double x) {
    double r = x / 2;
    for (int i = 0; i < 40; i++) r = (r + x / r) / 2;
    return r;
}

int main(void) {
    char line[200];
    int done = 0;
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        char *rest = strchr(line, ' ');
        if (rest) *rest++ = 0;
        else rest = line + strlen(line);
        if (!strcmp(line, "gcd")) {
            unsigned long a = strtoul(rest, &rest, 0), b = strtoul(rest, 0, 0);
            printf("%lu\n", gcd(a, b));
        } else if (!strcmp(line, "sort")) {
            sort(rest, by_value);
        } else if (!strcmp(line, "digits")) {
            sort(rest, by_digits);
        } else if (!strcmp(line, "spell")) {
            spell((unsigned)atoi(rest));
            puts("");
        } else if (!strcmp(line, "root")) {
            double x = strtod(rest, 0);
            if (x < 0) printf("%g has none\n", x);
            else printf("%.6f\n", x == 0 ? 0 : root(x));
        } else if (!strcmp(line, "hex")) {
            printf("%#10lx|%-8o|%+d\n", strtoul(rest, 0, 10), (unsigned)atoi(rest), atoi(rest));
        } else if (!strcmp(line, "copy")) {
            char *copy = malloc(strlen(rest) + 1);
            strcpy(copy, rest);
            for (char *c = copy; *c; c++) *c ^= *c >= 'a' && *c <= 'z' ? 32 : 0;
            puts(copy);
            free(copy);
        } else if (*line) {
            printf("? %s\n", line);
        }
        done++;
    }
    printf("%d lines\n", done);
    return 0;
}
