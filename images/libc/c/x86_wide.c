// What AVX, AVX2, FMA and F16C have on 32 bytes. Most of it is what SSE has, on each half.
#include "x86.h"

// On both halves of one, two or three vectors; with an immediate.
#define HALVES_1(wide, narrow, function, R, r, A, a_half)                                    \
    OTHER(r, half_##function, narrow, a_half a);                                             \
    INTRINSIC(R, function, wide, A a) {                                                      \
        return JOINED(R, half_##function(LOW(a_half, a)), half_##function(HIGH(a_half, a))); \
    }
#define HALVES_2(wide, narrow, function, R, r, A, a_half)                      \
    OTHER(r, half_##function, narrow, a_half a, a_half b);                     \
    INTRINSIC(R, function, wide, A a, A b) {                                   \
        return JOINED(R, half_##function(LOW(a_half, a), LOW(a_half, b)),      \
                      half_##function(HIGH(a_half, a), HIGH(a_half, b)));      \
    }
#define HALVES_3(wide, narrow, function, A, a_half)                                                   \
    OTHER(a_half, half_##function, narrow, a_half a, a_half b, a_half c);                             \
    INTRINSIC(A, function, wide, A a, A b, A c) {                                                     \
        return JOINED(A, half_##function(LOW(a_half, a), LOW(a_half, b), LOW(a_half, c)),             \
                      half_##function(HIGH(a_half, a), HIGH(a_half, b), HIGH(a_half, c)));            \
    }
#define HALVES_HOW(wide, narrow, function, A, a_half)                              \
    OTHER(a_half, half_##function, narrow, a_half a, a_half b, uint8_t how);       \
    INTRINSIC(A, function, wide, A a, A b, uint8_t how) {                          \
        return JOINED(A, half_##function(LOW(a_half, a), LOW(a_half, b), how),     \
                      half_##function(HIGH(a_half, a), HIGH(a_half, b), how));     \
    }
// One with a number for all lanes.
#define HALVES_BY(wide, narrow, function, A, a_half, N)                                                \
    OTHER(a_half, half_##function, narrow, a_half a, N n);                                             \
    INTRINSIC(A, function, wide, A a, N n) {                                                           \
        return JOINED(A, half_##function(LOW(a_half, a), n), half_##function(HIGH(a_half, a), n));     \
    }

// Floats.

HALVES_2("avx.addsub.ps.256", "sse3.addsub.ps", addsub_ps, f32x8, f32x4, f32x8, f32x4)
HALVES_2("avx.addsub.pd.256", "sse3.addsub.pd", addsub_pd, f64x4, f64x2, f64x4, f64x2)
HALVES_2("avx.hadd.ps.256", "sse3.hadd.ps", hadd_ps, f32x8, f32x4, f32x8, f32x4)
HALVES_2("avx.hadd.pd.256", "sse3.hadd.pd", hadd_pd, f64x4, f64x2, f64x4, f64x2)
HALVES_2("avx.hsub.ps.256", "sse3.hsub.ps", hsub_ps, f32x8, f32x4, f32x8, f32x4)
HALVES_2("avx.hsub.pd.256", "sse3.hsub.pd", hsub_pd, f64x4, f64x2, f64x4, f64x2)
HALVES_2("avx.max.ps.256", "sse.max.ps", max_ps, f32x8, f32x4, f32x8, f32x4)
HALVES_2("avx.max.pd.256", "sse2.max.pd", max_pd, f64x4, f64x2, f64x4, f64x2)
HALVES_2("avx.min.ps.256", "sse.min.ps", min_ps, f32x8, f32x4, f32x8, f32x4)
HALVES_2("avx.min.pd.256", "sse2.min.pd", min_pd, f64x4, f64x2, f64x4, f64x2)
HALVES_3("avx.blendv.ps.256", "sse41.blendvps", blendv_ps, f32x8, f32x4)
HALVES_3("avx.blendv.pd.256", "sse41.blendvpd", blendv_pd, f64x4, f64x2)
HALVES_HOW("avx.cmp.ps.256", "sse.cmp.ps", cmp_ps, f32x8, f32x4)
HALVES_HOW("avx.cmp.pd.256", "sse2.cmp.pd", cmp_pd, f64x4, f64x2)
HALVES_HOW("avx.dp.ps.256", "sse41.dpps", dp_ps, f32x8, f32x4)
HALVES_1("avx.rcp.ps.256", "sse.rcp.ps", rcp_ps, f32x8, f32x4, f32x8, f32x4)
HALVES_1("avx.rsqrt.ps.256", "sse.rsqrt.ps", rsqrt_ps, f32x8, f32x4, f32x8, f32x4)
HALVES_1("avx.cvt.ps2dq.256", "sse2.cvtps2dq", cvt_ps2dq, i32x8, i32x4, f32x8, f32x4)
HALVES_1("avx.cvtt.ps2dq.256", "sse2.cvttps2dq", cvtt_ps2dq, i32x8, i32x4, f32x8, f32x4)
HALVES_BY("avx.round.ps.256", "sse41.round.ps", round_ps, f32x8, f32x4, int)
HALVES_BY("avx.round.pd.256", "sse41.round.pd", round_pd, f64x4, f64x2, int)

// Four numbers of 8 bytes to four of 4: each half gives the lower half of a vector.
#define TO_NARROW(wide, narrow, function, r)                                                                      \
    OTHER(r, half_##function, narrow, f64x2 a);                                                                   \
    INTRINSIC(r, function, wide, f64x4 a) {                                                                       \
        return __builtin_shufflevector(half_##function(LOW(f64x2, a)), half_##function(HIGH(f64x2, a)), 0, 1, 4, 5); \
    }
TO_NARROW("avx.cvt.pd2dq.256", "sse2.cvtpd2dq", cvt_pd2dq, i32x4)
TO_NARROW("avx.cvtt.pd2dq.256", "sse2.cvttpd2dq", cvtt_pd2dq, i32x4)
INTRINSIC(f32x4, cvt_pd2ps, "avx.cvt.pd2.ps.256", f64x4 a) { return __builtin_convertvector(a, f32x4); }

#define CHOSEN(name, function, V, I, lanes, half, index)                                         \
    INTRINSIC(V, function, name, V a, I from) {                                                  \
        V out;                                                                                   \
        for (int i = 0; i < lanes; i++) out[i] = a[i / half * half + (int)(from[i] index)];      \
        return out;                                                                              \
    }
CHOSEN("avx.vpermilvar.ps", permil_ps, f32x4, i32x4, 4, 4, & 3)
CHOSEN("avx.vpermilvar.ps.256", permil_ps_256, f32x8, i32x8, 8, 4, & 3)
CHOSEN("avx.vpermilvar.pd", permil_pd, f64x2, i64x2, 2, 2, >> 1 & 1)
CHOSEN("avx.vpermilvar.pd.256", permil_pd_256, f64x4, i64x4, 4, 2, >> 1 & 1)
CHOSEN("avx2.permps", perm_ps, f32x8, i32x8, 8, 8, & 7)
CHOSEN("avx2.permd", perm_d, i32x8, i32x8, 8, 8, & 7)

#define MOVED_SIGNS(name, function, V, I, lanes)                                 \
    INTRINSIC(int, function, name, V a) {                                        \
        unsigned signs = 0;                                                      \
        for (int i = 0; i < lanes; i++) signs |= (unsigned)(((I)a)[i] < 0) << i; \
        return (int)signs;                                                       \
    }
MOVED_SIGNS("avx.movmsk.ps.256", movmsk_ps, f32x8, i32x8, 8)
MOVED_SIGNS("avx.movmsk.pd.256", movmsk_pd, f64x4, i64x4, 4)
MOVED_SIGNS("avx2.pmovmskb", pmovmskb, i8x32, i8x32, 32)

// Whether all bits of `a & b`, or of `~a & b`, are zero; of signs alone.
static int none(u64x4 bits) { return (bits[0] | bits[1] | bits[2] | bits[3]) == 0; }

#define TESTS(name, suffix, function, A, ones)                                                              \
    static u64x4 both_##function(A a, A b) { return ones(a) & ones(b); }                                    \
    static u64x4 other_##function(A a, A b) { return ~ones(a) & ones(b); }                                  \
    INTRINSIC(int, z_##function, name "z" suffix, A a, A b) { return none(both_##function(a, b)); }         \
    INTRINSIC(int, c_##function, name "c" suffix, A a, A b) { return none(other_##function(a, b)); }        \
    INTRINSIC(int, nzc_##function, name "nzc" suffix, A a, A b) {                                           \
        return !none(both_##function(a, b)) && !none(other_##function(a, b));                               \
    }
static u64x4 as_it_is(u64x4 a) { return a; }
static u64x4 signs_4(f32x4 a) { return JOINED(u64x4, (i32x4)a < 0, (i32x4){0}); }
static u64x4 signs_8(f32x8 a) { return (u64x4)((i32x8)a < 0); }
static u64x4 signs_d2(f64x2 a) { return JOINED(u64x4, (i64x2)a < 0, (i64x2){0}); }
static u64x4 signs_d4(f64x4 a) { return (u64x4)((i64x4)a < 0); }
TESTS("avx.ptest", ".256", ptest, u64x4, as_it_is)
TESTS("avx.vtest", ".ps", test_ps, f32x4, signs_4)
TESTS("avx.vtest", ".ps.256", test_ps_256, f32x8, signs_8)
TESTS("avx.vtest", ".pd", test_pd, f64x2, signs_d2)
TESTS("avx.vtest", ".pd.256", test_pd_256, f64x4, signs_d4)

// A product and a sum rounded once; every other lane a difference.
#define ALTERNATING(name, function, V, lanes)                                  \
    INTRINSIC(V, function, name, V a, V b, V c) {                              \
        for (int i = 0; i < lanes; i += 2) c[i] = -c[i];                       \
        return __builtin_elementwise_fma(a, b, c);                             \
    }
ALTERNATING("fma.vfmaddsub.ps", fmaddsub_ps, f32x4, 4)
ALTERNATING("fma.vfmaddsub.ps.256", fmaddsub_ps_256, f32x8, 8)
ALTERNATING("fma.vfmaddsub.pd", fmaddsub_pd, f64x2, 2)
ALTERNATING("fma.vfmaddsub.pd.256", fmaddsub_pd_256, f64x4, 4)

// The upper halves of registers are nobody's.
INTRINSIC(void, vzeroupper, "avx.vzeroupper", void) {}
INTRINSIC(void, vzeroall, "avx.vzeroall", void) {}

// Halves (F16C): rounded to nearest, ties to even (0), down, up, or towards zero.
static uint16_t half(float value, int how) {
    uint32_t bits = ((union { float f; uint32_t u; }){value}).u;
    uint32_t sign = bits >> 16 & 0x8000, size = bits & 0x7fffffff;
    if (size > 0x7f800000) return (uint16_t)(sign | 0x7e00 | (size >> 13 & 0x3ff));
    if (size == 0x7f800000) return (uint16_t)(sign | 0x7c00);
    // The significand with its highest bit, and how many bits of it are dropped.
    int exponent = (int)(size >> 23) - 127;
    uint64_t significand = (uint64_t)(size >> 23 ? (size & 0x7fffff) | 0x800000 : (size & 0x7fffff) << 1) << 24;
    int drop = 13 + 24 + (exponent < -14 ? -14 - exponent : 0);
    if (drop > 62) significand = significand != 0, drop = 62;
    uint64_t kept = significand >> drop, rest = significand & ((1ull << drop) - 1), middle = 1ull << (drop - 1);
    int up;
    switch (how & 3) {
    case 0: up = rest > middle || (rest == middle && (kept & 1)); break;
    case 1: up = sign && rest; break;
    case 2: up = !sign && rest; break;
    default: up = 0;
    }
    // A carry out of the significand raises the exponent by itself.
    uint64_t base = exponent < -14 ? 0 : (uint64_t)(exponent + 14) << 10;
    uint64_t result = base + kept + (uint64_t)up;
    if (exponent > 15 || result >= 0x7c00) {
        // Too large: infinity, or the largest number where that is the way.
        int stays = (how & 3) == 3 || ((how & 3) == 1 && !sign) || ((how & 3) == 2 && sign);
        return (uint16_t)(sign | (stays ? 0x7bff : 0x7c00));
    }
    return (uint16_t)(sign | result);
}

// A fourth way would be the mode of the machine, which is the first one.
INTRINSIC(u16x8, cvtps2ph, "vcvtps2ph.128", f32x4 a, int how) {
    u16x8 out = {0};
    for (int i = 0; i < 4; i++) out[i] = half(a[i], how & 4 ? 0 : how);
    return out;
}

INTRINSIC(u16x8, cvtps2ph_256, "vcvtps2ph.256", f32x8 a, int how) {
    u16x8 out;
    for (int i = 0; i < 8; i++) out[i] = half(a[i], how & 4 ? 0 : how);
    return out;
}
