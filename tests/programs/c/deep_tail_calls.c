// Calls that must not use the stack, as deep as no stack would be: with arguments in registers of all
// kinds, on the stack, by copy; with results in registers and in memory; directly and through
// pointers; out of loops, past allocations, and between functions that also call each other plainly.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define KEEP __attribute__((noinline))
#define TAIL __attribute__((musttail)) return
#define DEEP 1000000
#define LESS 150000

typedef struct { long a, b, c; } triple;
typedef struct { double x; long n; } pair;
typedef struct { long v[6]; } block;
typedef float four __attribute__((vector_size(16)));

// Two functions in turn.
static long odd(long n, long s);
KEEP static long even(long n, long s) {
    if (!n) return s;
    TAIL odd(n - 1, s + 1);
}
KEEP static long odd(long n, long s) {
    if (!n) return -s;
    TAIL even(n - 1, s + 2);
}

// Registers of both kinds, and the rest of the arguments on the stack, which change places.
static double right(int n, double a, long b, float c, short d, long e, double f, char g, long h, long i,
                    double j, double k, float l, double m, double o, int p, double q, long r);
KEEP static double left(int n, double a, long b, float c, short d, long e, double f, char g, long h,
                        long i, double j, double k, float l, double m, double o, int p, double q, long r) {
    if (!n) return a + b * 2 + c * 3 + d * 4 + e * 5 + f * 6 + g * 7 + h * 8 + i * 9 + j * 10 + k * 11 + l * 12 + m * 13 + o * 14 + p * 15 + q * 16 + r * 17;
    TAIL right(n - 1, k, i, l, d, r, m, g, e, h, a, f, c, q, j, p + 1, o, b);
}
KEEP static double right(int n, double a, long b, float c, short d, long e, double f, char g, long h,
                         long i, double j, double k, float l, double m, double o, int p, double q, long r) {
    if (!n) return a - b;
    TAIL left(n - 1, j, h, c, d ^ 3, b, k, g + 1, r, e, m, a, l, o, f, p, q, i);
}

// Copies that change places.
static long swapped(block a, long n, block b, long m);
KEEP static long straight(block a, long n, block b, long m) {
    if (n <= 0) return a.v[0] * 3 + b.v[5] * 5 + m;
    a.v[n % 6] += n;
    TAIL swapped(b, n - 1, a, m + 1);
}
KEEP static long swapped(block a, long n, block b, long m) {
    if (n <= 0) return a.v[1] * 7 + b.v[4] * 11 + m;
    b.v[n % 6] ^= m;
    TAIL straight(b, n - 1, a, m + a.v[2]);
}

// Results in memory, in two registers of different kinds, and a vector.
static triple memory_b(long n, triple *at);
KEEP static triple memory_a(long n, triple *at) {
    at->a++;
    if (!n) return (triple){at->a, at->b, n - 1};
    TAIL memory_b(n - 1, at);
}
KEEP static triple memory_b(long n, triple *at) {
    at->b += 2;
    if (!n) return (triple){at->b, at->a, n + 1};
    TAIL memory_a(n - 1, at);
}

static pair pair_b(long n, double x);
KEEP static pair pair_a(long n, double x) {
    if (n <= 0) return (pair){x, n};
    TAIL pair_b(n - 1, x + 0.5);
}
KEEP static pair pair_b(long n, double x) {
    if (n <= 0) return (pair){-x, n};
    TAIL pair_a(n - 1, x + 0.25);
}

KEEP static four vector(four a, four b, int n) {
    if (!n) return a;
    TAIL vector(b, a + 1, n - 1);
}

KEEP static __int128 wide(long n, __int128 x, unsigned char c, signed char d) {
    if (!n) return x + c + d;
    TAIL wide(n - 1, x * 3 + c, c + 1, d - 1);
}

// A machine whose every step is a call through a table, some of them with a loop or a variable-length
// array of their own, some with plain calls of the same functions.
typedef struct machine machine;
typedef long step(machine *, const uint8_t *, long, long);
struct machine { long count, depth; step *const *table; };
#define NEXT TAIL m->table[*at % 6](m, at, x, y)

KEEP static long step_add(machine *m, const uint8_t *at, long x, long y) {
    at++;
    x += y;
    NEXT;
}
KEEP static long step_loop(machine *m, const uint8_t *at, long x, long y) {
    at++;
    for (long i = 0; i < (y & 7) + 3; i++) x = (x * 5 + i) & 0xFFFFFF;
    NEXT;
}
KEEP static long step_array(machine *m, const uint8_t *at, long x, long y) {
    at++;
    long room[(y & 15) + 1];
    for (int i = 0; i <= (y & 15); i++) room[i] = x + i;
    y = room[y & 15] & 0xFFFF;
    NEXT;
}
KEEP static long step_call(machine *m, const uint8_t *at, long x, long y) {
    static const uint8_t inner[] = {0, 1, 5};
    at++;
    if (m->depth < 3) {
        machine other = {3, m->depth + 1, m->table};
        y += m->table[*inner % 6](&other, inner, x & 0xFF, y & 0xFF);
    }
    NEXT;
}
KEEP static long step_back(machine *m, const uint8_t *at, long x, long y) {
    if (--m->count <= 0) return x ^ y;
    at -= 4;
    NEXT;
}
KEEP static long step_end(machine *m, const uint8_t *at, long x, long y) {
    if (m->depth) return x + y;
    return step_back(m, at, x, y);
}
static step *const table[] = {step_add, step_loop, step_array, step_call, step_back, step_end};

// A loop that runs long enough for a function to change level in the middle, every time.
static long churn_b(long n, unsigned long x);
KEEP static long churn_a(long n, unsigned long x) {
    for (int i = 0; i < 40; i++) x = x * 6364136223846793005u + 1442695040888963407u;
    if (!n) return x >> 33;
    TAIL churn_b(n - 1, x);
}
KEEP static long churn_b(long n, unsigned long x) {
    for (int i = 0; i < 30; i++) x ^= x >> 7, x += i;
    if (!n) return x >> 34;
    TAIL churn_a(n - 1, x);
}

int main(void) {
    printf("%ld %ld\n", even(DEEP, 0), odd(LESS + 1, 5));
    printf("%.0f %.0f\n", left(LESS, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17),
           right(LESS, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17));
    block a = {{1, 2, 3, 4, 5, 6}}, b = {{7, 8, 9, 10, 11, 12}};
    printf("%ld %ld\n", straight(a, LESS, b, 1), swapped(a, LESS + 1, b, 1));
    triple t = {0, 0, 0}, r = memory_a(LESS, &t);
    printf("%ld %ld %ld, ", r.a, r.b, r.c);
    r = memory_b(7, &t);
    printf("%ld %ld %ld\n", r.a, r.b, r.c);
    pair p = pair_a(LESS, 1);
    printf("%g %ld\n", p.x, p.n);
    four v = vector((four){1, 2, 3, 4}, (four){5, 6, 7, 8}, LESS + 1);
    printf("%g %g\n", v[0], v[3]);
    __int128 w = wide(LESS, 1, 2, 3);
    printf("%lx:%lx\n", (long)(w >> 64), (long)w);
    static const uint8_t program[] = {1, 0, 2, 3, 4, 5};
    machine m = {LESS / 5, 0, table};
    printf("%ld\n", table[0](&m, program, 1, 2));
    printf("%ld %ld\n", churn_a(20000, 3), churn_b(20001, 4));
    long (*volatile f)(long, long) = even;
    long sum = 0;
    for (int i = 0; i < 300; i++) sum += f(i, i);
    printf("%ld\n", sum);
    return 0;
}
