// Inline assembly of the kinds that programs use.
#include <cpuid.h>
#include <stdint.h>
#include <stdio.h>

#define KEEP __attribute__((noinline)) static

__asm__(".symver shown, shown@VERSION_1\n# and a comment");
int shown(int x) { return x; }

KEEP uint64_t product(uint64_t a, uint64_t b, uint64_t *high) {
    uint64_t low;
    __asm__("mulq %3" : "=a"(low), "=d"(*high) : "a"(a), "rm"(b) : "cc");
    return low;
}

KEEP uint64_t quotient(uint64_t high, uint64_t low, uint64_t by, uint64_t *rest) {
    uint64_t result;
    __asm__("divq %4" : "=a"(result), "=d"(*rest) : "0"(low), "1"(high), "rm"(by) : "cc");
    return result;
}

KEEP void add_long(uint64_t *a, const uint64_t *b) {
    __asm__("addq %3, %0\n\tadcq %4, %1\n\tadcq %5, %2"
            : "+r"(a[0]), "+r"(a[1]), "+r"(a[2])
            : "r"(b[0]), "r"(b[1]), "r"(b[2])
            : "cc");
}

KEEP void subtract_long(uint64_t *a, const uint64_t *b) {
    __asm__("subq %2, %0; sbbq %3, %1" : "+&r"(a[0]), "+r"(a[1]) : "r"(b[0]), "r"(b[1]) : "cc");
}

KEEP uint32_t swap(uint32_t x) { __asm__("bswap %0" : "+r"(x)); return x; }
KEEP uint64_t swap_long(uint64_t x) { __asm__("bswapq %0" : "=r"(x) : "0"(x)); return x; }
KEEP uint16_t swap_short(uint16_t x) { __asm__("rorw $8, %0" : "+r"(x)); return x; }
KEEP uint16_t exchange(uint16_t x) { __asm__("xchgb %b0, %h0" : "+Q"(x)); return x; }
KEEP uint32_t left(uint32_t x, uint8_t n) { __asm__("roll %b1, %0" : "+r"(x) : "c"(n)); return x; }
KEEP uint64_t right(uint64_t x) { __asm__("rorq $17, %0" : "+r"(x)); return x; }
KEEP uint64_t shifted(uint64_t x) { __asm__("shlq $3, %0\n\tsarq %0" : "+r"(x) : : "cc"); return x; }
KEEP float root(float x) { __asm__("sqrtss %0, %0" : "+x"(x)); return x; }
KEEP double root_of(double x) { double r; __asm__("sqrtsd %1, %0" : "=x"(r) : "x"(x)); return r; }
KEEP int carries(unsigned a, unsigned b) { int c; __asm__("addl %2, %1" : "=@ccc"(c), "+r"(a) : "r"(b)); return c; }
KEEP int is_zero(unsigned a) { char z; __asm__("testl %1, %1\n\tsete %0" : "=q"(z) : "r"(a) : "cc"); return z; }
KEEP int is_above(unsigned a, unsigned b) { char c; __asm__("cmpl %2, %1\n\tseta %0" : "=q"(c) : "r"(a), "r"(b) : "cc"); return c; }
KEEP uint32_t below(uint32_t a, uint32_t b, uint32_t n) { __asm__("cmp %1, %2\ncmovbe %3, %0" : "+r"(n) : "r"(a), "r"(b), "r"(7) : "cc"); return n; }
KEEP uint64_t above(uint32_t a, uint32_t b, uint64_t n) { uint64_t m = ~n; __asm__("cmp %1, %2\n\tcmova %3, %0" : "+r"(n) : "r"(a), "r"(b), "r"(m) : "cc"); return n; }
KEEP uint64_t equal(uint64_t a, uint64_t n) { __asm__("testq %1, %1\n\tcmovneq %1, %0" : "+r"(n) : "r"(a) : "cc"); return n; }
KEEP int low_bit(uint64_t x) { uint64_t r; __asm__("bsfq %1, %0" : "=r"(r) : "rm"(x) : "cc"); return (int)r; }
KEEP int high_bit(uint32_t x) { uint32_t r; __asm__("bsrl %1, %0" : "=r"(r) : "rm"(x) : "cc"); return (int)r; }

KEEP int barriers(int x) {
    int y = x;
    __asm__ volatile("" : : : "memory");
    __asm__ volatile("" : "+r"(x), "+r"(y));
    __asm__ volatile("mfence" : : : "memory");
    __asm__ volatile("lock; addl $0,0(%%rsp)" : : : "memory", "cc");
    __asm__ volatile("rep; nop");
    __asm__ volatile("pause\n\tnop");
    __asm__(".p2align 4,,15");
    __asm__("/* a comment */ # another");
    __asm__ volatile("" : "+m"(y));
    return x + y;
}

KEEP int clock_goes_on(void) {
    uint32_t low, high, later, later_high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    for (volatile int i = 0; i < 100000; i++) {}
    __asm__ volatile("rdtsc" : "=a"(later), "=d"(later_high));
    return ((uint64_t)later_high << 32 | later) > ((uint64_t)high << 32 | low);
}

KEEP int processor(void) {
    uint32_t a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d)) return -1;
    // SSE2, which every processor of this kind has.
    return d >> 26 & 1;
}

int main(void) {
    uint64_t high, rest, a[3] = {~0ul, ~0ul, 1}, b[3] = {1, 0, 5};
    uint64_t low = product(0xfedcba9876543210, 0x123456789abcdef1, &high);
    printf("%lx %lx\n", low, high);
    printf("%lx", quotient(high, low, 0x2345678912345671, &rest));
    printf(" %lx\n", rest);
    add_long(a, b);
    printf("%lx %lx %lx\n", a[0], a[1], a[2]);
    subtract_long(a, b);
    printf("%lx %lx\n", a[0], a[1]);
    printf("%x %lx %x %x\n", swap(0x12345678), swap_long(0x123456789abcdef0), swap_short(0x1234), exchange(0x5678));
    printf("%x %x %lx %lx\n", left(0x80000001, 4), left(7, 35), right(0x123456789), shifted(0x7000000000000001));
    printf("%.6f %.12f\n", root(2), root_of(3));
    printf("%d %d %d %d\n", carries(~0u, 1), carries(5, 6), is_zero(0), is_zero(9));
    unsigned some[] = {0, 1, 5, 6, ~0u};
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 5; j++)
            printf("%d %u %llx %llx\n", is_above(some[i], some[j]), below(some[i], some[j], 3), (long long)above(some[i], some[j], 9), (long long)equal(some[i], some[j]));
    printf("%d %d\n", low_bit(0x50000), high_bit(0x50000));
    int sum = 0;
    for (int i = 0; i < 2000; i++) sum = sum * 3 + barriers(i) + swap(i);
    printf("%d %d %d %d\n", sum, clock_goes_on(), processor(), shown(3));
    return 0;
}
