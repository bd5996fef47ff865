// What AVX2 has on integers, and loads and stores of chosen lanes (AVX, AVX2).
#include "x86.h"

#define HALVES(wide, narrow, function, R, r, A, a_half, B, b_half)              \
    OTHER(r, half_##function, narrow, a_half a, b_half b);                      \
    INTRINSIC(R, function, wide, A a, B b) {                                    \
        return JOINED(R, half_##function(LOW(a_half, a), LOW(b_half, b)),       \
                      half_##function(HIGH(a_half, a), HIGH(b_half, b)));       \
    }
#define SAME(wide, narrow, function, A, a_half) HALVES(wide, narrow, function, A, a_half, A, a_half, A, a_half)

HALVES("avx2.packssdw", "sse2.packssdw.128", packssdw, i16x16, i16x8, i32x8, i32x4, i32x8, i32x4)
HALVES("avx2.packsswb", "sse2.packsswb.128", packsswb, i8x32, i8x16, i16x16, i16x8, i16x16, i16x8)
HALVES("avx2.packusdw", "sse41.packusdw", packusdw, u16x16, u16x8, i32x8, i32x4, i32x8, i32x4)
HALVES("avx2.packuswb", "sse2.packuswb.128", packuswb, u8x32, u8x16, i16x16, i16x8, i16x16, i16x8)
HALVES("avx2.pmadd.wd", "sse2.pmadd.wd", pmadd_wd, i32x8, i32x4, i16x16, i16x8, i16x16, i16x8)
HALVES("avx2.pmadd.ub.sw", "ssse3.pmadd.ub.sw.128", pmadd_ub_sw, i16x16, i16x8, u8x32, u8x16, i8x32, i8x16)
HALVES("avx2.psad.bw", "sse2.psad.bw", psad_bw, i64x4, i64x2, u8x32, u8x16, u8x32, u8x16)
HALVES("avx2.pmulhu.w", "sse2.pmulhu.w", pmulhu_w, i16x16, i16x8, u16x16, u16x8, u16x16, u16x8)
SAME("avx2.pmulh.w", "sse2.pmulh.w", pmulh_w, i16x16, i16x8)
SAME("avx2.pmul.hr.sw", "ssse3.pmul.hr.sw.128", pmul_hr_sw, i16x16, i16x8)
SAME("avx2.pavg.b", "sse2.pavg.b", pavg_b, u8x32, u8x16)
SAME("avx2.pavg.w", "sse2.pavg.w", pavg_w, u16x16, u16x8)
SAME("avx2.phadd.w", "ssse3.phadd.w.128", phadd_w, i16x16, i16x8)
SAME("avx2.phadd.d", "ssse3.phadd.d.128", phadd_d, i32x8, i32x4)
SAME("avx2.phadd.sw", "ssse3.phadd.sw.128", phadd_sw, i16x16, i16x8)
SAME("avx2.phsub.w", "ssse3.phsub.w.128", phsub_w, i16x16, i16x8)
SAME("avx2.phsub.d", "ssse3.phsub.d.128", phsub_d, i32x8, i32x4)
SAME("avx2.phsub.sw", "ssse3.phsub.sw.128", phsub_sw, i16x16, i16x8)
SAME("avx2.psign.b", "ssse3.psign.b.128", psign_b, i8x32, i8x16)
SAME("avx2.psign.w", "ssse3.psign.w.128", psign_w, i16x16, i16x8)
SAME("avx2.psign.d", "ssse3.psign.d.128", psign_d, i32x8, i32x4)
SAME("avx2.pshuf.b", "ssse3.pshuf.b.128", pshuf_b, u8x32, u8x16)

INTRINSIC(i8x32, pblendvb, "avx2.pblendvb", i8x32 a, i8x32 b, i8x32 choice) {
    i8x32 second = choice < 0;
    return (a & ~second) | (b & second);
}

// The upper half is told by the next three bits.
OTHER(i16x8, half_mpsadbw, "sse41.mpsadbw", u8x16 a, u8x16 b, uint8_t how);
INTRINSIC(i16x16, mpsadbw, "avx2.mpsadbw", u8x32 a, u8x32 b, uint8_t how) {
    return JOINED(i16x16, half_mpsadbw(LOW(u8x16, a), LOW(u8x16, b), how),
                  half_mpsadbw(HIGH(u8x16, a), HIGH(u8x16, b), how >> 3));
}

// Shifts of all lanes by one number, given as such or in the low half of a vector.
#define SHIFTS(kind, lane, V, v)                                                                     \
    OTHER(v, half_##kind##i_##lane, "sse2." #kind "i." #lane, v a, uint32_t n);                      \
    OTHER(v, half_##kind##_##lane, "sse2." #kind "." #lane, v a, v n);                               \
    INTRINSIC(V, kind##i_##lane, "avx2." #kind "i." #lane, V a, uint32_t n) {                        \
        return JOINED(V, half_##kind##i_##lane(LOW(v, a), n), half_##kind##i_##lane(HIGH(v, a), n)); \
    }                                                                                                \
    INTRINSIC(V, kind##_##lane, "avx2." #kind "." #lane, V a, v n) {                                 \
        return JOINED(V, half_##kind##_##lane(LOW(v, a), n), half_##kind##_##lane(HIGH(v, a), n));   \
    }
SHIFTS(psll, w, i16x16, i16x8)
SHIFTS(psll, d, i32x8, i32x4)
SHIFTS(psll, q, i64x4, i64x2)
SHIFTS(psrl, w, i16x16, i16x8)
SHIFTS(psrl, d, i32x8, i32x4)
SHIFTS(psrl, q, i64x4, i64x2)
SHIFTS(psra, w, i16x16, i16x8)
SHIFTS(psra, d, i32x8, i32x4)

// Of each lane by a number of its own.
#define OWN_SHIFTS(lane, suffix, V, U, lanes, bits)                                                 \
    INTRINSIC(V, psllv_##lane##lanes, "avx2.psllv." #lane suffix, V a, U n) {                       \
        for (int i = 0; i < lanes; i++) a[i] = n[i] < bits ? (__typeof__(a[0]))(((U)a)[i] << n[i]) : 0; \
        return a;                                                                                   \
    }                                                                                               \
    INTRINSIC(V, psrlv_##lane##lanes, "avx2.psrlv." #lane suffix, V a, U n) {                       \
        for (int i = 0; i < lanes; i++) a[i] = n[i] < bits ? (__typeof__(a[0]))(((U)a)[i] >> n[i]) : 0; \
        return a;                                                                                   \
    }
#define OWN_SIGNED_SHIFTS(lane, suffix, V, U, lanes, bits)                                          \
    INTRINSIC(V, psrav_##lane##lanes, "avx2.psrav." #lane suffix, V a, U n) {                       \
        for (int i = 0; i < lanes; i++) a[i] >>= n[i] < bits ? n[i] : bits - 1;                     \
        return a;                                                                                   \
    }
OWN_SHIFTS(d, "", i32x4, u32x4, 4, 32)
OWN_SHIFTS(d, ".256", i32x8, u32x8, 8, 32)
OWN_SHIFTS(q, "", i64x2, u64x2, 2, 64)
OWN_SHIFTS(q, ".256", i64x4, u64x4, 4, 64)
OWN_SIGNED_SHIFTS(d, "", i32x4, u32x4, 4, 32)
OWN_SIGNED_SHIFTS(d, ".256", i32x8, u32x8, 8, 32)

// Memory: a lane that its mask's sign does not choose is not touched, wherever it would lie.

INTRINSIC(i8x32, ldu_dq, "avx.ldu.dq.256", const void *from) {
    i8x32 out;
    __builtin_memcpy(&out, from, 32);
    return out;
}

#define MASKED(set, lane, suffix, V, I, T, lanes)                                                   \
    INTRINSIC(V, set##_load_##lane##lanes, #set ".maskload." #lane suffix, const T *from, I mask) { \
        V out = {0};                                                                                \
        for (int i = 0; i < lanes; i++) {                                                           \
            if (mask[i] < 0) __builtin_memcpy((char *)&out + i * sizeof(T), from + i, sizeof(T));   \
        }                                                                                           \
        return out;                                                                                 \
    }                                                                                               \
    INTRINSIC(void, set##_store_##lane##lanes, #set ".maskstore." #lane suffix, T *to, I mask, V a) { \
        for (int i = 0; i < lanes; i++) {                                                           \
            if (mask[i] < 0) __builtin_memcpy(to + i, (char *)&a + i * sizeof(T), sizeof(T));       \
        }                                                                                           \
    }
MASKED(avx, ps, "", f32x4, i32x4, float, 4)
MASKED(avx, ps, ".256", f32x8, i32x8, float, 8)
MASKED(avx, pd, "", f64x2, i64x2, double, 2)
MASKED(avx, pd, ".256", f64x4, i64x4, double, 4)
MASKED(avx2, d, "", i32x4, i32x4, int32_t, 4)
MASKED(avx2, d, ".256", i32x8, i32x8, int32_t, 8)
MASKED(avx2, q, "", i64x2, i64x2, int64_t, 2)
MASKED(avx2, q, ".256", i64x4, i64x4, int64_t, 4)

// From places of their own, `scale` bytes apart for an index of 1; `taken` lanes, and zeros behind them.
#define GATHER(index, lane, suffix, V, I, M, taken)                                                        \
    INTRINSIC(V, gather_##index##_##lane##taken, "avx2.gather." #index "." #lane suffix, V old, const char *from, \
              I at, V mask, uint8_t scale) {                                                               \
        V out = {0};                                                                                       \
        for (int i = 0; i < taken; i++) {                                                                  \
            out[i] = old[i];                                                                               \
            if (((M)mask)[i] < 0) {                                                                        \
                __typeof__(out[0] + 0) value;                                                              \
                __builtin_memcpy(&value, from + (int64_t)at[i] * scale, sizeof value);                     \
                out[i] = value;                                                                            \
            }                                                                                              \
        }                                                                                                  \
        return out;                                                                                        \
    }
GATHER(d, d, "", i32x4, i32x4, i32x4, 4)
GATHER(d, d, ".256", i32x8, i32x8, i32x8, 8)
GATHER(d, q, "", i64x2, i32x4, i64x2, 2)
GATHER(d, q, ".256", i64x4, i32x4, i64x4, 4)
GATHER(d, ps, "", f32x4, i32x4, i32x4, 4)
GATHER(d, ps, ".256", f32x8, i32x8, i32x8, 8)
GATHER(d, pd, "", f64x2, i32x4, i64x2, 2)
GATHER(d, pd, ".256", f64x4, i32x4, i64x4, 4)
GATHER(q, d, "", i32x4, i64x2, i32x4, 2)
GATHER(q, q, "", i64x2, i64x2, i64x2, 2)
GATHER(q, q, ".256", i64x4, i64x4, i64x4, 4)
GATHER(q, ps, "", f32x4, i64x2, i32x4, 2)
GATHER(q, pd, "", f64x2, i64x2, i64x2, 2)
GATHER(q, pd, ".256", f64x4, i64x4, i64x4, 4)
INTRINSIC(i32x4, gather_q_d_wide, "avx2.gather.q.d.256", i32x4 old, const char *from, i64x4 at, i32x4 mask, uint8_t scale) {
    for (int i = 0; i < 4; i++) {
        if (mask[i] < 0) {
            int32_t value;
            __builtin_memcpy(&value, from + at[i] * scale, sizeof value);
            old[i] = value;
        }
    }
    return old;
}

INTRINSIC(f32x4, gather_q_ps_wide, "avx2.gather.q.ps.256", f32x4 old, const char *from, i64x4 at, f32x4 mask, uint8_t scale) {
    return (f32x4)gather_q_d_wide((i32x4)old, from, at, (i32x4)mask, scale);
}
