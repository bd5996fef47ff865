// Structures by value: small ones in registers of both kinds, large ones in memory, nested,
// returned, assigned, compared field by field, passed through function pointers.
#include <stdio.h>
#include <string.h>

typedef struct { char a; } one;
typedef struct { short a; char b; } three;
typedef struct { int a; float b; } mixed;
typedef struct { double a; long b; } pair;
typedef struct { float x, y, z; } point;
typedef struct { long a, b, c; } large;
typedef struct { int values[10]; const char *name; } array;
typedef struct { pair inner[2]; point corner; one tag; } nested;
typedef struct { double a, b; } doubles;
typedef struct { unsigned char bytes[16]; } bytes;
typedef struct {} empty;

static one inc_one(one x) { x.a++; return x; }
static three inc_three(three x) { return (three){x.a + 1, x.b + 2}; }
static mixed inc_mixed(mixed x) { return (mixed){x.a * 2, x.b * 0.5f}; }
static pair swap_pair(pair x) { return (pair){(double)x.b, (long)x.a}; }
static point cross(point a, point b) {
    return (point){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
static large rotate(large x) { return (large){x.b, x.c, x.a}; }
static array scaled(array x, int by) {
    for (int i = 0; i < 10; i++) x.values[i] *= by;
    return x;
}
static nested change(nested n, int depth) {
    n.inner[depth % 2].a += depth;
    n.corner.y *= 2;
    n.tag.a ^= 32;
    return depth > 0 ? change(n, depth - 1) : n;
}
static doubles add(doubles a, doubles b) { return (doubles){a.a + b.a, a.b + b.b}; }
static bytes invert(bytes x) {
    for (int i = 0; i < 16; i++) x.bytes[i] = (unsigned char)~x.bytes[i];
    return x;
}

// More arguments than registers, of all kinds.
static double crowd(int a, pair b, double c, large d, mixed e, char f, doubles g, long h, point i, three j, bytes k, int l) {
    return a + b.a + (double)b.b + c + (double)(d.a + d.b * 2 + d.c * 3) + e.a + e.b + f + g.a * g.b + (double)h + i.x + i.y + i.z + j.a + j.b + k.bytes[3] + l;
}

static int same(empty a, empty b) { (void)a; (void)b; return 5; }

int main(void) {
    one o = inc_one((one){'x'});
    three t = inc_three((three){10, 20});
    mixed m = inc_mixed((mixed){21, 3.0f});
    pair p = swap_pair((pair){2.5, 7});
    printf("%c %d %d %d %g %g %ld\n", o.a, t.a, t.b, m.a, (double)m.b, p.a, p.b);
    point c = cross((point){1, 2, 3}, (point){-4, 5, 0.5f});
    printf("%g %g %g\n", (double)c.x, (double)c.y, (double)c.z);
    large (*volatile turn)(large) = rotate;
    large l = turn(turn((large){1, 2, 3}));
    printf("%ld %ld %ld\n", l.a, l.b, l.c);
    array a = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, "numbers"}, b = scaled(a, 3), copy;
    copy = b;
    memset(&b, 0, sizeof b);
    printf("%d %d %s %d %d\n", a.values[9], copy.values[9], copy.name, b.values[9], b.name == 0);
    nested n = {.inner = {{1, 2}, {3, 4}}, .corner = {1, 1, 1}, .tag = {'a'}};
    n = change(n, 9);
    printf("%g %g %g %c\n", n.inner[0].a, n.inner[1].a, (double)n.corner.y, n.tag.a);
    doubles d = add((doubles){1, 2}, add((doubles){0.5, 0.25}, (doubles){-1, 1e10}));
    printf("%g %.10g\n", d.a, d.b);
    bytes k = {{0, 1, 2, 250}};
    k = invert(k);
    printf("%d %d\n", k.bytes[3], k.bytes[15]);
    double (*volatile call)(int, pair, double, large, mixed, char, doubles, long, point, three, bytes, int) = crowd;
    printf("%.10g\n", call(1, (pair){2, 3}, 4, (large){5, 6, 7}, (mixed){8, 9}, 10, (doubles){11, 12}, 13, (point){14, 15, 16}, (three){17, 18}, k, 19));
    printf("%d %zu %zu %zu %zu\n", same((empty){}, (empty){}), sizeof(nested), sizeof(mixed), sizeof(array), sizeof(empty));
    struct { int x, y; } grid[3][4] = {[1] = {[2] = {5, 6}}, [2][3].y = 9};
    int sum = 0;
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 4; j++) sum += grid[i][j].x * 10 + grid[i][j].y;
    printf("%d\n", sum);
    return 0;
}
