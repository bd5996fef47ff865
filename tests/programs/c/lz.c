// Compression by back references found with a hash of three bytes, and its inverse.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOW = 4096, LEAST = 3, MOST = 18 };

// Groups of eight items behind a byte of flags: a literal, or 12 bits of distance and 4 of length.
static size_t compress(const uint8_t *in, size_t n, uint8_t *out) {
    static int last[4096];
    memset(last, -1, sizeof last);
    size_t at = 0, len = 0, flags = 0;
    int bit = 8;
    while (at < n) {
        if (bit == 8) flags = len, out[len++] = 0, bit = 0;
        size_t best = 0, distance = 0;
        if (at + LEAST <= n) {
            unsigned h = (in[at] * 2654435761u ^ in[at + 1] * 40503u ^ in[at + 2] * 97u) & 4095;
            int from = last[h];
            if (from >= 0 && at - (size_t)from <= WINDOW) {
                while (best < MOST && at + best < n && in[(size_t)from + best] == in[at + best]) best++;
                distance = at - (size_t)from;
            }
            last[h] = (int)at;
        }
        if (best >= LEAST) {
            out[flags] |= (uint8_t)(1 << bit);
            unsigned code = (unsigned)(distance - 1) << 4 | (unsigned)(best - LEAST);
            out[len++] = (uint8_t)(code >> 8);
            out[len++] = (uint8_t)code;
            at += best;
        } else out[len++] = in[at++];
        bit++;
    }
    return len;
}

static size_t expand(const uint8_t *in, size_t n, uint8_t *out) {
    size_t at = 0, len = 0;
    while (at < n) {
        unsigned flags = in[at++];
        for (int bit = 0; bit < 8 && at < n; bit++) {
            if (flags >> bit & 1) {
                unsigned code = (unsigned)in[at] << 8 | in[at + 1];
                at += 2;
                size_t distance = (code >> 4) + 1, count = (code & 15) + LEAST;
                for (; count--; len++) out[len] = out[len - distance];
            } else out[len++] = in[at++];
        }
    }
    return len;
}

static size_t run_lengths(const uint8_t *in, size_t n, uint8_t *out) {
    size_t len = 0;
    for (size_t i = 0; i < n;) {
        size_t run = 1;
        while (i + run < n && run < 255 && in[i + run] == in[i]) run++;
        out[len++] = (uint8_t)run;
        out[len++] = in[i];
        i += run;
    }
    return len;
}

int main(void) {
    static uint8_t in[20000], packed[45000], out[20000];
    static const char *const words[] = {"grow ", "to ", "shrink ", "image ", "boot ", "the ", "kernel\n", "snapshot "};
    for (int kind = 0; kind < 4; kind++) {
        size_t n = 0;
        uint32_t seed = 1;
        while (n < 15000) {
            seed = seed * 1664525u + 1013904223u;
            if (kind == 0) n += (size_t)sprintf((char *)in + n, "%s", words[seed >> 29]);
            else {
                in[n] = (uint8_t)(kind == 1 ? seed >> 24 : kind == 2 ? n / 700 : seed >> 30 ? 'a' + n % 5 : seed >> 20);
                n++;
            }
        }
        size_t len = compress(in, n, packed), back = expand(packed, len, out);
        uint32_t sum = 0;
        for (size_t i = 0; i < len; i++) sum = sum * 31 + packed[i];
        printf("%zu -> %zu -> %zu %s %08x, runs %zu\n", n, len, back, back == n && !memcmp(in, out, n) ? "same" : "DIFFERENT", sum, run_lengths(in, n, packed));
    }
    return 0;
}
