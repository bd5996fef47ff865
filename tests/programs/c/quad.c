// clang: 19
// `__float128`: arithmetic, comparisons, conversions, calls and complex numbers, against libgcc and glibc.
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef __float128 quad;
typedef unsigned __int128 bits;

// The headers show these to other compilers only.
quad fabsf128(quad), copysignf128(quad, quad), floorf128(quad), ceilf128(quad), truncf128(quad), rintf128(quad), nearbyintf128(quad),
    roundf128(quad), frexpf128(quad, int *), sqrtf128(quad), nextafterf128(quad, quad), fminf128(quad, quad), fmaxf128(quad, quad),
    fmodf128(quad, quad), logbf128(quad), fmaf128(quad, quad, quad), scalbnf128(quad, int);
int ilogbf128(quad);

static uint64_t seed = 88172645463325252ull;

static uint64_t next(void) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static bits of(quad value) {
    bits whole;
    memcpy(&whole, &value, 16);
    return whole;
}

static quad to(bits whole) {
    quad value;
    memcpy(&value, &whole, 16);
    return value;
}

// All results so far.
static uint64_t sum = 1469598103934665603ull;

static void add(bits value) {
    for (int at = 0; at < 128; at += 32) sum = (sum ^ (uint32_t)(value >> at)) * 1099511628211ull;
}

static void take(quad value) { add(of(value)); }

static void show(const char *name) {
    printf("%-12s %016llx\n", name, (unsigned long long)sum);
}

#define PLACES 112
#define BIAS 16383

// Of every kind: any bits, near 1, whole, of few digits, small, infinite, none.
static quad any(void) {
    bits fraction = ((bits)next() << 64 | next()) & (((bits)1 << PLACES) - 1);
    bits sign = (bits)(next() & 1) << 127;
    uint64_t exponent = next() & 0x7fff;
    switch (next() % 16) {
    case 0: return to(sign | fraction);
    case 1: return to(sign | (bits)0x7fff << PLACES | (next() & 1 ? fraction : 0));
    case 2: return to(sign | (bits)(next() % 130) << PLACES | fraction);
    case 3: return to(sign);
    case 4: return (quad)(int64_t)next();
    case 5: return (quad)(int)next() / 8;
    case 6: return to(sign | (bits)exponent << PLACES | (fraction & ~(((bits)1 << (next() % 112)) - 1)));
    case 7: return to(sign | (bits)(0x7ffe - next() % 130) << PLACES | fraction);
    case 8: return to(sign | (bits)exponent << PLACES | (fraction | (((bits)1 << (next() % 112)) - 1)));
    case 9: return to(sign | (bits)exponent << PLACES | fraction);
    default: return to(sign | (bits)(BIAS - 64 + next() % 128) << PLACES | fraction);
    }
}

static volatile quad kept;

static void arithmetic(int rounds) {
    for (int i = 0; i < rounds; i++) {
        quad a = any(), b = any();
        kept = a + b, take(kept);
        kept = a - b, take(kept);
        kept = a * b, take(kept);
        kept = a / b, take(kept);
        take(-a);
        add((a < b) | (a <= b) << 1 | (a > b) << 2 | (a >= b) << 3 | (a == b) << 4 | (a != b) << 5 |
            __builtin_isunordered(a, b) << 6 | __builtin_islessgreater(a, b) << 7);
    }
    show("arithmetic");
    // What cancels, and what is nearly halfway.
    for (int i = 0; i < rounds; i++) {
        quad a = any(), b = to(of(a) + (next() & 7));
        if (a != a || b != b) continue;
        kept = a - b, take(kept);
        kept = a + to(of(b) ^ (bits)1 << 127) / 3, take(kept);
        kept = a * b, take(kept);
        kept = a / b, take(kept);
        kept = a + to((of(a) & ((bits)0x7fff << PLACES)) - ((bits)(PLACES + next() % 3) << PLACES)), take(kept);
    }
    show("near");
}

static void conversions(int rounds) {
    for (int i = 0; i < rounds; i++) {
        quad a = any();
        double d = (double)a;
        float f = (float)a;
        long double l = (long double)a;
        uint64_t of_double;
        uint32_t of_float;
        bits of_long = 0;
        memcpy(&of_double, &d, 8);
        memcpy(&of_float, &f, 4);
        memcpy(&of_long, &l, 10);
        add(of_double), add(of_float), add(of_long);
        take(d), take(f), take(l);
        uint64_t word = next() >> next() % 64;
        take(word), take((int64_t)word), take((int)word), take((unsigned)word), take((short)word);
        bits wide = ((bits)next() << 64 | next()) >> next() % 128;
        take(wide), take((__int128)wide);
        memcpy(&d, &word, 8);
        take(d);
        if (fabsf128(a) < 2147483648.0Q) add((bits)(int)a), add((bits)(unsigned)fabsf128(a));
        if (fabsf128(a) < 9223372036854775808.0Q) add((bits)(int64_t)a), add((uint64_t)fabsf128(a));
        if (fabsf128(a) < 170141183460469231731687303715884105728.0Q) add((__int128)a), add((bits)fabsf128(a));
    }
    show("conversions");
    for (int i = 0; i < rounds; i++) {
        quad a = any();
        _Float16 half = (_Float16)a;
        uint16_t short_bits;
        memcpy(&short_bits, &half, 2);
        add(short_bits);
        take(half);
    }
    show("halves");
}

