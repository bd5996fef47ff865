// Bit-fields: signed, unsigned, wide, zero-width, packed, straddling.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct flags { unsigned a : 1, b : 3, c : 7, : 0, d : 5; int e : 4; signed f : 12; };
struct wide { uint64_t low : 40, middle : 17, high : 7; int64_t s : 33; };
struct __attribute__((packed)) tight { unsigned a : 3; unsigned b : 29; unsigned c : 11; unsigned long d : 50; char e; };
struct odd { _Bool yes : 1; uint8_t seven : 7; uint16_t nine : 9; uint32_t thirty : 30; int one : 1; };
union view { struct { uint32_t sign : 1, rest : 31; } parts; uint32_t word; struct { uint32_t fraction : 23, exponent : 8, sign : 1; } number; float value; };

static struct flags globals[2] = {{1, 5, 100, 17, -3, -2000}, {.f = 2047, .b = 2}};

static uint32_t sum(const void *p, size_t n) {
    const uint8_t *bytes = p;
    uint32_t s = 0;
    for (size_t i = 0; i < n; i++) s = s * 31 + bytes[i];
    return s;
}

int main(void) {
    printf("%zu %zu %zu %zu\n", sizeof(struct flags), sizeof(struct wide), sizeof(struct tight), sizeof(struct odd));
    for (int i = 0; i < 2; i++) {
        struct flags *g = &globals[i];
        printf("%u %u %u %u %d %d\n", g->a, g->b, g->c, g->d, g->e, g->f);
        for (volatile int k = 0; k < 20; k++) {
            g->a ^= 1;
            g->b += (unsigned)k;
            g->c = g->c * 3u + 1;
            g->d--;
            g->e = g->e == 7 ? -8 : g->e + 1;
            g->f = g->f < 0 ? g->f / 2 : -g->f + k;
        }
        printf("%u %u %u %u %d %d\n", g->a, g->b, g->c, g->d, g->e, g->f);
    }
    struct wide w;
    memset(&w, 0, sizeof w);
    uint64_t seed = 0x123456789ABCDEF;
    for (int i = 0; i < 50; i++) {
        seed = seed * 6364136223846793005u + 1;
        w.low += seed;
        w.middle ^= seed >> 20;
        w.high = w.high * 3 + (seed >> 60);
        w.s = (int64_t)seed >> 31;
    }
    printf("%lx %lx %lx %ld %x\n", (uint64_t)w.low, (uint64_t)w.middle, (uint64_t)w.high, (int64_t)w.s, sum(&w, sizeof w));
    struct tight t = {5, 0x1FFFFFFF, 1024, 1ul << 49, 'e'};
    t.b -= t.a;
    t.d |= t.c;
    t.c++;
    printf("%u %u %u %lu %c %x\n", t.a, t.b, t.c, (unsigned long)t.d, t.e, sum(&t, sizeof t));
    struct odd o;
    memset(&o, 0, sizeof o);
    o.yes = 42 > 0;
    volatile int many = 1000;
    o.seven = (uint8_t)(many / 5);
    o.nine = (uint16_t)many;
    o.thirty = ~0u;
    o.one = -1;
    printf("%d %d %d %u %d %x\n", o.yes, o.seven, o.nine, o.thirty, o.one, sum(&o, sizeof o));
    union view v = {.value = -6.5f};
    printf("%u %u %u %u\n", v.number.sign, v.number.exponent, v.number.fraction, v.parts.rest);
    v.number.exponent++;
    printf("%g %d\n", (double)v.value, t.a < t.b - 1);
    return 0;
}
