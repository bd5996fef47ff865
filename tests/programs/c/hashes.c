// Checksums and hashes: MD5, SHA-1, CRC-32, Adler-32, FNV, SipHash, of known texts.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint32_t left(uint32_t x, unsigned n) { return x << n | x >> (32 - n); }
static uint64_t left64(uint64_t x, unsigned n) { return x << n | x >> (64 - n); }

// Pads to whole blocks of 64 bytes with the length in bits at the end.
static size_t pad(uint8_t *room, const char *text, int big) {
    size_t n = strlen(text), total = (n + 8) / 64 * 64 + 64;
    memset(room, 0, total);
    memcpy(room, text, n);
    room[n] = 0x80;
    for (int i = 0; i < 8; i++) room[total - 8 + (size_t)i] = (uint8_t)((uint64_t)n * 8 >> (big ? 56 - 8 * i : 8 * i));
    return total;
}

static void md5(const char *text) {
    static const unsigned turns[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
    uint8_t room[512];
    size_t n = pad(room, text, 0);
    uint32_t h[4] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476};
    for (size_t b = 0; b < n; b += 64) {
        uint32_t w[16], a = h[0], c = h[2], d = h[3], e = h[1];
        memcpy(w, room + b, 64);
        for (unsigned i = 0; i < 64; i++) {
            uint32_t f = i < 16 ? (e & c) | (~e & d) : i < 32 ? (d & e) | (~d & c) : i < 48 ? e ^ c ^ d : c ^ (e | ~d);
            unsigned g = i < 16 ? i : i < 32 ? (5 * i + 1) % 16 : i < 48 ? (3 * i + 5) % 16 : 7 * i % 16;
            uint32_t k = (uint32_t)floor(fabs(sin(i + 1.0)) * 4294967296.0), t = d;
            d = c;
            c = e;
            e += left(a + f + k + w[g], turns[i / 16][i % 4]);
            a = t;
        }
        h[0] += a, h[1] += e, h[2] += c, h[3] += d;
    }
    printf("md5   ");
    for (int i = 0; i < 16; i++) printf("%02x", h[i / 4] >> (i % 4 * 8) & 255);
    puts("");
}

static void sha1(const char *text) {
    uint8_t room[512];
    size_t n = pad(room, text, 1);
    uint32_t h[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
    for (size_t b = 0; b < n; b += 64) {
        uint32_t w[80], v[5];
        for (int i = 0; i < 16; i++) {
            uint32_t x;
            memcpy(&x, room + b + 4 * i, 4);
            w[i] = __builtin_bswap32(x);
        }
        for (int i = 16; i < 80; i++) w[i] = left(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        memcpy(v, h, sizeof v);
        for (int i = 0; i < 80; i++) {
            uint32_t f = i < 20 ? (v[1] & v[2]) | (~v[1] & v[3]) : i < 40 || i >= 60 ? v[1] ^ v[2] ^ v[3] : (v[1] & v[2]) | (v[1] & v[3]) | (v[2] & v[3]);
            static const uint32_t k[] = {0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xCA62C1D6};
            uint32_t t = left(v[0], 5) + f + v[4] + k[i / 20] + w[i];
            v[4] = v[3], v[3] = v[2], v[2] = left(v[1], 30), v[1] = v[0], v[0] = t;
        }
        for (int i = 0; i < 5; i++) h[i] += v[i];
    }
    printf("sha1  %08x%08x%08x%08x%08x\n", h[0], h[1], h[2], h[3], h[4]);
}

static uint32_t crc(const char *text) {
    static uint32_t table[256];
    if (!table[1])
        for (uint32_t i = 0; i < 256; i++) {
            uint32_t c = i;
            for (int k = 0; k < 8; k++) c = c & 1 ? 0xEDB88320 ^ c >> 1 : c >> 1;
            table[i] = c;
        }
    uint32_t c = ~0u;
    while (*text) c = table[(c ^ (uint8_t)*text++) & 255] ^ c >> 8;
    return ~c;
}

static uint32_t adler(const char *text) {
    uint32_t a = 1, b = 0;
    while (*text) a = (a + (uint8_t)*text++) % 65521, b = (b + a) % 65521;
    return b << 16 | a;
}

static uint64_t sip(const char *text, uint64_t k0, uint64_t k1) {
    uint64_t v0 = k0 ^ 0x736F6D6570736575, v1 = k1 ^ 0x646F72616E646F6D, v2 = k0 ^ 0x6C7967656E657261, v3 = k1 ^ 0x7465646279746573;
    size_t n = strlen(text), at = 0;
    for (int last = 0; !last;) {
        uint64_t m = 0;
        size_t part = n - at < 8 ? n - at : 8;
        memcpy(&m, text + at, part);
        last = part < 8;
        if (last) m |= (uint64_t)n << 56;
        at += part;
        v3 ^= m;
        for (int i = 0; i < (last ? 6 : 2); i++) {
            if (last && i == 2) v0 ^= m, v2 ^= 255;
            v0 += v1, v1 = left64(v1, 13) ^ v0, v0 = left64(v0, 32);
            v2 += v3, v3 = left64(v3, 16) ^ v2;
            v0 += v3, v3 = left64(v3, 21) ^ v0;
            v2 += v1, v1 = left64(v1, 17) ^ v2, v2 = left64(v2, 32);
        }
        if (!last) v0 ^= m;
    }
    return v0 ^ v1 ^ v2 ^ v3;
}

int main(void) {
    static const char *const texts[] = {"", "abc", "The quick brown fox jumps over the lazy dog",
        "exactly fifty-five bytes of text to test the padding...", "a text that is longer than a single block of sixty-four bytes, so that two of them are needed"};
    for (int i = 0; i < 5; i++) {
        md5(texts[i]);
        sha1(texts[i]);
        uint64_t fnv = 14695981039346656037u;
        for (const char *p = texts[i]; *p; p++) fnv = (fnv ^ (uint8_t)*p) * 1099511628211u;
        printf("crc %08x adler %08x fnv %016lx sip %016lx\n", crc(texts[i]), adler(texts[i]), fnv, sip(texts[i], 0x0706050403020100, 0x0F0E0D0C0B0A0908));
    }
    return 0;
}
