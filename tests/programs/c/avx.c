// flags: -mavx2 -mfma -mf16c -maes -mpclmul -msse4.2 -msha -mvaes -mvpclmulqdq
// What programs ask of x86 by name beyond SSE: AVX, AVX2, FMA, F16C, AES, PCLMUL, SHA, and the texts of SSE4.2,
// each on numbers at the edges and on random ones.
#include <immintrin.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint64_t state = 88172645463325252u, hash;

static uint64_t next(void) {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

static void add(const void *value, size_t size) {
    const unsigned char *bytes = value;
    for (size_t i = 0; i < size; i++) hash = (hash ^ bytes[i]) * 0x100000001b3u;
}

static void add_i(__m256i v) { add(&v, 32); }
static void add_f(__m256 v) { add(&v, 32); }
static void add_d(__m256d v) { add(&v, 32); }
static void add_h(__m128i v) { add(&v, 16); }
static void add_n(uint64_t n) { add(&n, 8); }

static __m256i ints(int round) {
    static const uint64_t edges[] = {0, ~0ull, 0x8000800080008000u, 0x7fff7fff7fff7fffu, 0x0001ffff80007f80u};
    if (round < 5) return _mm256_set_epi64x((int64_t)edges[round], (int64_t)edges[4 - round], (int64_t)edges[2], (int64_t)edges[round]);
    uint64_t a = next(), b = next(), c = next();
    return _mm256_set_epi64x((int64_t)next(), (int64_t)a, (int64_t)b, (int64_t)c);
}

static __m128i half_ints(int round) { return _mm256_castsi256_si128(ints(round)); }

static double number(int round) {
    static const double edges[] = {0.0, -0.0, 2.5, -3.5, 2147483647.5, -2147483649.0, 1e300, -1e19, __builtin_inf(), 65519.9, 65520.0, 6e-8, 2.9e-8, -6.1e-5};
    return round < 14 ? edges[round] : (double)(int64_t)next() / 1e15;
}

static void integers(int round) {
    __m256i a = ints(round), b = ints((round + 2) % 9), c = ints(40);
    __m128i count = _mm_cvtsi32_si128(round * 3);
    add_i(_mm256_packs_epi32(a, b)), add_i(_mm256_packs_epi16(a, b)), add_i(_mm256_packus_epi32(a, b)), add_i(_mm256_packus_epi16(a, b));
    add_i(_mm256_madd_epi16(a, b)), add_i(_mm256_maddubs_epi16(a, b)), add_i(_mm256_sad_epu8(a, b)), add_i(_mm256_mulhi_epu16(a, b));
    add_i(_mm256_mulhi_epi16(a, b)), add_i(_mm256_mulhrs_epi16(a, b)), add_i(_mm256_avg_epu8(a, b)), add_i(_mm256_avg_epu16(a, b));
    add_i(_mm256_hadd_epi16(a, b)), add_i(_mm256_hadd_epi32(a, b)), add_i(_mm256_hadds_epi16(a, b)), add_i(_mm256_hsub_epi16(a, b));
    add_i(_mm256_hsub_epi32(a, b)), add_i(_mm256_hsubs_epi16(a, b)), add_i(_mm256_sign_epi8(a, b)), add_i(_mm256_sign_epi16(a, b));
    add_i(_mm256_sign_epi32(a, b)), add_i(_mm256_shuffle_epi8(a, b)), add_i(_mm256_blendv_epi8(a, b, c));
    add_i(_mm256_mpsadbw_epu8(a, b, 0x2d)), add_i(_mm256_mpsadbw_epu8(a, b, 0x12)), add_h(_mm_mpsadbw_epu8(_mm256_castsi256_si128(a), _mm256_castsi256_si128(b), 5));
    add_i(_mm256_sll_epi16(a, count)), add_i(_mm256_sll_epi32(a, count)), add_i(_mm256_sll_epi64(a, count));
    add_i(_mm256_srl_epi16(a, count)), add_i(_mm256_srl_epi32(a, count)), add_i(_mm256_srl_epi64(a, count));
    add_i(_mm256_sra_epi16(a, count)), add_i(_mm256_sra_epi32(a, count));
    add_i(_mm256_slli_epi16(a, round)), add_i(_mm256_slli_epi32(a, round)), add_i(_mm256_slli_epi64(a, round * 2));
    add_i(_mm256_srli_epi16(a, round)), add_i(_mm256_srli_epi32(a, round)), add_i(_mm256_srli_epi64(a, round * 2));
    add_i(_mm256_srai_epi16(a, round)), add_i(_mm256_srai_epi32(a, round));
    __m256i few = _mm256_and_si256(b, _mm256_set1_epi32(0x3f)), few_64 = _mm256_and_si256(b, _mm256_set1_epi64x(0x7f));
    add_i(_mm256_sllv_epi32(a, few)), add_i(_mm256_srlv_epi32(a, few)), add_i(_mm256_srav_epi32(a, few)), add_i(_mm256_sllv_epi32(a, b));
    add_i(_mm256_sllv_epi64(a, few_64)), add_i(_mm256_srlv_epi64(a, few_64)), add_h(_mm_srav_epi32(half_ints(round), _mm256_castsi256_si128(few)));
    add_h(_mm_sllv_epi32(half_ints(round), _mm256_castsi256_si128(few))), add_h(_mm_srlv_epi64(half_ints(round), _mm256_castsi256_si128(few_64)));
    add_i(_mm256_permutevar8x32_epi32(a, b)), add_i(_mm256_permute4x64_epi64(a, 0x6c)), add_i(_mm256_permute2x128_si256(a, b, 0x23));
    add_i(_mm256_abs_epi8(a)), add_i(_mm256_cvtepi8_epi32(half_ints(round))), add_i(_mm256_mul_epi32(a, b)), add_i(_mm256_alignr_epi8(a, b, 5));
    add_i(_mm256_broadcastw_epi16(half_ints(round))), add_i(_mm256_unpacklo_epi8(a, b)), add_i(_mm256_subs_epu8(a, b)), add_i(_mm256_slli_si256(a, 3));
    add_n((unsigned)_mm256_movemask_epi8(a)), add_n((unsigned)_mm256_testz_si256(a, b)), add_n((unsigned)_mm256_testc_si256(a, b)), add_n((unsigned)_mm256_testnzc_si256(a, b));
}

static void floats(int round) {
    __m256 a = _mm256_castsi256_ps(ints(round + 3)), b = _mm256_castsi256_ps(ints(round + 4));
    __m256d c = _mm256_set_pd(number(round), number((round + 5) % 14), number(round + 1), -1.5), d = _mm256_set_pd(1, number(round), -2.25, 0.1);
    __m256 e = _mm256_set_ps(1.25f, (float)round, -0.5f, 2.5f, -3.5f, 1e10f, (float)number(round), 0.1f);
    __m256 f = _mm256_set_ps((float)number(round), 3, -2, 0.1f, 7, -1e-3f, 2, (float)round);
    add_f(_mm256_addsub_ps(e, f)), add_d(_mm256_addsub_pd(d, d)), add_f(_mm256_hadd_ps(e, f)), add_d(_mm256_hadd_pd(d, d));
    add_f(_mm256_hsub_ps(e, f)), add_d(_mm256_hsub_pd(d, d)), add_f(_mm256_max_ps(e, f)), add_d(_mm256_max_pd(c, d));
    add_f(_mm256_min_ps(e, f)), add_d(_mm256_min_pd(c, d)), add_f(_mm256_blendv_ps(a, b, e)), add_d(_mm256_blendv_pd(c, d, c));
    add_f(_mm256_cmp_ps(a, b, _CMP_NGE_UQ)), add_f(_mm256_cmp_ps(e, f, _CMP_LT_OS)), add_d(_mm256_cmp_pd(c, d, _CMP_NEQ_OQ)), add_d(_mm256_cmp_pd(c, d, _CMP_EQ_UQ));
    __m128 s = _mm256_castps256_ps128(e), t = _mm256_castps256_ps128(f);
    add_h(_mm_castps_si128(_mm_cmp_ss(s, t, _CMP_NGT_US))), add_h(_mm_castps_si128(_mm_cmp_ps(s, t, _CMP_GE_OQ))), add_h(_mm_castps_si128(_mm_cmp_ps(s, t, _CMP_TRUE_UQ)));
    add_f(_mm256_dp_ps(e, e, 0x7d)), add_i(_mm256_cvtps_epi32(e)), add_i(_mm256_cvttps_epi32(e)), add_h(_mm256_cvtpd_epi32(c)), add_h(_mm256_cvttpd_epi32(c));
    add_h(_mm_castps_si128(_mm256_cvtpd_ps(d))), add_f(_mm256_round_ps(e, _MM_FROUND_TO_NEAREST_INT | 8)), add_f(_mm256_floor_ps(e)), add_d(_mm256_ceil_pd(d));
    add_d(_mm256_round_pd(d, _MM_FROUND_TO_ZERO | 8)), add_f(_mm256_permutevar_ps(e, ints(round))), add_d(_mm256_permutevar_pd(c, ints(round)));
    add_h(_mm_castps_si128(_mm_permutevar_ps(s, half_ints(round)))), add_h(_mm_castpd_si128(_mm_permutevar_pd(_mm256_castpd256_pd128(c), half_ints(round))));
    add_f(_mm256_permutevar8x32_ps(e, ints(round))), add_n((unsigned)_mm256_movemask_ps(a)), add_n((unsigned)_mm256_movemask_pd(c));
    add_n((unsigned)_mm256_testz_ps(e, f)), add_n((unsigned)_mm256_testc_ps(e, f)), add_n((unsigned)_mm256_testnzc_ps(e, f)), add_n((unsigned)_mm256_testz_pd(c, d));
    add_n((unsigned)_mm_testc_pd(_mm256_castpd256_pd128(c), _mm256_castpd256_pd128(d))), add_n((unsigned)_mm_testnzc_ps(s, t)), add_n((unsigned)_mm256_testnzc_pd(c, d));
    add_f(_mm256_fmadd_ps(e, f, e)), add_d(_mm256_fmsub_pd(d, d, d)), add_f(_mm256_fmaddsub_ps(e, f, e)), add_d(_mm256_fmsubadd_pd(d, d, d));
    add_h(_mm_castps_si128(_mm_fmaddsub_ps(s, t, s))), add_d(_mm256_fmaddsub_pd(d, d, d)), add_h(_mm_castps_si128(_mm_fnmadd_ss(s, t, s)));
    add_h(_mm256_cvtps_ph(e, 0)), add_h(_mm256_cvtps_ph(e, 1)), add_h(_mm256_cvtps_ph(e, 2)), add_h(_mm256_cvtps_ph(f, 3)), add_h(_mm_cvtps_ph(s, 4));
    add_f(_mm256_cvtph_ps(_mm256_cvtps_ph(e, 0))), add_h(_mm256_cvtps_ph(_mm256_and_ps(a, _mm256_set1_ps(0.007f)), 0));
}

static void memory(int round) {
    static int32_t table[64];
    static int64_t table_64[64];
    for (int i = 0; i < 64; i++) table[i] = (int32_t)next(), table_64[i] = (int64_t)next();
    __m256i mask = ints(round), at = _mm256_and_si256(ints(40), _mm256_set1_epi32(31)), at_64 = _mm256_and_si256(ints(40), _mm256_set1_epi64x(31));
    __m128i small = _mm256_castsi256_si128(at), small_64 = _mm256_castsi256_si128(at_64), m = half_ints(round);
    const float *singles = (const float *)table;
    const double *doubles = (const double *)table_64;
    add_i(_mm256_i32gather_epi32(table, at, 4)), add_i(_mm256_mask_i32gather_epi32(mask, table + 4, at, mask, 4)), add_h(_mm_i32gather_epi32(table, small, 4));
    add_i(_mm256_mask_i32gather_epi64(mask, (const long long *)table_64, small, mask, 8)), add_h(_mm_mask_i32gather_epi64(m, (const long long *)table_64, small, m, 4));
    add_h(_mm256_mask_i64gather_epi32(m, table, at_64, m, 4)), add_h(_mm_mask_i64gather_epi32(m, table, small_64, m, 4));
    add_i(_mm256_mask_i64gather_epi64(mask, (const long long *)table_64, at_64, mask, 8)), add_h(_mm_i64gather_epi64((const long long *)table_64, small_64, 8));
    add_f(_mm256_mask_i32gather_ps(_mm256_setzero_ps(), singles, at, _mm256_castsi256_ps(mask), 4)), add_d(_mm256_i32gather_pd(doubles, small, 8)), add_d(_mm256_i64gather_pd(doubles, at_64, 8));
    add_h(_mm_castps_si128(_mm256_i64gather_ps(singles, at_64, 4))), add_h(_mm_castps_si128(_mm_i64gather_ps(singles, small_64, 4))), add_h(_mm_castpd_si128(_mm_i64gather_pd(doubles, small_64, 8)));
    add_i(_mm256_maskload_epi32(table, mask)), add_i(_mm256_maskload_epi64((const long long *)table_64, mask)), add_h(_mm_maskload_epi32(table, m)), add_h(_mm_maskload_epi64((const long long *)table_64, m));
    add_f(_mm256_maskload_ps(singles, mask)), add_d(_mm256_maskload_pd(doubles, mask)), add_h(_mm_castps_si128(_mm_maskload_ps(singles, m))), add_h(_mm_castpd_si128(_mm_maskload_pd(doubles, m)));
    _mm256_maskstore_epi32(table, mask, at), _mm256_maskstore_epi64((long long *)table_64, mask, at_64), _mm_maskstore_epi32(table + 10, m, small), _mm_maskstore_epi64((long long *)table_64 + 10, m, small_64);
    _mm256_maskstore_ps((float *)table + 20, mask, _mm256_castsi256_ps(at)), _mm256_maskstore_pd((double *)table_64 + 20, mask, _mm256_castsi256_pd(at));
    _mm_maskmoveu_si128(small, m, (char *)table + 131);
    add_i(_mm256_lddqu_si256((const __m256i *)((char *)table + 3))), add_h(_mm_lddqu_si128((const __m128i *)((char *)table + 5)));
    add(table, sizeof table), add(table_64, sizeof table_64);
    _mm256_zeroupper();
}

static void secrets(int round) {
    __m128i a = half_ints(round), b = half_ints(round + 1);
    add_h(_mm_aesenc_si128(a, b)), add_h(_mm_aesenclast_si128(a, b)), add_h(_mm_aesdec_si128(a, b)), add_h(_mm_aesdeclast_si128(a, b));
    add_h(_mm_aesimc_si128(a)), add_h(_mm_aeskeygenassist_si128(a, 0x1b)), add_h(_mm_aeskeygenassist_si128(b, 0x80));
    add_h(_mm_clmulepi64_si128(a, b, 0)), add_h(_mm_clmulepi64_si128(a, b, 0x11)), add_h(_mm_clmulepi64_si128(a, b, 0x10)), add_h(_mm_clmulepi64_si128(a, b, 1));
    __m128i c = half_ints(round + 2);
    add_h(_mm_sha1msg1_epu32(a, b)), add_h(_mm_sha1msg2_epu32(a, b)), add_h(_mm_sha1nexte_epu32(a, b)), add_h(_mm_sha1rnds4_epu32(a, b, 0));
    add_h(_mm_sha1rnds4_epu32(a, b, 1)), add_h(_mm_sha1rnds4_epu32(a, b, 2)), add_h(_mm_sha1rnds4_epu32(a, b, 3));
    add_h(_mm_sha256msg1_epu32(a, b)), add_h(_mm_sha256msg2_epu32(a, b)), add_h(_mm_sha256rnds2_epu32(a, b, c));
    __m256i x = ints(round), y = ints(round + 3);
    add_i(_mm256_aesenc_epi128(x, y)), add_i(_mm256_aesenclast_epi128(x, y)), add_i(_mm256_aesdec_epi128(x, y)), add_i(_mm256_aesdeclast_epi128(x, y));
    add_i(_mm256_clmulepi64_epi128(x, y, 0x10));
}

#define TEXTS(how)                                                                                                   \
    add_n((unsigned)_mm_cmpistri(a, b, how)), add_h(_mm_cmpistrm(a, b, how)), add_n((unsigned)_mm_cmpistra(a, b, how)), \
        add_n((unsigned)_mm_cmpistrc(a, b, how)), add_n((unsigned)_mm_cmpistro(a, b, how)), add_n((unsigned)_mm_cmpistrs(a, b, how)), \
        add_n((unsigned)_mm_cmpistrz(a, b, how)), add_n((unsigned)_mm_cmpestri(a, m, b, n, how)), add_h(_mm_cmpestrm(a, m, b, n, how)), \
        add_n((unsigned)_mm_cmpestra(a, m, b, n, how)), add_n((unsigned)_mm_cmpestrc(a, m, b, n, how)), add_n((unsigned)_mm_cmpestro(a, m, b, n, how)), \
        add_n((unsigned)_mm_cmpestrs(a, m, b, n, how)), add_n((unsigned)_mm_cmpestrz(a, m, b, n, how))

static void texts(int round) {
    static const char *words[] = {"", "a", "azAZ09", "xyz", "the quick brown fox", "\xff\x80 z\x7f", "abcabcabcabcabcabc", "cab"};
    char x[16] = {0}, y[16] = {0};
    strncpy(x, words[round & 7], 16), strncpy(y, words[(round / 8 + round) & 7], 16);
    __m128i a = _mm_loadu_si128((void *)x), b = _mm_loadu_si128((void *)y);
    int m = round % 21 - 10, n = round % 7 * 3;
    TEXTS(0x00), TEXTS(0x04), TEXTS(0x08), TEXTS(0x0c), TEXTS(0x44), TEXTS(0x4c), TEXTS(0x18), TEXTS(0x38), TEXTS(0x72), TEXTS(0x06);
    TEXTS(0x01), TEXTS(0x05), TEXTS(0x09), TEXTS(0x0d), TEXTS(0x47), TEXTS(0x3b);
}

int main(void) {
    for (int round = 0; round < 40; round++) {
        void (*parts[])(int) = {integers, floats, memory, secrets, texts};
        printf("%2d", round);
        for (int i = 0; i < 5; i++) {
            hash = 0xcbf29ce484222325u;
            parts[i](round);
            printf(" %016llx", (unsigned long long)hash);
        }
        unsigned sum, carry = _addcarry_u32((unsigned char)(round & 1), (unsigned)next(), (unsigned)next(), &sum);
        printf(" %x %x", sum, carry);
        carry = _subborrow_u32((unsigned char)carry, (unsigned)next(), (unsigned)next(), &sum);
        printf(" %x %x\n", sum, carry);
    }
    return 0;
}