static void functions(int rounds) {
    for (int i = 0; i < rounds; i++) {
        quad a = any(), b = any(), c = any();
        int power;
        take(fabsf128(a)), take(copysignf128(a, b));
        if (!(a != a)) {
            take(floorf128(a)), take(ceilf128(a)), take(truncf128(a)), take(rintf128(a)), take(nearbyintf128(a));
            take(roundf128(a)), take(frexpf128(a, &power)), add(power);
            if (a >= 0) take(sqrtf128(a));
            if (b == b) take(nextafterf128(a, b)), take(fminf128(a, b)), take(fmaxf128(a, b));
            if (b == b && b != 0 && !__builtin_isinf(a)) take(fmodf128(a, b));
            if (a != 0 && !__builtin_isinf(a)) add(ilogbf128(a)), take(logbf128(a));
        }
        if (a == a && b == b && c == c) {
            quad fused = fmaf128(a, b, c);
            if (fused == fused) take(fused);
        }
        take(scalbnf128(a, (int)(next() % 40000) - 20000));
        add(__builtin_isnan(a) | __builtin_isinf(a) << 1 | !!__builtin_signbit(a) << 3 | __builtin_isfinite(a) << 4 | __builtin_isnormal(a) << 5 | __builtin_fpclassify(0, 1, 4, 3, 2, a) << 6);
    }
    show("functions");
}

struct pair {
    quad first, second;
};
struct mixed {
    quad number;
    int tag;
};
struct one {
    quad number;
};

__attribute__((noinline)) static quad many(int a, quad b, double c, quad d, quad e, quad f, quad g, quad h, quad i, quad j, char k, quad l) {
    return a + b * c + d - e * f + g / h - i + j * k - l;
}

__attribute__((noinline)) static struct pair swapped(struct pair p) { return (struct pair){p.second, p.first}; }
__attribute__((noinline)) static struct mixed tagged(struct mixed m, struct one o) { return (struct mixed){m.number + o.number, m.tag + 1}; }
__attribute__((noinline)) static struct one single(struct one o) { return (struct one){o.number * 3}; }

__attribute__((noinline)) static quad total(int count, ...) {
    va_list list;
    quad all = 0;
    va_start(list, count);
    for (int i = 0; i < count; i++) {
        if (i % 3 == 2) all += va_arg(list, double);
        all = all * 2 + va_arg(list, quad);
        if (i % 4 == 3) all += va_arg(list, long double);
    }
    va_end(list);
    return all;
}

static quad table[3] = {1.5Q, -2.25Q, 3.3Q};
static struct mixed constant = {0.1Q, 7};

static void calls(void) {
    quad (*volatile indirect)(int, quad, double, quad, quad, quad, quad, quad, quad, quad, char, quad) = many;
    take(many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12.5Q));
    take(indirect(1, 0.1Q, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12.5Q));
    struct pair p = swapped((struct pair){0.1Q, 0.2Q});
    take(p.first), take(p.second);
    struct mixed m = tagged(constant, single((struct one){table[2]}));
    take(m.number), add(m.tag);
    take(total(2, 1.1Q, 2.2Q));
    take(total(9, 1.1Q, 2.2Q, 0.5, 3.3Q, 4.4Q, 4.25L, 5.5Q, 0.75, 6.6Q, 7.7Q, 8.8Q, 1.25L, 0.5, 9.9Q));
    for (int i = 0; i < 3; i++) take(table[i] = table[i] * (i + 1));
    show("calls");
}

static void complex_numbers(int rounds) {
    for (int i = 0; i < rounds; i++) {
        _Complex __float128 a, b;
        __real__ a = (int)next() / 3.0Q, __imag__ a = (int)next() / 7.0Q;
        __real__ b = (int)next() / 5.0Q, __imag__ b = (int)next() / 9.0Q;
        _Complex __float128 c = a * b + a - b;
        take(__real__ c), take(__imag__ c);
        __real__ a = __builtin_inf(), __imag__ b = __builtin_nan("");
        c = a * b;
        add(__builtin_isinf(__real__ c) | __builtin_isinf(__imag__ c) << 1);
    }
    show("complex");
}

static quad root(quad of) {
    quad guess = of / 2;
    for (int i = 0; i < 200; i++) {
        quad next = (guess + of / guess) / 2;
        if (next == guess) break;
        guess = next;
    }
    return guess;
}

static void digits(quad value) {
    printf("%d.", (int)value);
    for (int i = 0; i < 34; i++) {
        value = (value - (int)value) * 10;
        putchar('0' + (int)value);
    }
    putchar('\n');
}

int main(void) {
    digits(root(2));
    digits(root(3));
    quad power = 1, all = 0;
    for (int i = 1; i < 40; i++) all += power, power /= i;
    digits(all);
    arithmetic(3000);
    conversions(2000);
    functions(1000);
    calls();
    complex_numbers(50);
    return 0;
}
