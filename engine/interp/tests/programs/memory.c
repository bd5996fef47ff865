// Pointers, structures by value, variadic functions, allocations, atomics.
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

struct big { long a[9]; char tail[5]; };
struct small { int a; char b; };
struct mixed { double d; int i; };
struct triple { char a, b, c; };
__attribute__((noinline)) static struct big make_big(long n) { struct big b; for (int i = 0; i < 9; i++) b.a[i] = n * i; memcpy(b.tail, "abcd", 5); return b; }
__attribute__((noinline)) static long sum_big(struct big b, int k) { long s = b.tail[k & 3]; for (int i = 0; i < 9; i++) s += b.a[i]; b.a[0] = 99; return s; }
__attribute__((noinline)) static struct small make_small(int n) { return (struct small){n, (char)n}; }
__attribute__((noinline)) static struct mixed make_mixed(struct mixed m, struct small s, struct triple t) { m.d += s.a; m.i -= s.b + t.a * t.c; return m; }
static struct big (*volatile big_pointer)(long) = make_big;
static long (*volatile sum_pointer)(struct big, int) = sum_big;
uint64_t test_values(uint64_t n) {
    struct big b = make_big(n), c = big_pointer(n + 1); struct small s = make_small(n); struct triple t = {(char)n, 2, 3};
    struct mixed m = make_mixed((struct mixed){n % 100, 5}, s, t);
    return sum_big(b, n) + sum_pointer(c, 1) + b.a[0] + s.a + s.b + (long)m.d + m.i;
}

__attribute__((noinline)) static long total(int count, ...) {
    va_list list, copy; va_start(list, count); va_copy(copy, list);
    long sum = 0;
    for (int i = 0; i < count; i++) switch (i % 4) {
        case 0: sum += va_arg(list, int); break; case 1: sum += va_arg(list, long) * 3; break;
        case 2: sum += (long)(va_arg(list, double) * 4); break; case 3: sum += *va_arg(list, char *); break; }
    sum = sum * 7 + va_arg(copy, int);
    va_end(copy); va_end(list); return sum;
}
__attribute__((noinline)) static long forward(int count, va_list list) { long s = 0; while (count--) s = s * 3 + va_arg(list, long); return s; }
__attribute__((noinline)) static long outer(double x, int count, ...) { va_list l; va_start(l, count); long s = forward(count, l) + (long)x; va_end(l); return s; }
__attribute__((noinline)) static double floats(int count, ...) { va_list l; va_start(l, count); double s = 0; for (int i = 0; i < count; i++) s = s * 0.5 + va_arg(l, double); va_end(l); return s; }
__attribute__((noinline)) static int structs(int count, ...) { va_list l; va_start(l, count); int s = 0; for (int i = 0; i < count; i++) { struct big b = va_arg(l, struct big); struct small m = va_arg(l, struct small); s = s * 3 + b.a[2] + m.a + m.b; } va_end(l); return s; }
uint64_t test_varargs(uint64_t n) {
    int k = n % 1000;
    long (*volatile p)(int, ...) = total;
    return total(12, k, (long)k, k * 0.5, "x", k + 1, (long)n, 2.5, "yy", 7, 8L, 9.75, "z") + p(4, k, 3L, 4.0, "q")
        + outer(k, 9, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, (long)n) + (long)floats(11, 1., 2., 3., 4., 5., 6., 7., 8., 9., 10., k * 1.) + structs(2, make_big(k), make_small(k), make_big(3), make_small(k + 1));
}

uint64_t test_vla(uint64_t n) {
    uint64_t out = 0;
    for (int round = 1; round < 6; round++) {
        unsigned size = n % 37 + round; int list[size]; char *p = __builtin_alloca(size * 3);
        for (unsigned i = 0; i < size; i++) { list[i] = i * round; p[i * 3] = i; }
        for (unsigned i = 0; i < size; i++) out = out * 5 + list[size - 1 - i] + p[i * 3];
    }
    return out;
}

struct node { struct node *left, *right; int key; };
static struct node pool[64]; static int used;
static struct node *insert(struct node *n, int key) { if (!n) { n = &pool[used++]; n->left = n->right = 0; n->key = key; return n; } if (key < n->key) n->left = insert(n->left, key); else n->right = insert(n->right, key); return n; }
static uint64_t walk(struct node *n, uint64_t h) { return n ? walk(n->right, walk(n->left, h) * 31 + n->key) : h; }
uint64_t test_tree(uint64_t n) { used = 0; struct node *root = 0; for (int i = 0; i < 60; i++) root = insert(root, (int)((n + i) * 2654435761u >> 20)); return walk(root, 7); }

uint64_t test_memory(uint64_t n) {
    unsigned char a[100], b[100]; memset(a, n, 100); memset(b, 7, sizeof b);
    memcpy(a + 3, b, n % 90); memmove(a + 10, a + 5, n % 80); memmove(a + 2, a + 20, 50);
    uint64_t out = 0; for (int i = 0; i < 100; i++) out = out * 131 + a[i]; return out + (memcmp(a, b, 50) > 0);
}

uint64_t test_atomics(uint64_t n) {
    _Atomic uint32_t a = n; _Atomic uint64_t b = n; _Atomic int8_t c = n; _Atomic uint16_t d = 5; uint64_t out = 0;
    for (int i = 0; i < 8; i++) {
        out = out * 3 + atomic_fetch_add(&a, i) + atomic_fetch_sub(&b, i * 3) + atomic_fetch_or(&c, i) + atomic_fetch_and(&a, ~i) + atomic_fetch_xor(&b, n >> i) + atomic_exchange(&d, i);
        uint32_t want = i & 1 ? a : 12; out += atomic_compare_exchange_strong(&a, &want, a + 5) + want; uint64_t w = b; out += atomic_compare_exchange_weak(&b, &w, 9);
        atomic_store(&d, i * 7); out += atomic_load(&d) + atomic_load(&c); atomic_thread_fence(memory_order_seq_cst);
        out += __atomic_fetch_nand((uint32_t *)&a, 3, 5) + __atomic_fetch_min((int *)&a, 100, 5) + __atomic_fetch_max((int *)&a, -100, 5);
    }
    return out + a + b + c + d;
}

static void sort(int *a, int lo, int hi) { if (lo >= hi) return; int p = a[(lo + hi) / 2], i = lo, j = hi; while (i <= j) { while (a[i] < p) i++; while (a[j] > p) j--; if (i <= j) { int t = a[i]; a[i++] = a[j]; a[j--] = t; } } sort(a, lo, j); sort(a, i, hi); }
uint64_t test_sort(uint64_t n) { int a[120]; for (int i = 0; i < 120; i++) a[i] = (int)(n * (i + 3) * 2654435761u); sort(a, 0, 119); uint64_t h = 0; for (int i = 0; i < 120; i++) h = h * 31 + a[i]; return h; }
struct __attribute__((packed)) tight { char a; long b; short c; double d; };
uint64_t test_packed(uint64_t n) { struct tight t[3]; for (int i = 0; i < 3; i++) t[i] = (struct tight){(char)n, (long)n * i, (short)(n + i), i * 1.5}; uint64_t h = 0; for (int i = 0; i < 3; i++) h = h * 7 + t[i].a + t[i].b + t[i].c + (long)(t[i].d * 2); return h; }
struct __attribute__((aligned(64))) wide { int x[3]; };
uint64_t test_aligned(uint64_t n) { struct wide w[2]; w[0].x[0] = n; w[1].x[2] = 5; volatile struct wide *p = w; return (uint64_t)p % 64 + p[0].x[0] + p[1].x[2]; }
