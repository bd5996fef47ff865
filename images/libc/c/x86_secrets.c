// Ciphers and hashes: AES (FIPS 197), products of polynomials (PCLMULQDQ), SHA-1 and SHA-256 (FIPS 180-4).
//
// AES looks its bytes up in a table, so its time depends on what it encrypts as far as caches tell; the
// processor's own instructions do not have that weakness.
#include "x86.h"

static const uint8_t substitutes[256] = {
    0x63, 0x7c, 0x77, 0x7b, 0xf2, 0x6b, 0x6f, 0xc5, 0x30, 0x01, 0x67, 0x2b, 0xfe, 0xd7, 0xab, 0x76,
    0xca, 0x82, 0xc9, 0x7d, 0xfa, 0x59, 0x47, 0xf0, 0xad, 0xd4, 0xa2, 0xaf, 0x9c, 0xa4, 0x72, 0xc0,
    0xb7, 0xfd, 0x93, 0x26, 0x36, 0x3f, 0xf7, 0xcc, 0x34, 0xa5, 0xe5, 0xf1, 0x71, 0xd8, 0x31, 0x15,
    0x04, 0xc7, 0x23, 0xc3, 0x18, 0x96, 0x05, 0x9a, 0x07, 0x12, 0x80, 0xe2, 0xeb, 0x27, 0xb2, 0x75,
    0x09, 0x83, 0x2c, 0x1a, 0x1b, 0x6e, 0x5a, 0xa0, 0x52, 0x3b, 0xd6, 0xb3, 0x29, 0xe3, 0x2f, 0x84,
    0x53, 0xd1, 0x00, 0xed, 0x20, 0xfc, 0xb1, 0x5b, 0x6a, 0xcb, 0xbe, 0x39, 0x4a, 0x4c, 0x58, 0xcf,
    0xd0, 0xef, 0xaa, 0xfb, 0x43, 0x4d, 0x33, 0x85, 0x45, 0xf9, 0x02, 0x7f, 0x50, 0x3c, 0x9f, 0xa8,
    0x51, 0xa3, 0x40, 0x8f, 0x92, 0x9d, 0x38, 0xf5, 0xbc, 0xb6, 0xda, 0x21, 0x10, 0xff, 0xf3, 0xd2,
    0xcd, 0x0c, 0x13, 0xec, 0x5f, 0x97, 0x44, 0x17, 0xc4, 0xa7, 0x7e, 0x3d, 0x64, 0x5d, 0x19, 0x73,
    0x60, 0x81, 0x4f, 0xdc, 0x22, 0x2a, 0x90, 0x88, 0x46, 0xee, 0xb8, 0x14, 0xde, 0x5e, 0x0b, 0xdb,
    0xe0, 0x32, 0x3a, 0x0a, 0x49, 0x06, 0x24, 0x5c, 0xc2, 0xd3, 0xac, 0x62, 0x91, 0x95, 0xe4, 0x79,
    0xe7, 0xc8, 0x37, 0x6d, 0x8d, 0xd5, 0x4e, 0xa9, 0x6c, 0x56, 0xf4, 0xea, 0x65, 0x7a, 0xae, 0x08,
    0xba, 0x78, 0x25, 0x2e, 0x1c, 0xa6, 0xb4, 0xc6, 0xe8, 0xdd, 0x74, 0x1f, 0x4b, 0xbd, 0x8b, 0x8a,
    0x70, 0x3e, 0xb5, 0x66, 0x48, 0x03, 0xf6, 0x0e, 0x61, 0x35, 0x57, 0xb9, 0x86, 0xc1, 0x1d, 0x9e,
    0xe1, 0xf8, 0x98, 0x11, 0x69, 0xd9, 0x8e, 0x94, 0x9b, 0x1e, 0x87, 0xe9, 0xce, 0x55, 0x28, 0xdf,
    0x8c, 0xa1, 0x89, 0x0d, 0xbf, 0xe6, 0x42, 0x68, 0x41, 0x99, 0x2d, 0x0f, 0xb0, 0x54, 0xbb, 0x16,
};

