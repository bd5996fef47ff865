// flags: -msse4.2 -mbmi -mbmi2
// What programs ask of x86 by name: SSE to SSE4.2 and BMI, each on numbers at the edges and on
// random ones.
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

static void add_i(__m128i v) { add(&v, 16); }
static void add_f(__m128 v) { add(&v, 16); }
static void add_d(__m128d v) { add(&v, 16); }
static void add_n(uint64_t n) { add(&n, 8); }

static __m128i ints(int round) {
    static const uint64_t edges[] = {0, ~0ull, 0x8000800080008000u, 0x7fff7fff7fff7fffu, 0x0001ffff80007f80u};
    if (round < 5) return _mm_set_epi64x((int64_t)edges[round], (int64_t)edges[4 - round]);
    uint64_t low = next();
    return _mm_set_epi64x((int64_t)next(), (int64_t)low);
}

static double number(int round) {
    static const double edges[] = {0.0, -0.0, 2.5, -3.5, 2147483647.5, -2147483649.0, 1e300, -1e19, __builtin_inf()};
    return round < 9 ? edges[round] : (double)(int64_t)next() / 1e15;
}

static void integers(int round) {
    __m128i a = ints(round), b = ints((round + 2) % 9), count = _mm_cvtsi32_si128(round * 3);
    add_i(_mm_slli_epi16(a, round)), add_i(_mm_slli_epi32(a, round * 2)), add_i(_mm_slli_epi64(a, round * 4));
    add_i(_mm_srli_epi16(a, round)), add_i(_mm_srli_epi32(a, round * 2)), add_i(_mm_srli_epi64(a, round * 4));
    add_i(_mm_srai_epi16(a, round)), add_i(_mm_srai_epi32(a, round * 2));
    add_i(_mm_sll_epi16(a, count)), add_i(_mm_sll_epi32(a, count)), add_i(_mm_sll_epi64(a, count));
    add_i(_mm_srl_epi16(a, count)), add_i(_mm_srl_epi32(a, b)), add_i(_mm_srl_epi64(a, count));
    add_i(_mm_sra_epi16(a, count)), add_i(_mm_sra_epi32(a, b));
    add_i(_mm_madd_epi16(a, b)), add_i(_mm_mulhi_epi16(a, b)), add_i(_mm_mulhi_epu16(a, b));
    add_i(_mm_mulhrs_epi16(a, b)), add_i(_mm_sad_epu8(a, b)), add_i(_mm_maddubs_epi16(a, b));
    add_i(_mm_packs_epi16(a, b)), add_i(_mm_packus_epi16(a, b)), add_i(_mm_packs_epi32(a, b));
    add_i(_mm_packus_epi32(a, b)), add_i(_mm_adds_epi8(a, b)), add_i(_mm_subs_epu16(a, b));
    add_i(_mm_hadd_epi16(a, b)), add_i(_mm_hadd_epi32(a, b)), add_i(_mm_hadds_epi16(a, b));
    add_i(_mm_hsub_epi16(a, b)), add_i(_mm_hsub_epi32(a, b)), add_i(_mm_hsubs_epi16(a, b));
    add_i(_mm_shuffle_epi8(a, b)), add_i(_mm_sign_epi8(a, b)), add_i(_mm_sign_epi16(a, b));
    add_i(_mm_sign_epi32(a, b)), add_i(_mm_abs_epi16(a)), add_i(_mm_avg_epu8(a, b));
    add_i(_mm_blendv_epi8(a, b, count)), add_i(_mm_minpos_epu16(a)), add_i(_mm_max_epi8(a, b));
    add_i(_mm_mul_epu32(a, b)), add_i(_mm_mul_epi32(a, b)), add_i(_mm_cvtepi8_epi16(a));
    add_n((unsigned)_mm_movemask_epi8(a)), add_n((unsigned)_mm_testz_si128(a, b));
    add_n((unsigned)_mm_testc_si128(a, b)), add_n((unsigned)_mm_testnzc_si128(a, b));
    add_i(_mm_alignr_epi8(a, b, 5)), add_i(_mm_unpackhi_epi16(a, b)), add_i(_mm_shuffle_epi32(a, 0x1b));
}

