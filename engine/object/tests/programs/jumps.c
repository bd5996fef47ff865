// Computed goto, large and odd switches, goto loops, tail calls, function tables.
#include <stdint.h>
static uint64_t hash;
static void mix(uint64_t v) { hash = (hash ^ v) * 0x100000001b3ull; hash ^= hash >> 29; }
__attribute__((noinline)) static long interpret(const unsigned char *p, long acc) {
    static void *const labels[] = {&&add, &&sub, &&dup, &&jmp, &&end, &&mul};
    goto *labels[*p];
add: acc += p[1]; p += 2; goto *labels[*p];
sub: acc -= p[1]; p += 2; goto *labels[*p];
dup: acc *= 2; p += 1; goto *labels[*p];
mul: acc = acc * 3 + 1; p += 1; goto *labels[*p];
jmp: p += acc & 1 ? p[1] : p[2]; goto *labels[*p];
end: return acc;
}
__attribute__((noinline)) static int sparse(long v) {
    switch (v) { case -9223372036854775807L: return 1; case -1: return 2; case 0: return 3; case 17: return 4; case 4000000000L: return 5; case 1L << 40: return 6; case 9223372036854775807L: return 7; case 18: case 19: case 20: case 21: return 8; default: return 0; }
}
__attribute__((noinline)) static int dense(unsigned char v) {
    int r = 0;
    switch (v) { case 200: r = 1; case 201: r += 2; break; case 202: r = 3; break; case 203: return 9; case 204: r = 4; break; case 205: r = 5; break; case 206: r = 11; case 208: r ^= 6; break; case 255: r = 99; }
    return r * 2;
}
// The default has a phi, and the table many holes that lead there.
__attribute__((noinline)) static int falling(unsigned char c) {
    int n = 0;
    switch (c) { case 'a': n++; case 'b': n++; default: n += 10; case 'c': n += 100; break; case '0' ... '9': n = c - '0'; break; case 200 ... 255: n = -c; }
    return n;
}
__attribute__((noinline)) static int letters(const char *s) {
    int state = 0;
    for (; *s; s++) switch (state) {
        case 0: state = *s == 'a' ? 1 : 0; break;
        case 1: state = *s == 'b' ? 1 : *s == 'c' ? 2 : 0; break;
        case 2: return 1;
        }
    return state == 2;
}
static long even(long n, long acc); 
__attribute__((noinline)) static long odd(long n, long acc) { if (n == 0) return acc; return even(n - 1, acc * 3); }
__attribute__((noinline)) static long even(long n, long acc) { if (n == 0) return acc + 1; return odd(n - 1, acc + 7); }
__attribute__((noinline)) static long gcd(long a, long b) { return b ? gcd(b, a % b) : a; }
__attribute__((noinline)) static int collatz(unsigned long n) { int k = 0; again: if (n == 1) return k; k++; if (n & 1) n = 3 * n + 1; else n >>= 1; goto again; }
typedef int (*fn)(int);
static int inc(int v) { return v + 1; } static int dbl(int v) { return v * 2; } static int neg(int v) { return -v; }
static fn chain[5] = {inc, dbl, inc, neg, dbl};
uint64_t run(uint64_t seed) {
    hash = seed;
    unsigned char code[] = {0, 5, 2, 1, 3, 5, 3, 4, 5, 0, 9, 2, 3, 3, 3, 2, 2, 4};
    mix(interpret(code, (long)(seed & 0xff)));
    long keys[] = {-9223372036854775807L, -1, 0, 17, 4000000000L, 1L << 40, 9223372036854775807L, 18, 21, 22, 16, (long)seed, -2, 4294967296L + 17};
    for (int i = 0; i < 14; i++) mix(sparse(keys[i]));
    for (int i = 0; i < 256; i++) mix(dense((unsigned char)i));
    for (int i = 0; i < 256; i++) mix(falling((unsigned char)i));
    mix(letters("xxabbbbc")); mix(letters("abbbcx")); mix(letters("abab"));
    mix(even(1000, (long)seed)); mix(gcd((long)(seed & 0xffff) * 12, 360)); mix(collatz((seed & 0xffff) + 1));
    int v = (int)seed; for (int i = 0; i < 25; i++) { v = chain[(i + (int)(seed & 7)) % 5](v); mix(v); }
    mix(chain[0] == inc); mix(chain[1] == inc);
    return hash;
}
