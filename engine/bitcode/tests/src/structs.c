// Structures: packed, nested, unions, by value in registers and in memory.
#include <stdio.h>
#include <string.h>

struct small { int a; float b; };
struct pair { long a, b; };
struct big { int n; double d[5]; char tail[3]; };
struct __attribute__((packed)) tight { char a; int b; short c; long d; };
union mixed { double d; unsigned long u; struct { int lo, hi; } parts; };
struct node { struct node *next; union mixed m; struct { struct small s[2]; } inner; };
struct flexible { int len; int data[]; };

static struct { int len; int data[3]; } table = {3, {10, 20, 30}};
static struct node first, second = {&first, {.d = 1.5}, {{{1, 2.5f}, {3, 4.5f}}}};

__attribute__((noinline)) static struct small swap(struct small s) {
    return (struct small){(int)s.b, (float)s.a};
}
__attribute__((noinline)) static struct pair turn(struct pair p, int n) {
    return (struct pair){p.b + n, p.a - n};
}
__attribute__((noinline)) static struct big grow(struct big b, struct tight t) {
    b.n += t.b;
    b.d[4] += (double)t.d;
    b.tail[1] = (char)t.a;
    return b;
}

int main(int argc, char **argv) {
    struct small s = swap((struct small){argc, 7.25f});
    struct pair p = turn((struct pair){100, 200}, argc);
    struct big b = {1, {1, 2, 3, 4, 5}, "ab"};
    struct tight t = {'x', 1000, 7, 1L << 40};
    struct big c = grow(b, t);
    union mixed m = {.d = -2.0};
    first.next = &second;
    first.m.parts.hi = argc;
    const struct flexible *flex = (const struct flexible *)&table;
    int sum = 0;
    for (int i = 0; i < flex->len; i++) sum += flex->data[i];
    struct big copy;
    memcpy(&copy, &c, sizeof copy);
    printf("%d %g %ld %ld\n", s.a, (double)s.b, p.a, p.b);
    printf("%d %g %s %zu\n", copy.n, copy.d[4], copy.tail, sizeof(struct tight));
    printf("%lx %d %d\n", m.u, m.parts.hi, sum);
    printf("%g %d %g\n", second.next->next->m.d, first.m.parts.hi,
           (double)second.inner.s[1].b);
    return sum & 0x7F;
}