static void floats(int round) {
    double x = number(round), y = number((round + 3) % 12), z = round % 4 ? x : __builtin_nan("");
    __m128 a = _mm_set_ps((float)x, (float)y, (float)z, 1.5f), b = _mm_set_ps((float)y, (float)y, -2.f, (float)z);
    __m128d c = _mm_set_pd(x, z), d = _mm_set_pd(y, y);
    add_f(_mm_min_ps(a, b)), add_f(_mm_max_ps(a, b)), add_f(_mm_min_ss(a, b)), add_f(_mm_max_ss(b, a));
    add_d(_mm_min_pd(c, d)), add_d(_mm_max_pd(c, d)), add_d(_mm_min_sd(c, d)), add_d(_mm_max_sd(d, c));
    add_f(_mm_cmplt_ps(a, b)), add_f(_mm_cmpneq_ps(a, b)), add_f(_mm_cmpunord_ps(a, b)), add_f(_mm_cmpnle_ss(a, b));
    add_d(_mm_cmpeq_pd(c, d)), add_d(_mm_cmpord_pd(c, d)), add_d(_mm_cmple_sd(c, d)), add_d(_mm_cmpnlt_pd(c, d));
    add_n((unsigned)(_mm_comilt_ss(a, b) | _mm_comieq_ss(a, b) << 1 | _mm_comineq_ss(b, a) << 2 | _mm_ucomige_ss(a, b) << 3));
    add_n((unsigned)(_mm_comile_sd(c, d) | _mm_comigt_sd(c, d) << 1 | _mm_ucomineq_sd(c, d) << 2));
    add_i(_mm_cvtps_epi32(a)), add_i(_mm_cvttps_epi32(a)), add_i(_mm_cvtpd_epi32(c)), add_i(_mm_cvttpd_epi32(c));
    add_n((unsigned)_mm_cvtss_si32(a)), add_n((uint64_t)_mm_cvttss_si64(b)), add_n((unsigned)_mm_cvtsd_si32(c));
    add_n((uint64_t)_mm_cvtsd_si64(d)), add_n((unsigned)_mm_cvttsd_si32(d)), add_n((uint64_t)_mm_cvttsd_si64(c));
    __m128 e = _mm_set_ps(1.25f, (float)round, -0.5f, 2.5f), f = _mm_cvtpd_ps(d);
    add_f(f), add_f(_mm_cvtsd_ss(e, d)), add_f(_mm_hadd_ps(e, e)), add_f(_mm_hsub_ps(e, f)), add_f(_mm_addsub_ps(e, e));
    add_d(_mm_hadd_pd(d, d)), add_d(_mm_addsub_pd(d, _mm_set1_pd(1))), add_f(_mm_blendv_ps(a, e, b));
    add_d(_mm_blendv_pd(c, d, _mm_set_pd(-1, 1))), add_f(_mm_insert_ps(e, a, 0x96)), add_f(_mm_dp_ps(e, e, 0x7d));
    add_d(_mm_dp_pd(_mm_set_pd(round, 2), _mm_set_pd(3, 4), 0x32)), add_f(_mm_round_ps(e, 8 | _MM_FROUND_TO_NEAREST_INT));
    add_f(_mm_floor_ps(e)), add_f(_mm_ceil_ss(a, e)), add_d(_mm_round_pd(_mm_set_pd(-2.5, round / 4.0), _MM_FROUND_TO_ZERO));
    add_n((unsigned)_mm_movemask_ps(a)), add_n((unsigned)_mm_movemask_pd(c)), add_d(_mm_sqrt_pd(_mm_set_pd(round, 2)));
}

static void registers(int round) {
    uint64_t a = next(), b = next();
    unsigned long long sum;
    uint32_t crc = _mm_crc32_u8((uint32_t)a, (uint8_t)b);
    add_n(crc), add_n(_mm_crc32_u16(crc, (uint16_t)b)), add_n(_mm_crc32_u32(crc, (uint32_t)b)), add_n(_mm_crc32_u64(crc, b));
    add_n(_pdep_u64(a, b)), add_n(_pext_u64(a, b)), add_n(_pdep_u32((uint32_t)a, (uint32_t)b)), add_n(_pext_u32((uint32_t)b, (uint32_t)a));
    add_n(_bextr_u64(a, (unsigned)round, (unsigned)round * 3)), add_n(_bzhi_u64(a, (unsigned)round * 5)), add_n(_blsr_u64(a));
    unsigned char carry = _addcarry_u64((unsigned char)(round & 1), a, b, &sum);
    add_n(sum), add_n(carry);
    carry = _subborrow_u64(carry, a, b, &sum);
    add_n(sum), add_n(carry), add_n(_tzcnt_u64(a)), add_n(__rdtsc() != 0);
}

int main(void) {
    for (int round = 0; round < 40; round++) {
        hash = 0xcbf29ce484222325u;
        integers(round);
        printf("%2d %016llx", round, (unsigned long long)hash);
        floats(round);
        printf(" %016llx", (unsigned long long)hash);
        registers(round);
        printf(" %016llx\n", (unsigned long long)hash);
    }
    return 0;
}
