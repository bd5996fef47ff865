// 16-bit floats.
#include <stdint.h>
static uint64_t hash;
static void mix(uint64_t v) { hash = (hash ^ v) * 0x100000001b3ull; hash ^= hash >> 29; }
typedef union { _Float16 h; uint16_t u; } half;
typedef _Float16 h4 __attribute__((vector_size(8)));
static void mixh(_Float16 v) { half x; x.h = v; mix(v == v ? x.u : 0x7e00); }
static void mixd(double d) { union { double d; uint64_t u; } x = {d}; mix(d == d ? x.u : 1); }
__attribute__((noinline)) static void pair(_Float16 a, _Float16 b) {
    mixh(a + b); mixh(a - b); mixh(a * b); mixh(a / b); mixh(-a); mix(a < b); mix(a == b); mix(a >= b);
    mixd((double)a); mixd((float)b); if (a > -100 && a < 100) mix((int)a);
}
uint64_t run(uint64_t seed) {
    hash = seed;
    for (unsigned i = 0; i < 65536; i += 7) { half x; x.u = (uint16_t)i; mixd((float)x.h); mixh((_Float16)(float)x.h); }
    uint64_t s = seed;
    for (int i = 0; i < 3000; i++) {
        s = s * 6364136223846793005ull + 1442695040888963407ull;
        half x, y; x.u = (uint16_t)(s >> 48); y.u = (uint16_t)(s >> 32);
        pair(x.h, y.h);
        union { uint32_t u; float f; } f = {(uint32_t)(s >> 33)};
        mixh((_Float16)f.f); mixh((_Float16)(f.f * 1e-30f));
        union { uint64_t u; double d; } d = {(s & 0x800fffffffffffffull) | (uint64_t)(1023 - 30 + (s >> 20) % 48) << 52};
        mixh((_Float16)d.d); mixh((_Float16)(double)((int)(s >> 40) - 8000000));
        mixh((_Float16)(int)(s >> 50)); mixh((_Float16)(1.0 + (double)(s >> 60) / 2048 + (i & 1 ? 1e-12 : 0)));
    }
    h4 v = {1, 2, 3, 4}, w = {(_Float16)0.5, (_Float16)(seed & 63), 2, 1};
    v = v * w + v; for (int i = 0; i < 4; i++) mixh(v[i]);
    return hash;
}
