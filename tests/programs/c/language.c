// Corners of the language: compound literals, designated initialisers, _Generic, flexible
// members, comma and conditional operators, short circuits, static locals, volatile, VLAs of
// structures, enums, string joining, offsetof, sizeof, const, labels.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KIND(x) _Generic((x), int: "int", long: "long", float: "float", double: "double", char *: "text", const char *: "const text", default: "other")
#define JOIN(a, b) a##b
#define TEXT(x) #x
#define SUM(...) sum((int[]){__VA_ARGS__}, sizeof((int[]){__VA_ARGS__}) / sizeof(int))

enum color { RED = 3, GREEN, BLUE = 10, LAST };
typedef struct { int n; struct { short x, y; } points[]; } polygon;
typedef struct { int a, b; union { int c; float d; }; struct { char e[3]; } f; } record;

static int sum(const int *v, size_t n) {
    int s = 0;
    for (size_t i = 0; i < n; i++) s += v[i];
    return s;
}

static int calls;
static bool yes(void) { return calls++, true; }
static bool no(void) { return calls++, false; }

static int counter(void) {
    static int n = 5;
    return n++;
}

static const char *classify(int x) { return x < 0 ? "negative" : x == 0 ? "zero" : x < 10 ? "small" : "large"; }

static int nested(int n) {
    int total = 0;
    for (int i = 0;; i++) {
        if (i == n) break;
        if (i % 3 == 0) continue;
        int j = 0;
        do {
            if (j == 5) goto next;
            total += i * j++;
        } while (j < i);
        total += 1000;
    next:;
    }
    return total;
}

static _Noreturn void leave(int status) {
    printf("leaving %d\n", status);
    exit(status);
}

int main(void) {
    printf("%s %s %s %s %s %s\n", KIND(1), KIND(1l), KIND(1.0f), KIND("x"), KIND((const char *)0), KIND('a' + (short)1));
    printf("%d %s %s\n", SUM(1, 2, 3, 4), TEXT(a + b), "joined " TEXT(JOIN(x, y)) " text");
    record r = {.b = 2, .f = {"ab"}, .d = 1.5f}, *p = &(record){7, 8, {9}, {{'x', 'y', 'z'}}};
    printf("%d %d %g %s %d %c %zu\n", r.a, r.b, (double)r.d, r.f.e, p->c, p->f.e[2], offsetof(record, f.e[1]));
    polygon *g = malloc(sizeof *g + 4 * sizeof g->points[0]);
    g->n = 4;
    for (int i = 0; i < 4; i++) g->points[i].x = (short)(i * i), g->points[i].y = (short)-i;
    int area = 0;
    for (int i = 0; i < g->n; i++) area += g->points[i].x * g->points[(i + 1) % 4].y - g->points[i].y * g->points[(i + 1) % 4].x;
    printf("%d %zu\n", area, sizeof *g);
    free(g);
    bool b1 = yes() || no(), b2 = no() && yes(), b3 = (yes() && no()) || yes();
    printf("%d%d%d %d\n", b1, b2, b3, calls);
    int x = (counter(), counter(), counter()), y = x++;
    y += ++x, y -= x--;
    printf("%d %d %d\n", x, y, counter());
    for (int i = -1; i < 12; i += 4) printf("%s ", classify(i));
    printf("%d\n", nested(12));
    volatile int v = 3;
    v += v;
    v++;
    int a[5] = {[2] = 3, 4}, *q = a;
    *q++ = 9;
    *++q = 8;
    printf("%d %d%d%d%d%d %td\n", v, a[0], a[1], a[2], a[3], a[4], q - a);
    printf("%d %d %d %d %zu\n", GREEN, LAST, (enum color)RED + BLUE, sizeof(enum color) == 4, sizeof(char[3][5]));
    for (v = 1; v < 4; v++) {
        struct { int i; char text[6]; } row[v];
        memset(row, 0, sizeof row);
        row[v - 1].i = v * 10;
        printf("%d %zu ", row[v - 1].i, sizeof row / sizeof *row);
    }
    unsigned char c = 255;
    c++;
    signed char s = (signed char)200;
    printf("%d %d %u %d %d\n", c, s, (unsigned)-1 > 0 ? 1u : 0u, -1 < (int)sizeof(int), -7 / 2 * 2 + -7 % 2);
    printf("%d %d %d\n", 'A', '\x41' == '\101', "abc"[1]);
    printf("%d %ld %d\n", 1 ? 2 : 3, (long)1 << 40, !!v + !v + ~v);
    leave(7);
}
