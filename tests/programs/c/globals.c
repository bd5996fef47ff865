// Global variables whose initial values need addresses: of functions, of each other, of the
// middle of something, of themselves; constant expressions over them.
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct node { const char *name; struct node *next, *other; int (*act)(int); long *field; } node;

static int twice(int x) { return 2 * x; }
static int square(int x) { return x * x; }
int negate(int x);

static long numbers[8] = {1, 2, 3, 4, 5, 6, 7, 8};
static node b;
static node a = {"a", &b, &a, twice, numbers + 3};
static node b = {"b", 0, &a, square, &numbers[7]};
static node *const nodes[] = {&a, &b, &a + 0, 0};
static int (*const *const functions)(int) = (int (*const[])(int)){negate, square, twice, 0};
static const char text[] = "the text", *const middle = text + 4, *words[2][2] = {{"w", "x"}, {text, &text[3]}};
static void *self = &self;
static const ptrdiff_t between = &numbers[6] - &numbers[1];
static const uintptr_t offset = (uintptr_t)&((node *)0)->act;
static const struct { char pad; const double *one; double value[2]; } odd[2] = {{'p', &odd[1].value[1], {1.5, 2.5}}, {'q', odd[0].value, {3.5, 4.5}}};
static char zeros[100000];
static struct { char c; char *into[3]; } late = {'l', {zeros, zeros + 50000, zeros + 99999}};
int common_one;
extern int common_one;
static float scale = 0.1f;
static const unsigned char table[256] = {['a'] = 1, ['z'] = 2, [255] = 3};
static const wchar_t wide[] = L"wide \x20AC";
static const _Bool yes = 1;
static int *nothing;

int negate(int x) { return -x; }

static int counter(void) {
    static int count = 100;
    static int *const here = &count;
    return (*here)++ + ++count;
}

int main(void) {
    for (node *const *n = nodes; *n; n++) printf("%s %s %d %ld\n", (*n)->name, (*n)->other->name, (*n)->act(7), *(*n)->field);
    for (int i = 0; functions[i]; i++) printf("%d ", functions[i](9));
    printf("%s %s %s %c\n", middle, words[1][0], words[1][1], words[0][1][0]);
    printf("%d %td %lu %g %g\n", self == (void *)&self, between, offset, *odd[0].one, odd[1].one[1]);
    *late.into[1] = 'm';
    *late.into[2] = 'e';
    int sum = 0;
    for (int i = 0; i < 100000; i++) sum += zeros[i];
    common_one += sum;
    printf("%d %d %c\n", sum, common_one, late.c);
    printf("%.9g %d %d %d %d\n", (double)scale, table['a'], table['b'], table[255], (int)wide[5]);
    printf("%d %d %d\n", counter(), counter(), counter());
    a.next->field = numbers;
    a.next->next = nodes[0];
    a.act = functions[1];
    printf("%ld %s %d %d %d\n", *b.field, b.next->next->name, a.act(5), yes, nothing == 0);
    return 0;
}
