// Big integers of base 10^9 on the heap: factorials, powers, Fibonacci numbers, pi.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct { uint32_t *limbs; int len; } big;
enum { BASE = 1000000000 };

static big from(uint32_t x) {
    big b = {malloc(4), 1};
    b.limbs[0] = x;
    return b;
}

static void scale(big *b, uint32_t by) {
    uint64_t carry = 0;
    for (int i = 0; i < b->len; i++) {
        carry += (uint64_t)b->limbs[i] * by;
        b->limbs[i] = (uint32_t)(carry % BASE);
        carry /= BASE;
    }
    if (carry) {
        b->limbs = realloc(b->limbs, (size_t)(b->len + 1) * 4);
        b->limbs[b->len++] = (uint32_t)carry;
    }
}

static uint32_t shrink(big *b, uint32_t by) {
    uint64_t rest = 0;
    for (int i = b->len; i-- > 0;) {
        rest = rest * BASE + b->limbs[i];
        b->limbs[i] = (uint32_t)(rest / by);
        rest %= by;
    }
    while (b->len > 1 && !b->limbs[b->len - 1]) b->len--;
    return (uint32_t)rest;
}

static big sum(big a, big b) {
    int n = (a.len > b.len ? a.len : b.len) + 1;
    big r = {calloc((size_t)n, 4), n};
    uint32_t carry = 0;
    for (int i = 0; i < n; i++) {
        carry += (i < a.len ? a.limbs[i] : 0) + (i < b.len ? b.limbs[i] : 0);
        r.limbs[i] = carry % BASE;
        carry /= BASE;
    }
    while (r.len > 1 && !r.limbs[r.len - 1]) r.len--;
    return r;
}

static big product(big a, big b) {
    big r = {calloc((size_t)(a.len + b.len), 4), a.len + b.len};
    for (int i = 0; i < a.len; i++) {
        uint64_t carry = 0;
        for (int j = 0; j < b.len || carry; j++) {
            carry += r.limbs[i + j] + (uint64_t)a.limbs[i] * (j < b.len ? b.limbs[j] : 0);
            r.limbs[i + j] = (uint32_t)(carry % BASE);
            carry /= BASE;
        }
    }
    while (r.len > 1 && !r.limbs[r.len - 1]) r.len--;
    return r;
}

static char *text(big b) {
    char *s = malloc((size_t)b.len * 9 + 1), *p = s + sprintf(s, "%u", b.limbs[b.len - 1]);
    for (int i = b.len - 1; i-- > 0;) p += sprintf(p, "%09u", b.limbs[i]);
    return s;
}

static void show(const char *what, big b) {
    char *s = text(b);
    size_t n = strlen(s);
    if (n > 60) printf("%s %.25s...%s (%zu digits)\n", what, s, s + n - 25, n);
    else printf("%s %s\n", what, s);
    free(s);
}

// Digits of pi by a spigot (Rabinowitz and Wagon).
static void pi(int digits) {
    int len = digits * 10 / 3 + 1, nines = 0, predigit = 0, first = 1;
    int *a = malloc((size_t)len * sizeof *a);
    for (int i = 0; i < len; i++) a[i] = 2;
    for (int d = 0; d < digits; d++) {
        int q = 0;
        for (int i = len; i-- > 0;) {
            int x = 10 * a[i] + q * (i + 1);
            a[i] = x % (2 * i + 1);
            q = x / (2 * i + 1);
        }
        a[0] = q % 10;
        q /= 10;
        if (q == 9) nines++;
        else {
            if (!first) putchar('0' + predigit + (q == 10));
            first = 0;
            for (; nines; nines--) putchar(q == 10 ? '0' : '9');
            predigit = q == 10 ? 0 : q;
        }
    }
    putchar('\n');
    free(a);
}

int main(void) {
    big f = from(1);
    for (uint32_t n = 1; n <= 300; n++) {
        scale(&f, n);
        if (n == 25 || n == 100 || n == 300) show("factorial", f);
    }
    for (uint32_t n = 300; n > 1; n--)
        if (shrink(&f, n)) puts("a rest");
    show("back", f);
    big a = from(0), b = from(1);
    for (int n = 0; n < 1000; n++) {
        big c = sum(a, b);
        free(a.limbs);
        a = b;
        b = c;
    }
    show("fibonacci", a);
    big p = from(3);
    for (int i = 0; i < 9; i++) {
        big square = product(p, p);
        free(p.limbs);
        p = square;
    }
    show("3^512", p);
    big q = product(a, b);
    show("product", q);
    pi(150);
    free(a.limbs), free(b.limbs), free(p.limbs), free(q.limbs), free(f.limbs);
    return 0;
}
