// Copies and fills of all sizes, variable arrays, alloca in loops, alignment, large frames.
#include <stdint.h>
#include <stddef.h>
#include <string.h>
static uint64_t hash;
static void mix(uint64_t v) { hash = (hash ^ v) * 0x100000001b3ull; hash ^= hash >> 29; }
static unsigned char a[4096], b[4096];
#define SIZES X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(11) X(13) X(15) X(16) X(17) X(20) X(24) X(29) X(31) X(32) X(33) X(40) X(48) X(63) X(64) X(65) X(100) X(127) X(128) X(129) X(200) X(1000)
static void show(void) { for (int i = 0; i < 1100; i++) mix(a[i]); }
__attribute__((noinline)) static uint64_t vla(int n) {
    uint64_t r = 0;
    for (int k = 1; k < n; k++) {
        int v[k]; long w[k * 2];
        for (int i = 0; i < k; i++) { v[i] = i * k; w[i * 2] = i; w[i * 2 + 1] = -i; }
        for (int i = 0; i < k; i++) r = r * 31 + (uint64_t)v[i] + (uint64_t)(w[i] * 3);
    }
    return r;
}
__attribute__((noinline)) static uint64_t list(int n) {
    struct node { struct node *next; int v; } *head = 0;
    for (int i = 0; i < n; i++) { struct node *p = __builtin_alloca(sizeof *p); p->next = head; p->v = i * 3; head = p; }
    uint64_t r = 0;
    for (; head; head = head->next) r = r * 7 + head->v;
    if (n > 3) r += list(n - 3);
    return r;
}
// Counts from one, as programs do that were Fortran once: the pointer lies before its array.
__attribute__((noinline)) static uint64_t last(const int *from_one, int n) { return (uint64_t)from_one[n]; }
__attribute__((noinline)) static uint64_t one_based(int n) {
    int room[8]; const int *from_one = room - 1;
    for (int i = 0; i < 8; i++) room[i] = i * n;
    return last(from_one, 8) + last(room - 5, 6);
}
__attribute__((noinline)) static uint64_t aligned(int n) {
    _Alignas(64) char x[100]; _Alignas(128) int y[3]; char *z = __builtin_alloca_with_align(n + 5, 512);
    memset(x, n, sizeof x); y[1] = n; z[n] = 3;
    return (((uintptr_t)x & 63) | ((uintptr_t)y & 127) | ((uintptr_t)z & 63)) + x[50] + y[1] + z[n];
}
__attribute__((noinline)) static uint64_t frame(int n) {
    int big[20000]; for (int i = 0; i < 20000; i++) big[i] = i * n;
    uint64_t r = 0; for (int i = 0; i < 20000; i += 37) r = r * 3 + big[(i * 7) % 20000]; return r;
}
struct packed { char c; int i; long l; short s; double d; } __attribute__((packed));
struct nested { struct { short a[3]; char b; } in[4]; struct packed p; union { long l; char c[8]; float f; } u; };
static struct nested nested;
__attribute__((noinline)) static struct nested touch(struct nested n, int k) { n.in[k & 3].a[k % 3] += k; n.p.i ^= k; n.p.d += k; n.u.c[k & 7] = (char)k; return n; }
uint64_t run(uint64_t seed) {
    hash = seed;
    for (int i = 0; i < 4096; i++) { a[i] = (unsigned char)(seed >> (i & 7)) + i; b[i] = (unsigned char)(i * 13 + seed); }
#define X(n) memcpy(a + n + 1, b + n * 2, n); memmove(a + 5, a + 3, n); memmove(a + 9, a + 12, n); memset(a + n, (int)(seed >> 3), n / 2); memset(a + n + 7, 0, n); mix(a[n]);
    SIZES show();
    size_t n = seed & 255; memcpy(a, b, n); memmove(a + 3, a, n); memset(a + 300, 7, n); mix(memcmp(a, b, n + 1) < 0); show();
    mix(vla(20)); mix(list(40)); mix(one_based((int)(seed & 15))); mix(aligned((int)(seed & 15))); mix(frame((int)seed & 0xff));
    for (int k = 0; k < 20; k++) nested = touch(nested, k + (int)(seed & 31));
    for (size_t i = 0; i < sizeof nested; i++) if (i < 28 || i >= 28) mix(((unsigned char *)&nested)[i]);
    return hash;
}
