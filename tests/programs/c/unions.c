// Unions and punning: the same bytes seen as different types, tagged values, byte order.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef struct value {
    enum { NIL, INTEGER, REAL, TEXT, PAIR } tag;
    union {
        int64_t integer;
        double real;
        const char *text;
        struct { const struct value *first, *second; };
    };
} value;

static void print(const value *v) {
    switch (v->tag) {
    case NIL: printf("nil"); break;
    case INTEGER: printf("%ld", v->integer); break;
    case REAL: printf("%g", v->real); break;
    case TEXT: printf("\"%s\"", v->text); break;
    case PAIR:
        printf("(");
        print(v->first);
        printf(" . ");
        print(v->second);
        printf(")");
    }
}

static double sum(const value *v) {
    return v->tag == INTEGER ? (double)v->integer : v->tag == REAL ? v->real : v->tag == PAIR ? sum(v->first) + sum(v->second) : 0;
}

union parts { uint64_t whole; uint32_t halves[2]; uint16_t quarters[4]; uint8_t bytes[8]; double real; float floats[2]; };

// Approximate reciprocal square root by the famous constant.
static float inverse_root(float x) {
    float half = x * 0.5f;
    uint32_t i;
    memcpy(&i, &x, 4);
    i = 0x5F3759DF - (i >> 1);
    memcpy(&x, &i, 4);
    x *= 1.5f - half * x * x;
    return x * (1.5f - half * x * x);
}

static union parts passed(union parts p, int by) {
    p.whole = p.whole << by | p.whole >> (64 - by);
    return p;
}

int main(void) {
    static const value one = {INTEGER, {.integer = -42}}, two = {REAL, {.real = 2.5}}, three = {TEXT, {.text = "three"}};
    static const value inner = {PAIR, {.first = &one, .second = &three}}, outer = {PAIR, {.first = &inner, .second = &two}}, nil = {NIL, {0}};
    value all = {PAIR, {.first = &outer, .second = &nil}};
    print(&all);
    printf(" %g\n", sum(&all));
    union parts p = {.whole = 0x0102030405060708};
    printf("%x %x %x %d %d\n", p.halves[0], p.halves[1], p.quarters[3], p.bytes[0], p.bytes[7]);
    p = passed(p, 20);
    printf("%lx\n", p.whole);
    p.real = -1.0;
    printf("%x %x\n", p.halves[1], p.quarters[3]);
    p.floats[1] = 2.0f;
    printf("%g\n", p.real);
    for (float x = 0.25f; x < 1000; x *= 7) printf("%.6g ", (double)inverse_root(x));
    puts("");
    uint8_t text[9] = "ABCDEFGH";
    uint32_t word;
    memcpy(&word, text + 1, 4);
    word += 0x01010101;
    memcpy(text + 3, &word, 4);
    puts((char *)text);
    uintptr_t address = (uintptr_t)&p;
    printf("%d %d\n", (union parts *)address == &p, (int)((char *)(&p + 1) - (char *)&p));
    return 0;
}
