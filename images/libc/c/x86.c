// What programs ask of the processor by name (LLVM's `llvm.x86.*`), as functions on vectors. A
// function here is called in place of the intrinsic of its name, so a level that inlines makes
// the same of it as of a program's own code. What each computes is in Intel's Software Developer's
// Manual, volume 2, under the instruction. This file has what works on 16 bytes and on single registers,
// `x86_wide.c` what works on 32, `x86_texts.c` what compares texts, `x86_secrets.c` ciphers and hashes.
#include <limits.h>
#include <math.h>
#include <stdint.h>

#include "x86.h"

uint64_t bf_clock(void);
void bf_cpuid(uint32_t leaf, uint32_t part, uint32_t *answer);

// Shifts of all lanes by one number, given as such or in the low half of a vector. Beyond the
// width nothing is left but the sign.
#define SHIFTS(lane, V, U, bits)                                                                 \
    static V left_##lane(V a, uint64_t n) {                                                      \
        return n < bits ? (V)((U)a << (U)((U){0} + (__typeof__((U){0}[0]))n)) : (V){0};          \
    }                                                                                            \
    static V right_##lane(V a, uint64_t n) {                                                     \
        return n < bits ? (V)((U)a >> (U)((U){0} + (__typeof__((U){0}[0]))n)) : (V){0};          \
    }                                                                                            \
    INTRINSIC(V, pslli_##lane, "sse2.pslli." #lane, V a, uint32_t n) { return left_##lane(a, n); }  \
    INTRINSIC(V, psrli_##lane, "sse2.psrli." #lane, V a, uint32_t n) { return right_##lane(a, n); } \
    INTRINSIC(V, psll_##lane, "sse2.psll." #lane, V a, V n) {                                    \
        return left_##lane(a, ((u64x2)n)[0]);                                                    \
    }                                                                                            \
    INTRINSIC(V, psrl_##lane, "sse2.psrl." #lane, V a, V n) {                                    \
        return right_##lane(a, ((u64x2)n)[0]);                                                   \
    }
SHIFTS(w, i16x8, u16x8, 16)
SHIFTS(d, i32x4, u32x4, 32)
SHIFTS(q, i64x2, u64x2, 64)

#define SIGNED_SHIFTS(lane, V, bits)                                                             \
    static V signed_##lane(V a, uint64_t n) {                                                    \
        return a >> ((V){0} + (__typeof__((V){0}[0]))(n < bits ? n : bits - 1));                 \
    }                                                                                            \
    INTRINSIC(V, psrai_##lane, "sse2.psrai." #lane, V a, uint32_t n) { return signed_##lane(a, n); } \
    INTRINSIC(V, psra_##lane, "sse2.psra." #lane, V a, V n) {                                    \
        return signed_##lane(a, ((u64x2)n)[0]);                                                  \
    }
SIGNED_SHIFTS(w, i16x8, 16)
SIGNED_SHIFTS(d, i32x4, 32)

// Products.

INTRINSIC(i32x4, pmadd_wd, "sse2.pmadd.wd", i16x8 a, i16x8 b) {
    u32x4 sum;
    for (int i = 0; i < 4; i++) {
        sum[i] = (uint32_t)(a[2 * i] * b[2 * i]) + (uint32_t)(a[2 * i + 1] * b[2 * i + 1]);
    }
    return (i32x4)sum;
}

INTRINSIC(i16x8, pmulh_w, "sse2.pmulh.w", i16x8 a, i16x8 b) {
    i16x8 high;
    for (int i = 0; i < 8; i++) high[i] = (int16_t)(a[i] * b[i] >> 16);
    return high;
}

INTRINSIC(i16x8, pmulhu_w, "sse2.pmulhu.w", u16x8 a, u16x8 b) {
    i16x8 high;
    for (int i = 0; i < 8; i++) high[i] = (int16_t)((uint32_t)a[i] * b[i] >> 16);
    return high;
}

INTRINSIC(i16x8, pmul_hr_sw, "ssse3.pmul.hr.sw.128", i16x8 a, i16x8 b) {
    i16x8 high;
    for (int i = 0; i < 8; i++) high[i] = (int16_t)(((a[i] * b[i] >> 14) + 1) >> 1);
    return high;
}

INTRINSIC(i64x2, psad_bw, "sse2.psad.bw", u8x16 a, u8x16 b) {
    i64x2 sum = {0};
    for (int i = 0; i < 16; i++) sum[i / 8] += a[i] > b[i] ? a[i] - b[i] : b[i] - a[i];
    return sum;
}

INTRINSIC(u8x16, pavg_b, "sse2.pavg.b", u8x16 a, u8x16 b) {
    u8x16 mean;
    for (int i = 0; i < 16; i++) mean[i] = (uint8_t)((a[i] + b[i] + 1) >> 1);
    return mean;
}

INTRINSIC(u16x8, pavg_w, "sse2.pavg.w", u16x8 a, u16x8 b) {
    u16x8 mean;
    for (int i = 0; i < 8; i++) mean[i] = (uint16_t)((a[i] + b[i] + 1) >> 1);
    return mean;
}

// Saturation.

static int limited(int value, int least, int most) {
    return value < least ? least : value > most ? most : value;
}

#define PACK(function, name, From, To, half, least, most)             \
    INTRINSIC(To, function, name, From a, From b) {                   \
        To out;                                                       \
        for (int i = 0; i < half; i++) {                              \
            out[i] = (__typeof__(out[0]))limited(a[i], least, most);  \
            out[half + i] = (__typeof__(out[0]))limited(b[i], least, most); \
        }                                                             \
        return out;                                                   \
    }
PACK(packsswb, "sse2.packsswb.128", i16x8, i8x16, 8, INT8_MIN, INT8_MAX)
PACK(packuswb, "sse2.packuswb.128", i16x8, u8x16, 8, 0, UINT8_MAX)
PACK(packssdw, "sse2.packssdw.128", i32x4, i16x8, 4, INT16_MIN, INT16_MAX)
PACK(packusdw, "sse41.packusdw", i32x4, u16x8, 4, 0, UINT16_MAX)

static int16_t to_16(int value) { return (int16_t)limited(value, INT16_MIN, INT16_MAX); }

INTRINSIC(i16x8, pmadd_ub_sw, "ssse3.pmadd.ub.sw.128", u8x16 a, i8x16 b) {
    i16x8 sum;
    for (int i = 0; i < 8; i++) sum[i] = to_16(a[2 * i] * b[2 * i] + a[2 * i + 1] * b[2 * i + 1]);
    return sum;
}

// Neighbours.

#define PAIRS(function, name, V, half, combined)          \
    INTRINSIC(V, function, name, V a, V b) {              \
        V out;                                            \
        for (int i = 0; i < half; i++) {                  \
            out[i] = combined(a[2 * i], a[2 * i + 1]);    \
            out[half + i] = combined(b[2 * i], b[2 * i + 1]); \
        }                                                 \
        return out;                                       \
    }
#define SUM_16(x, y) (int16_t)((x) + (y))
#define SUM_32(x, y) (int32_t)((uint32_t)(x) + (uint32_t)(y))
#define DIFFERENCE_16(x, y) (int16_t)((x) - (y))
#define DIFFERENCE_32(x, y) (int32_t)((uint32_t)(x) - (uint32_t)(y))
#define LIMITED_SUM(x, y) to_16((x) + (y))
#define LIMITED_DIFFERENCE(x, y) to_16((x) - (y))
#define FLOAT_SUM(x, y) ((x) + (y))
#define FLOAT_DIFFERENCE(x, y) ((x) - (y))
PAIRS(phadd_w, "ssse3.phadd.w.128", i16x8, 4, SUM_16)
PAIRS(phadd_d, "ssse3.phadd.d.128", i32x4, 2, SUM_32)
PAIRS(phadd_sw, "ssse3.phadd.sw.128", i16x8, 4, LIMITED_SUM)
PAIRS(phsub_w, "ssse3.phsub.w.128", i16x8, 4, DIFFERENCE_16)
PAIRS(phsub_d, "ssse3.phsub.d.128", i32x4, 2, DIFFERENCE_32)
PAIRS(phsub_sw, "ssse3.phsub.sw.128", i16x8, 4, LIMITED_DIFFERENCE)
PAIRS(hadd_ps, "sse3.hadd.ps", f32x4, 2, FLOAT_SUM)
PAIRS(hadd_pd, "sse3.hadd.pd", f64x2, 1, FLOAT_SUM)
PAIRS(hsub_ps, "sse3.hsub.ps", f32x4, 2, FLOAT_DIFFERENCE)
PAIRS(hsub_pd, "sse3.hsub.pd", f64x2, 1, FLOAT_DIFFERENCE)

INTRINSIC(f32x4, addsub_ps, "sse3.addsub.ps", f32x4 a, f32x4 b) {
    return (f32x4){a[0] - b[0], a[1] + b[1], a[2] - b[2], a[3] + b[3]};
}

INTRINSIC(f64x2, addsub_pd, "sse3.addsub.pd", f64x2 a, f64x2 b) {
    return (f64x2){a[0] - b[0], a[1] + b[1]};
}

// Choosing lanes.

INTRINSIC(u8x16, pshuf_b, "ssse3.pshuf.b.128", u8x16 a, u8x16 from) {
    u8x16 out;
    for (int i = 0; i < 16; i++) out[i] = from[i] & 0x80 ? 0 : a[from[i] & 15];
    return out;
}

#define SIGN(lane, V)                                                            \
    INTRINSIC(V, psign_##lane, "ssse3.psign." #lane ".128", V a, V b) {          \
        V negative = b < 0;                                                      \
        return (((a ^ negative) - negative)) & (V)(b != 0);                      \
    }
SIGN(b, i8x16)
SIGN(w, i16x8)
SIGN(d, i32x4)

INTRINSIC(i8x16, pblendvb, "sse41.pblendvb", i8x16 a, i8x16 b, i8x16 choice) {
    i8x16 second = choice < 0;
    return (a & ~second) | (b & second);
}

INTRINSIC(f32x4, blendvps, "sse41.blendvps", f32x4 a, f32x4 b, f32x4 choice) {
    i32x4 second = (i32x4)choice < 0;
    return (f32x4)(((i32x4)a & ~second) | ((i32x4)b & second));
}

INTRINSIC(f64x2, blendvpd, "sse41.blendvpd", f64x2 a, f64x2 b, f64x2 choice) {
    i64x2 second = (i64x2)choice < 0;
    return (f64x2)(((i64x2)a & ~second) | ((i64x2)b & second));
}

INTRINSIC(f32x4, insertps, "sse41.insertps", f32x4 a, f32x4 b, uint8_t how) {
    a[how >> 4 & 3] = b[how >> 6];
    for (int i = 0; i < 4; i++) {
        if (how >> i & 1) a[i] = 0;
    }
    return a;
}

INTRINSIC(i16x8, phminposuw, "sse41.phminposuw", u16x8 a) {
    int least = 0;
    for (int i = 1; i < 8; i++) {
        if (a[i] < a[least]) least = i;
    }
    return (i16x8){(int16_t)a[least], (int16_t)least};
}

INTRINSIC(int, ptestz, "sse41.ptestz", u64x2 a, u64x2 b) {
    return ((a[0] & b[0]) | (a[1] & b[1])) == 0;
}

INTRINSIC(int, ptestc, "sse41.ptestc", u64x2 a, u64x2 b) {
    return ((~a[0] & b[0]) | (~a[1] & b[1])) == 0;
}

INTRINSIC(int, ptestnzc, "sse41.ptestnzc", u64x2 a, u64x2 b) {
    return !ptestz(a, b) && !ptestc(a, b);
}

// Floats: the second operand where neither is less, or one is no number.

#define LESSER(x, y) ((x) < (y) ? (x) : (y))
#define GREATER(x, y) ((x) > (y) ? (x) : (y))
#define SELECTIONS(which, combined)                                                        \
    INTRINSIC(f32x4, which##_ps, "sse." #which ".ps", f32x4 a, f32x4 b) {                  \
        for (int i = 0; i < 4; i++) a[i] = combined(a[i], b[i]);                           \
        return a;                                                                          \
    }                                                                                      \
    INTRINSIC(f64x2, which##_pd, "sse2." #which ".pd", f64x2 a, f64x2 b) {                 \
        for (int i = 0; i < 2; i++) a[i] = combined(a[i], b[i]);                           \
        return a;                                                                          \
    }                                                                                      \
    INTRINSIC(f32x4, which##_ss, "sse." #which ".ss", f32x4 a, f32x4 b) {                  \
        a[0] = combined(a[0], b[0]);                                                       \
        return a;                                                                          \
    }                                                                                      \
    INTRINSIC(f64x2, which##_sd, "sse2." #which ".sd", f64x2 a, f64x2 b) {                 \
        a[0] = combined(a[0], b[0]);                                                       \
        return a;                                                                          \
    }
SELECTIONS(min, LESSER)
SELECTIONS(max, GREATER)

// Whether two numbers compare as `how` says (the immediate of `cmpps`; its highest bit tells only which
// comparisons signal).
int __bf_compares(double x, double y, uint8_t how) {
    enum { LESS = 1, EQUAL = 2, GREATER = 4, UNORDERED = 8 };
    static const uint8_t holds[16] = {
        EQUAL, LESS, LESS | EQUAL, UNORDERED,
        LESS | GREATER | UNORDERED, EQUAL | GREATER | UNORDERED, GREATER | UNORDERED, LESS | EQUAL | GREATER,
        EQUAL | UNORDERED, LESS | UNORDERED, LESS | EQUAL | UNORDERED, 0,
        LESS | GREATER, EQUAL | GREATER, GREATER, LESS | EQUAL | GREATER | UNORDERED,
    };
    int outcome = x < y ? LESS : x == y ? EQUAL : x > y ? GREATER : UNORDERED;
    return (holds[how & 15] & outcome) != 0;
}

INTRINSIC(f32x4, cmp_ps, "sse.cmp.ps", f32x4 a, f32x4 b, uint8_t how) {
    i32x4 mask;
    for (int i = 0; i < 4; i++) mask[i] = -__bf_compares((double)a[i], (double)b[i], how);
    return (f32x4)mask;
}

INTRINSIC(f64x2, cmp_pd, "sse2.cmp.pd", f64x2 a, f64x2 b, uint8_t how) {
    i64x2 mask;
    for (int i = 0; i < 2; i++) mask[i] = -__bf_compares(a[i], b[i], how);
    return (f64x2)mask;
}

INTRINSIC(f32x4, cmp_ss, "sse.cmp.ss", f32x4 a, f32x4 b, uint8_t how) {
    i32x4 out = (i32x4)a;
    out[0] = -__bf_compares((double)a[0], (double)b[0], how);
    return (f32x4)out;
}

INTRINSIC(f64x2, cmp_sd, "sse2.cmp.sd", f64x2 a, f64x2 b, uint8_t how) {
    i64x2 out = (i64x2)a;
    out[0] = -__bf_compares(a[0], b[0], how);
    return (f64x2)out;
}

#define TESTS(which, operator)                                                                   \
    INTRINSIC(int, comi##which##_ss, "sse.comi" #which ".ss", f32x4 a, f32x4 b) {                \
        return a[0] operator b[0];                                                               \
    }                                                                                            \
    INTRINSIC(int, ucomi##which##_ss, "sse.ucomi" #which ".ss", f32x4 a, f32x4 b) {              \
        return a[0] operator b[0];                                                               \
    }                                                                                            \
    INTRINSIC(int, comi##which##_sd, "sse2.comi" #which ".sd", f64x2 a, f64x2 b) {               \
        return a[0] operator b[0];                                                               \
    }                                                                                            \
    INTRINSIC(int, ucomi##which##_sd, "sse2.ucomi" #which ".sd", f64x2 a, f64x2 b) {             \
        return a[0] operator b[0];                                                               \
    }
TESTS(eq, ==)
TESTS(neq, !=)
TESTS(lt, <)
TESTS(le, <=)
TESTS(gt, >)
TESTS(ge, >=)

// Conversions: the least integer stands for what does not fit.

static int32_t cut_32(double x) { return x > -2147483649.0 && x < 2147483648.0 ? (int32_t)x : INT_MIN; }
static int64_t cut_64(double x) { return x >= -0x1p63 && x < 0x1p63 ? (int64_t)x : INT64_MIN; }

INTRINSIC(i32x4, cvtps2dq, "sse2.cvtps2dq", f32x4 a) {
    i32x4 out;
    for (int i = 0; i < 4; i++) out[i] = cut_32(rint((double)a[i]));
    return out;
}

INTRINSIC(i32x4, cvttps2dq, "sse2.cvttps2dq", f32x4 a) {
    i32x4 out;
    for (int i = 0; i < 4; i++) out[i] = cut_32((double)a[i]);
    return out;
}

INTRINSIC(i32x4, cvtpd2dq, "sse2.cvtpd2dq", f64x2 a) {
    return (i32x4){cut_32(rint(a[0])), cut_32(rint(a[1]))};
}

INTRINSIC(i32x4, cvttpd2dq, "sse2.cvttpd2dq", f64x2 a) {
    return (i32x4){cut_32(a[0]), cut_32(a[1])};
}

INTRINSIC(int32_t, cvtss2si, "sse.cvtss2si", f32x4 a) { return cut_32(rint((double)a[0])); }
INTRINSIC(int64_t, cvtss2si64, "sse.cvtss2si64", f32x4 a) { return cut_64(rint((double)a[0])); }
INTRINSIC(int32_t, cvttss2si, "sse.cvttss2si", f32x4 a) { return cut_32((double)a[0]); }
INTRINSIC(int64_t, cvttss2si64, "sse.cvttss2si64", f32x4 a) { return cut_64((double)a[0]); }
INTRINSIC(int32_t, cvtsd2si, "sse2.cvtsd2si", f64x2 a) { return cut_32(rint(a[0])); }
INTRINSIC(int64_t, cvtsd2si64, "sse2.cvtsd2si64", f64x2 a) { return cut_64(rint(a[0])); }
INTRINSIC(int32_t, cvttsd2si, "sse2.cvttsd2si", f64x2 a) { return cut_32(a[0]); }
INTRINSIC(int64_t, cvttsd2si64, "sse2.cvttsd2si64", f64x2 a) { return cut_64(a[0]); }

INTRINSIC(f32x4, cvtpd2ps, "sse2.cvtpd2ps", f64x2 a) { return (f32x4){(float)a[0], (float)a[1]}; }

INTRINSIC(f32x4, cvtsd2ss, "sse2.cvtsd2ss", f32x4 a, f64x2 b) {
    a[0] = (float)b[0];
    return a;
}

// Rounding, as the immediate of `roundps` says; the mode of the machine is to the nearest.
static double rounded(double x, int how) {
    switch (how & 7) {
    case 1: return floor(x);
    case 2: return ceil(x);
    case 3: return trunc(x);
    default: return rint(x);
    }
}

INTRINSIC(f32x4, round_ps, "sse41.round.ps", f32x4 a, int how) {
    for (int i = 0; i < 4; i++) a[i] = (float)rounded((double)a[i], how);
    return a;
}

INTRINSIC(f64x2, round_pd, "sse41.round.pd", f64x2 a, int how) {
    for (int i = 0; i < 2; i++) a[i] = rounded(a[i], how);
    return a;
}

INTRINSIC(f32x4, round_ss, "sse41.round.ss", f32x4 a, f32x4 b, int how) {
    a[0] = (float)rounded((double)b[0], how);
    return a;
}

INTRINSIC(f64x2, round_sd, "sse41.round.sd", f64x2 a, f64x2 b, int how) {
    a[0] = rounded(b[0], how);
    return a;
}

INTRINSIC(f32x4, dpps, "sse41.dpps", f32x4 a, f32x4 b, uint8_t how) {
    f32x4 product;
    for (int i = 0; i < 4; i++) product[i] = how >> (4 + i) & 1 ? a[i] * b[i] : 0;
    float sum = (product[0] + product[1]) + (product[2] + product[3]);
    for (int i = 0; i < 4; i++) product[i] = how >> i & 1 ? sum : 0;
    return product;
}

INTRINSIC(f64x2, dppd, "sse41.dppd", f64x2 a, f64x2 b, uint8_t how) {
    double sum = (how >> 4 & 1 ? a[0] * b[0] : 0) + (how >> 5 & 1 ? a[1] * b[1] : 0);
    return (f64x2){how & 1 ? sum : 0, how >> 1 & 1 ? sum : 0};
}

// Approximations: processors differ in them, within 1.5 parts of 4096. Here they are as exact as can be.
INTRINSIC(f32x4, rcp_ps, "sse.rcp.ps", f32x4 a) { return 1 / a; }

INTRINSIC(f32x4, rcp_ss, "sse.rcp.ss", f32x4 a) {
    a[0] = 1 / a[0];
    return a;
}

INTRINSIC(f32x4, rsqrt_ps, "sse.rsqrt.ps", f32x4 a) {
    for (int i = 0; i < 4; i++) a[i] = 1 / sqrtf(a[i]);
    return a;
}

INTRINSIC(f32x4, rsqrt_ss, "sse.rsqrt.ss", f32x4 a) {
    a[0] = 1 / sqrtf(a[0]);
    return a;
}

// Memory.

INTRINSIC(i8x16, ldu_dq, "sse3.ldu.dq", const void *from) {
    i8x16 out;
    __builtin_memcpy(&out, from, 16);
    return out;
}

INTRINSIC(void, maskmov_dqu, "sse2.maskmov.dqu", i8x16 value, i8x16 mask, int8_t *to) {
    for (int i = 0; i < 16; i++) {
        if (mask[i] < 0) to[i] = value[i];
    }
}

// Caches are nobody's business here.
INTRINSIC(void, clflush, "sse2.clflush", const void *line) { (void)line; }

// Sums of differences of four bytes, at eight places one after the other.
INTRINSIC(i16x8, mpsadbw, "sse41.mpsadbw", u8x16 a, u8x16 b, uint8_t how) {
    int from = how & 4, with = (how & 3) * 4;
    i16x8 out = {0};
    for (int i = 0; i < 8; i++) {
        for (int j = 0; j < 4; j++) {
            int difference = a[from + i + j] - b[with + j];
            out[i] = (int16_t)(out[i] + (difference < 0 ? -difference : difference));
        }
    }
    return out;
}

// Single registers.

// CRC-32C of `bits` more bits.
static uint32_t crc32c(uint32_t crc, uint64_t data, int bits) {
    data ^= crc;
    uint64_t rest = bits < 32 ? crc >> bits : 0;
    data &= bits < 64 ? (1ull << bits) - 1 : ~0ull;
    for (int i = 0; i < bits; i++) data = data >> 1 ^ (data & 1 ? 0x82F63B78u : 0);
    return (uint32_t)(data ^ rest);
}

INTRINSIC(uint32_t, crc32_8, "sse42.crc32.32.8", uint32_t crc, uint8_t data) { return crc32c(crc, data, 8); }
INTRINSIC(uint32_t, crc32_16, "sse42.crc32.32.16", uint32_t crc, uint16_t data) { return crc32c(crc, data, 16); }
INTRINSIC(uint32_t, crc32_32, "sse42.crc32.32.32", uint32_t crc, uint32_t data) { return crc32c(crc, data, 32); }
INTRINSIC(uint64_t, crc32_64, "sse42.crc32.64.64", uint64_t crc, uint64_t data) {
    return crc32c((uint32_t)crc, data, 64);
}

#define BITS(bits, U)                                                                \
    INTRINSIC(U, pdep_##bits, "bmi.pdep." #bits, U from, U mask) {                   \
        U out = 0;                                                                   \
        for (; mask; mask &= mask - 1, from >>= 1) {                                 \
            if (from & 1) out |= mask & -mask;                                       \
        }                                                                            \
        return out;                                                                  \
    }                                                                                \
    INTRINSIC(U, pext_##bits, "bmi.pext." #bits, U from, U mask) {                   \
        U out = 0;                                                                   \
        for (U to = 1; mask; mask &= mask - 1, to <<= 1) {                           \
            if (from & mask & -mask) out |= to;                                      \
        }                                                                            \
        return out;                                                                  \
    }                                                                                \
    INTRINSIC(U, bextr_##bits, "bmi.bextr." #bits, U from, U where) {                \
        unsigned start = where & 0xFF, len = where >> 8 & 0xFF;                      \
        U out = start < bits ? from >> start : 0;                                    \
        return len < bits ? out & (((U)1 << len) - 1) : out;                         \
    }                                                                                \
    INTRINSIC(U, bzhi_##bits, "bmi.bzhi." #bits, U from, U index) {                  \
        unsigned len = index & 0xFF;                                                 \
        return len < bits ? from & (((U)1 << len) - 1) : from;                       \
    }
BITS(32, uint32_t)
BITS(64, uint64_t)

struct carried {
    uint8_t carry;
    uint64_t value;
};

INTRINSIC(struct carried, addcarry, "addcarry.64", uint8_t carry, uint64_t a, uint64_t b) {
    unsigned __int128 sum = (unsigned __int128)a + b + (carry != 0);
    return (struct carried){(uint8_t)(sum >> 64), (uint64_t)sum};
}

INTRINSIC(struct carried, subborrow, "subborrow.64", uint8_t borrow, uint64_t a, uint64_t b) {
    unsigned __int128 difference = (unsigned __int128)a - b - (borrow != 0);
    return (struct carried){(uint8_t)(difference >> 64 & 1), (uint64_t)difference};
}

// The machine's clock, in nanoseconds: the same at every level and in a shrunk image.
INTRINSIC(uint64_t, rdtsc, "rdtsc", void) { return bf_clock(); }

// The parts of a processor's state that the system keeps, a bit each: those that there are and that have their place
// within what it says to keep. The first two have theirs always.
INTRINSIC(uint64_t, xgetbv, "xgetbv", uint32_t which) {
    uint32_t all[4], part[4];
    bf_cpuid(13, 0, all);
    uint64_t there = (uint64_t)all[3] << 32 | all[0], kept = there & 3;
    for (uint32_t n = 2; which <= 1 && n < 63; n++) {
        if (!(there >> n & 1)) continue;
        bf_cpuid(13, n, part);
        if (part[1] + part[0] <= all[1]) kept |= (uint64_t)1 << n;
    }
    return kept;
}

// Writes 16 bytes at once if they are as expected; what was there.
__attribute__((target("cx16"))) unsigned __int128
__bf_exchange_16(unsigned __int128 *object, unsigned __int128 expected, unsigned __int128 new) {
    return __sync_val_compare_and_swap(object, expected, new);
}
