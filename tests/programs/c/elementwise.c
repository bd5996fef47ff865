// clang: 16
// Functions of whole vectors, lane by lane and over all lanes: extremes, saturation, absolute
// values, rounding, conversions, shuffles; vectors of three lanes and of two registers.
#include <stdint.h>
#include <stdio.h>
typedef int8_t b16 __attribute__((vector_size(16)));
typedef uint8_t ub16 __attribute__((vector_size(16)));
typedef int16_t h8 __attribute__((vector_size(16)));
typedef int32_t w4 __attribute__((vector_size(16)));
typedef uint32_t uw4 __attribute__((vector_size(16)));
typedef int64_t l2 __attribute__((vector_size(16)));
typedef int32_t w3 __attribute__((ext_vector_type(3)));
typedef float f4 __attribute__((vector_size(16)));
typedef double d4 __attribute__((vector_size(32)));
typedef int32_t w8 __attribute__((vector_size(32)));

static uint64_t state = 99;

static uint32_t next(void) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) ^ (uint32_t)(state >> 11);
}

#define SHOW(v, n, f) do { for (int i_ = 0; i_ < n; i_++) printf(f " ", (v)[i_]); puts(""); } while (0)

static void ints(void) {
    b16 a, b; ub16 ua, ub; h8 ha, hb; w4 wa, wb; uw4 uwa, uwb; l2 la, lb;
    for (int i = 0; i < 16; i++) a[i] = next(), b[i] = next(), ua[i] = next(), ub[i] = next();
    for (int i = 0; i < 8; i++) ha[i] = next(), hb[i] = next();
    for (int i = 0; i < 4; i++) wa[i] = next(), wb[i] = next(), uwa[i] = next(), uwb[i] = next();
    for (int i = 0; i < 2; i++) la[i] = (uint64_t)next() << 32 | next(), lb[i] = (uint64_t)next() << 32 | next();
    la[0] = INT64_MIN; wa[1] = INT32_MIN; a[3] = -128;
    SHOW(__builtin_elementwise_max(a, b), 16, "%d"); SHOW(__builtin_elementwise_min(a, b), 16, "%d");
    SHOW(__builtin_elementwise_max(ua, ub), 16, "%d"); SHOW(__builtin_elementwise_min(ua, ub), 16, "%d");
    SHOW(__builtin_elementwise_add_sat(a, b), 16, "%d"); SHOW(__builtin_elementwise_sub_sat(a, b), 16, "%d");
    SHOW(__builtin_elementwise_add_sat(ua, ub), 16, "%d"); SHOW(__builtin_elementwise_sub_sat(ua, ub), 16, "%d");
    SHOW(__builtin_elementwise_add_sat(ha, hb), 8, "%d"); SHOW(__builtin_elementwise_sub_sat(wa, wb), 4, "%d");
    SHOW(__builtin_elementwise_add_sat(uwa, uwb), 4, "%u"); SHOW(__builtin_elementwise_sub_sat(la, lb), 2, "%ld");
    SHOW(__builtin_elementwise_abs(a), 16, "%d"); SHOW(__builtin_elementwise_abs(wa), 4, "%d"); SHOW(__builtin_elementwise_abs(la), 2, "%ld");
    printf("%d %d %ld %d\n", __builtin_reduce_max(a), __builtin_reduce_min(wa), (long)__builtin_reduce_max(la), __builtin_reduce_min(ua));
    printf("%d %d %u\n", __builtin_reduce_xor(ha), __builtin_reduce_or(a), __builtin_reduce_and(uwa));
    printf("%d %d %ld\n", __builtin_reduce_add(wa), __builtin_reduce_mul(ha), (long)__builtin_reduce_add(la));
    w3 t = {1, -2, 3}, u = {-7, 8, 9};
    w3 s = __builtin_elementwise_max(t, u) * t - u;
    printf("%d %d %d %d\n", s.x, s.y, s.z, __builtin_reduce_add(s));
}

static void floats(void) {
    f4 a = {1.5f, -2.5f, 0.5f, -0.0f}, b = {-1.5f, 7.25f, __builtin_nanf(""), 3.0f};
    SHOW(__builtin_elementwise_ceil(a), 4, "%g"); SHOW(__builtin_elementwise_floor(a), 4, "%g");
    SHOW(__builtin_elementwise_trunc(a), 4, "%g"); SHOW(__builtin_elementwise_roundeven(a), 4, "%g");
    SHOW(__builtin_elementwise_max(a, b), 4, "%g"); SHOW(__builtin_elementwise_min(a, b), 4, "%g");
    SHOW(__builtin_elementwise_abs(a), 4, "%g"); SHOW(__builtin_elementwise_copysign(b, a), 2, "%g");
    d4 d = {1e9, -3e9, 1e20, 0.999};
    SHOW(__builtin_convertvector(a, w4), 4, "%d");
    w4 n = {1, -1, INT32_MAX, INT32_MIN};
    SHOW(__builtin_convertvector(n, d4), 4, "%g"); SHOW(__builtin_convertvector((uw4)n, f4), 4, "%g");
    d = __builtin_elementwise_abs(d); SHOW(d > 5e8, 4, "%ld"); SHOW(-d, 4, "%g");
    w8 m = {7, 6, 5, 4, 3, 2, 1, 0}, z = __builtin_shufflevector(m, -m, 0, 8, 15, 3, 12, 7, 1, 9);
    SHOW(z, 8, "%d"); SHOW(z >> m, 8, "%d"); SHOW((z << m) % 5, 8, "%d"); SHOW(z < m, 8, "%d");
}

int main(void) { ints(); floats(); return 3; }
