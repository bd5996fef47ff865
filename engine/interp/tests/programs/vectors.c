// Vectors: what the optimiser makes of loops, and the vector extension.
#include <stdint.h>
#include <string.h>

static uint32_t data[256]; static uint8_t bytes[256]; static float reals[128]; static double doubles[64];
static void fill(uint64_t n) {
    for (int i = 0; i < 256; i++) { data[i] = i * 2654435761u + n; bytes[i] = data[i] >> 13; }
    for (int i = 0; i < 128; i++) reals[i] = (float)(int)(data[i] % 1000) / 16;
    for (int i = 0; i < 64; i++) doubles[i] = (double)(int)(data[i] % 1000) / 32;
}
uint64_t test_reduce(uint64_t n) {
    fill(n);
    uint32_t sum = 0, x = 0, a = ~0u, o = 0, most = 0; int32_t least = 0; uint64_t wide = 0, count = 0; uint8_t small = 255;
    for (int i = 0; i < 256; i++) { sum += data[i]; x ^= data[i]; a &= data[i] | 0xff; o |= data[i] & 0x10; if (data[i] > most) most = data[i]; if ((int32_t)data[i] < least) least = data[i]; wide += (uint64_t)data[i] * 3; count += data[i] % 2 == 0; if (bytes[i] < small) small = bytes[i]; }
    return sum + x * 3ull + a * 5ull + o * 7ull + most * 11ull + least * 13ull + wide * 17 + count * 19 + small * 23;
}
uint64_t test_map(uint64_t n) {
    fill(n);
    static uint32_t out[256]; static uint16_t narrow[256]; static int64_t wide[256];
    for (int i = 0; i < 256; i++) { out[i] = (data[i] << 3) ^ (data[i] >> 5) ^ (data[i] * 7 - i); narrow[i] = bytes[i] * 257; wide[i] = (int32_t)data[i] + (int8_t)bytes[i]; }
    for (int i = 0; i < 256; i++) if (bytes[i] & 1) out[i] = ~out[i]; else out[i] -= narrow[i];
    uint64_t sum = 0;
    for (int i = 0; i < 256; i++) sum = sum * 3 + out[i] + narrow[i] + wide[i];
    return sum;
}
uint64_t test_floats(uint64_t n) {
    fill(n);
    float out[128]; double wide[64]; int ints[128];
    for (int i = 0; i < 128; i++) { out[i] = reals[i] * 1.5f + reals[127 - i] / 3 - 1; ints[i] = (int)(reals[i] * 4); }
    for (int i = 0; i < 64; i++) wide[i] = doubles[i] > 10 ? doubles[i] * reals[i] : (double)ints[i];
    uint64_t sum = 0, word; 
    for (int i = 0; i < 128; i++) { uint32_t u; memcpy(&u, &out[i], 4); sum = sum * 5 + u + ints[i]; }
    for (int i = 0; i < 64; i++) { memcpy(&word, &wide[i], 8); sum ^= word * (i + 1); }
    return sum;
}
typedef int v4i __attribute__((vector_size(16)));
typedef float v4f __attribute__((vector_size(16)));
typedef long v4l __attribute__((vector_size(32)));
typedef uint8_t v16b __attribute__((vector_size(16)));
typedef short v8s __attribute__((vector_size(16)));
typedef int v2i __attribute__((vector_size(8)));
typedef char v4b __attribute__((vector_size(4)));
typedef int v3i __attribute__((ext_vector_type(3)));
static v4i mix(v4i a, v4f b, v4l c) { return a + __builtin_convertvector(b, v4i) + __builtin_convertvector(c, v4i); }
uint64_t test_vectors(uint64_t n) {
    int m = n % 10007;
    v4i a = {m, m + 1, -m, 7}, b = {3, 5, 7, 9}; v4f f = {m * 0.5f, 2, 3, 4}; v4l l = {m, -m, m * 3, 1};
    v16b c, d; for (int i = 0; i < 16; i++) { c[i] = m * i; d[i] = m + i; }
    v8s s = {1, 2, 3, 4, 5, 6, 7, (short)m}; v2i t = {m, -m}; v4b u = {(char)m, 2, 3, 4}; v3i w = {m, 2 * m, 3 * m};
    uint64_t out = 0;
    for (int i = 0; i < 8; i++) {
        a = a * b + (a > b) - (b >> 1); b ^= a & 0xff; b |= 1; a = a / b + a % b; f = f * 1.25f - __builtin_elementwise_max(f, -f); l = l + (l << 2) - i;
        c = c + d; d = d ^ (c >> 3); d = __builtin_elementwise_max(c, d); d = ((v16b)(c > d) & c) | d; s = s * s - (s >> 2); t = t * 3 + (t == t); u += u; w = w * 5 - w.zyx;
        v4i r = __builtin_shufflevector(a, b, 3, 6, 1, 4); v16b q = __builtin_shufflevector(c, d, 0, 16, 1, 17, 2, 18, 3, 19, 31, 30, 29, 28, 4, 5, 6, 7);
        v4i k = mix(r, f, l);
        out = out * 3 + r[i & 3] + k[(i + 1) & 3] + q[i] + c[i * 2] + s[i] + t[i & 1] + u[i & 3] + w[i % 3] + (uint64_t)l[i & 3];
        a[i & 3] = i; f[m & 3] = i;
    }
    return out;
}
uint64_t test_strings(uint64_t n) {
    char text[64]; unsigned len = n % 60; for (unsigned i = 0; i < len; i++) text[i] = 'a' + (n >> (i % 13)) % 26; text[len] = 0;
    unsigned vowels = 0, l = 0; while (text[l]) { char c = text[l++]; vowels += c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u'; }
    for (unsigned i = 0; i < l / 2; i++) { char c = text[i]; text[i] = text[l - 1 - i]; text[l - 1 - i] = c; }
    uint64_t hash = 14695981039346656037ull; for (unsigned i = 0; i < l; i++) hash = (hash ^ (uint8_t)text[i]) * 1099511628211ull;
    return hash + vowels;
}
uint64_t test_matrix(uint64_t n) {
    double a[8][8], b[8][8], c[8][8]; for (int i = 0; i < 8; i++) for (int j = 0; j < 8; j++) { a[i][j] = (i * 3 + j + n % 7) / 4.0; b[i][j] = (i - j) / 2.0; c[i][j] = 0; }
    for (int i = 0; i < 8; i++) for (int j = 0; j < 8; j++) for (int k = 0; k < 8; k++) c[i][j] += a[i][k] * b[k][j];
    uint64_t out = 0, w; for (int i = 0; i < 8; i++) for (int j = 0; j < 8; j++) { memcpy(&w, &c[i][j], 8); out = out * 3 ^ w; }
    return out;
}
