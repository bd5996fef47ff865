// Packed and over-aligned structures: misaligned fields, padding, arrays of them.
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct __attribute__((packed)) head {
    uint8_t kind;
    uint32_t length;
    uint16_t port;
    uint64_t id;
    double weight;
    int16_t tail[3];
};

struct __attribute__((packed, aligned(2))) twos { char c; int i; short s; };

struct __attribute__((aligned(32))) wide { int a; char b; };

struct inner { char a; struct __attribute__((packed)) { char b; int c; } deep; long d; };

static struct head table[3] = {{1, 0x11223344, 80, 0x8877665544332211, 1.5, {1, 2, 3}}, {2, 5, 443, 99, -2.25, {-1, -2, -3}}};
static struct wide wides[2] = {{7, 'w'}, {8, 'x'}};
static const uint32_t *volatile inside = (const uint32_t *)((const char *)table + 1);

static uint32_t sum(const uint8_t *p, size_t n) {
    uint32_t s = 0;
    for (size_t i = 0; i < n; i++) s = s * 257 + p[i];
    return s;
}

static struct head make(uint8_t kind) {
    struct head h;
    memset(&h, 0, sizeof h);
    h.kind = kind;
    h.length = kind * 1000u;
    h.id = (uint64_t)kind << 40;
    h.weight = kind / 3.0;
    h.tail[2] = -kind;
    return h;
}

int main(void) {
    printf("%zu %zu %zu %zu\n", sizeof(struct head), sizeof(struct twos), sizeof(struct wide), sizeof(struct inner));
    printf("%zu %zu %zu %zu\n", offsetof(struct head, id), offsetof(struct head, tail), offsetof(struct twos, s), offsetof(struct inner, deep.c));
    printf("%d %d\n", (int)((uintptr_t)&wides[1] % 32), (int)_Alignof(struct twos));
    table[2] = make(9);
    for (int i = 0; i < 3; i++)
        printf("%d %x %d %lx %g %d %x\n", table[i].kind, table[i].length, table[i].port, table[i].id, table[i].weight, table[i].tail[2], sum((const uint8_t *)&table[i], sizeof table[i]));
    uint32_t length;
    memcpy(&length, (const void *)inside, 4);
    printf("%x\n", length);
    for (int i = 0; i < 3; i++) {
        table[i].id += (uint64_t)i * 1000000007;
        table[i].weight *= -1.5;
        table[i].tail[i]++;
    }
    printf("%x\n", sum((const uint8_t *)table, sizeof table));
    struct twos t[2] = {{'a', -5, 6}, {'b', 7, -8}};
    t[1].i *= t[0].i;
    printf("%d %d %c\n", t[1].i, t[0].s * t[1].s, t[1].c);
    struct inner n = {'n', {'m', 123456789}, -1};
    n.deep.c /= 7;
    printf("%d %ld %d\n", n.deep.c, n.d, wides[0].a * wides[1].b);
    return 0;
}