static uint8_t twice(uint8_t x) { return (uint8_t)(x << 1 ^ (x >> 7 ? 0x1b : 0)); }

static uint8_t product(uint8_t x, int by) {
    uint8_t out = 0;
    for (; by; by >>= 1, x = twice(x)) {
        if (by & 1) out ^= x;
    }
    return out;
}

// Row `r` of four moves `r` columns: to the left, and back when undone. Each byte by its substitute.
static u8x16 substituted(u8x16 a) {
    u8x16 out;
    for (int i = 0; i < 16; i++) out[i] = substitutes[a[(i + 4 * (i & 3)) & 15]];
    return out;
}

static u8x16 restored(u8x16 a) {
    uint8_t back[256];
    for (int i = 0; i < 256; i++) back[substitutes[i]] = (uint8_t)i;
    u8x16 out;
    for (int i = 0; i < 16; i++) out[i] = back[a[(i - 4 * (i & 3)) & 15]];
    return out;
}

// Each column times a polynomial, of which `row` are the factors, the first one last.
static u8x16 mixed(u8x16 a, const uint8_t *row) {
    u8x16 out;
    for (int i = 0; i < 16; i++) {
        uint8_t sum = 0;
        for (int j = 0; j < 4; j++) sum ^= product(a[(i & 12) + j], row[(j - i) & 3]);
        out[i] = sum;
    }
    return out;
}

static const uint8_t forwards[4] = {2, 3, 1, 1}, backwards[4] = {14, 11, 13, 9};

INTRINSIC(i64x2, aesenc, "aesni.aesenc", i64x2 a, i64x2 key) {
    return (i64x2)mixed(substituted((u8x16)a), forwards) ^ key;
}
INTRINSIC(i64x2, aesenclast, "aesni.aesenclast", i64x2 a, i64x2 key) { return (i64x2)substituted((u8x16)a) ^ key; }
INTRINSIC(i64x2, aesdec, "aesni.aesdec", i64x2 a, i64x2 key) {
    return (i64x2)mixed(restored((u8x16)a), backwards) ^ key;
}
INTRINSIC(i64x2, aesdeclast, "aesni.aesdeclast", i64x2 a, i64x2 key) { return (i64x2)restored((u8x16)a) ^ key; }
INTRINSIC(i64x2, aesimc, "aesni.aesimc", i64x2 a) { return (i64x2)mixed((u8x16)a, backwards); }

INTRINSIC(i64x2, aeskeygenassist, "aesni.aeskeygenassist", i64x2 a, uint8_t constant) {
    u8x16 key = (u8x16)a;
    u32x4 out;
    for (int i = 0; i < 4; i++) {
        int from = i < 2 ? 4 : 12;
        uint32_t word = 0;
        for (int j = 0; j < 4; j++) word |= (uint32_t)substitutes[key[from + j]] << 8 * j;
        out[i] = i & 1 ? (word >> 8 | word << 24) ^ constant : word;
    }
    return (i64x2)out;
}

// Polynomials over two numbers, half of each operand.
INTRINSIC(i64x2, pclmulqdq, "pclmulqdq", i64x2 a, i64x2 b, uint8_t which) {
    uint64_t x = (uint64_t)a[which & 1], y = (uint64_t)b[which >> 4 & 1];
    unsigned __int128 sum = 0, shifted = x;
    for (; y; y >>= 1, shifted <<= 1) {
        if (y & 1) sum ^= shifted;
    }
    return (i64x2){(int64_t)sum, (int64_t)(sum >> 64)};
}

// Both halves, each with a key of its own (VAES, VPCLMULQDQ).
#define BOTH(name)                                                                                        \
    INTRINSIC(i64x4, name##_256, "aesni." #name ".256", i64x4 a, i64x4 key) {                             \
        return JOINED(i64x4, name(LOW(i64x2, a), LOW(i64x2, key)), name(HIGH(i64x2, a), HIGH(i64x2, key))); \
    }
