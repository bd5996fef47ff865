// Function pointers: tables, callbacks, functions that return functions, comparison,
// polymorphism by tables of methods.
#include <stdio.h>
#include <stdlib.h>

typedef int (*binary)(int, int);

static int add(int a, int b) { return a + b; }
static int sub(int a, int b) { return a - b; }
static int mul(int a, int b) { return a * b; }
static int divide(int a, int b) { return b ? a / b : 0; }

static const struct { char symbol; binary call; } operations[] = {{'+', add}, {'-', sub}, {'*', mul}, {'/', divide}};

static binary find(char symbol) {
    for (int i = 0; i < 4; i++)
        if (operations[i].symbol == symbol) return operations[i].call;
    return 0;
}

static int fold(const int *values, int n, int start, binary f) {
    for (int i = 0; i < n; i++) start = f(start, values[i]);
    return start;
}

typedef struct shape shape;
struct methods { double (*area)(const shape *); void (*scale)(shape *, double); const char *name; };
struct shape { const struct methods *methods; double a, b; };

static double rectangle_area(const shape *s) { return s->a * s->b; }
static double ellipse_area(const shape *s) { return s->a * s->b * 3.14159265358979; }
static double triangle_area(const shape *s) { return s->a * s->b / 2; }
static void both(shape *s, double by) { s->a *= by, s->b *= by; }
static void first(shape *s, double by) { s->a *= by * by; }

static const struct methods rectangle = {rectangle_area, both, "rectangle"}, ellipse = {ellipse_area, first, "ellipse"}, triangle = {triangle_area, both, "triangle"};

// A state machine whose states are functions that return the next one.
typedef struct state { struct state (*next)(char); } state;
static state outside(char c), inside(char c);
static int words;
static state outside(char c) {
    if (c != ' ') {
        words++;
        return (state){inside};
    }
    return (state){outside};
}
static state inside(char c) { return (state){c == ' ' ? outside : inside}; }

static void visit(int depth, void (*before)(int, void *), void (*after)(int, void *), void *with) {
    if (before) before(depth, with);
    if (depth < 3) visit(depth + 1, depth % 2 ? after : before, before, with);
    if (after) after(depth, with);
}
static void count_up(int d, void *p) { *(int *)p += d + 1; }
static void count_double(int d, void *p) { *(int *)p *= d + 2; }

int main(void) {
    static const int values[] = {7, 3, 9, 2, 8};
    for (int i = 0; i < 4; i++) printf("%c %d\n", operations[i].symbol, fold(values, 5, 1000, operations[i].call));
    printf("%d %d\n", find('*')(6, 7), find('?') == 0);
    printf("%d %d\n", find('+') == add, find('-') == add);
    shape shapes[] = {{&rectangle, 2, 3}, {&ellipse, 1, 4}, {&triangle, 5, 6}};
    double total = 0;
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < 3; i++) {
            shapes[i].methods->scale(&shapes[i], 1 + 0.5 * round);
            total += shapes[i].methods->area(&shapes[i]);
        }
    printf("%.6f %s\n", total, shapes[2].methods->name);
    state s = {outside};
    for (const char *p = " how many  words are here "; *p; p++) s = s.next(*p);
    printf("%d %d\n", words, s.next == outside);
    int number = 1;
    visit(0, count_up, count_double, &number);
    visit(0, 0, count_up, &number);
    printf("%d\n", number);
    binary volatile chosen[2] = {rand() % 1 ? mul : sub, add};
    for (int i = 0; i < 4; i++) printf("%d ", chosen[i & 1](i, 10));
    puts("");
    return 0;
}