BOTH(aesenc)
BOTH(aesenclast)
BOTH(aesdec)
BOTH(aesdeclast)
INTRINSIC(i64x4, pclmulqdq_256, "pclmulqdq.256", i64x4 a, i64x4 b, uint8_t which) {
    return JOINED(i64x4, pclmulqdq(LOW(i64x2, a), LOW(i64x2, b), which), pclmulqdq(HIGH(i64x2, a), HIGH(i64x2, b), which));
}

// SHA-1 and SHA-256. The highest lane is the first word.

static uint32_t turned(uint32_t x, int by) { return x << by | x >> (32 - by); }

INTRINSIC(u32x4, sha1msg1, "sha1msg1", u32x4 a, u32x4 b) {
    return (u32x4){a[0] ^ b[2], a[1] ^ b[3], a[2] ^ a[0], a[3] ^ a[1]};
}

INTRINSIC(u32x4, sha1msg2, "sha1msg2", u32x4 a, u32x4 b) {
    u32x4 out;
    out[3] = turned(a[3] ^ b[2], 1);
    out[2] = turned(a[2] ^ b[1], 1);
    out[1] = turned(a[1] ^ b[0], 1);
    out[0] = turned(a[0] ^ out[3], 1);
    return out;
}

INTRINSIC(u32x4, sha1nexte, "sha1nexte", u32x4 a, u32x4 b) {
    b[3] += turned(a[3], 30);
    return b;
}

INTRINSIC(u32x4, sha1rnds4, "sha1rnds4", u32x4 state, u32x4 words, uint8_t kind) {
    static const uint32_t constants[4] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
    uint32_t a = state[3], b = state[2], c = state[1], d = state[0], e = 0;
    for (int i = 3; i >= 0; i--) {
        uint32_t f = (kind & 3) == 0 ? (b & c) ^ (~b & d) : (kind & 3) == 2 ? (b & c) ^ (b & d) ^ (c & d) : b ^ c ^ d;
        uint32_t next = f + turned(a, 5) + words[i] + e + constants[kind & 3];
        e = d, d = c, c = turned(b, 30), b = a, a = next;
    }
    return (u32x4){d, c, b, a};
}

static uint32_t small(uint32_t x, int one, int two, int shift) { return turned(x, 32 - one) ^ turned(x, 32 - two) ^ x >> shift; }

INTRINSIC(u32x4, sha256msg1, "sha256msg1", u32x4 a, u32x4 b) {
    u32x4 next = {a[1], a[2], a[3], b[0]};
    for (int i = 0; i < 4; i++) a[i] += small(next[i], 7, 18, 3);
    return a;
}

INTRINSIC(u32x4, sha256msg2, "sha256msg2", u32x4 a, u32x4 b) {
    a[0] += small(b[2], 17, 19, 10);
    a[1] += small(b[3], 17, 19, 10);
    a[2] += small(a[0], 17, 19, 10);
    a[3] += small(a[1], 17, 19, 10);
    return a;
}

INTRINSIC(u32x4, sha256rnds2, "sha256rnds2", u32x4 cdgh, u32x4 abef, u32x4 words) {
    uint32_t a = abef[3], b = abef[2], c = cdgh[3], d = cdgh[2], e = abef[1], f = abef[0], g = cdgh[1], h = cdgh[0];
    for (int i = 0; i < 2; i++) {
        uint32_t choice = (e & f) ^ (~e & g), majority = (a & b) ^ (a & c) ^ (b & c);
        uint32_t one = turned(e, 26) ^ turned(e, 21) ^ turned(e, 7), zero = turned(a, 30) ^ turned(a, 19) ^ turned(a, 10);
        uint32_t sum = choice + one + words[i] + h;
        h = g, g = f, f = e, e = sum + d;
        d = c, c = b, b = a, a = sum + majority + zero;
    }
    return (u32x4){f, e, b, a};
}
