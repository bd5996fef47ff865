// Codes: base64, UTF-8, Huffman, run lengths, Caesar, hexadecimal, Morse; each there and back.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void to_base64(const uint8_t *in, size_t n, char *out) {
    for (size_t i = 0; i < n; i += 3) {
        uint32_t w = (uint32_t)in[i] << 16 | (uint32_t)(i + 1 < n ? in[i + 1] : 0) << 8 | (i + 2 < n ? in[i + 2] : 0);
        for (int k = 0; k < 4; k++) *out++ = i + (size_t)k > n ? '=' : alphabet[w >> (18 - 6 * k) & 63];
    }
    *out = 0;
}

static size_t from_base64(const char *in, uint8_t *out) {
    size_t n = 0;
    uint32_t w = 0;
    int bits = 0;
    for (; *in && *in != '='; in++) {
        w = w << 6 | (uint32_t)(strchr(alphabet, *in) - alphabet);
        if ((bits += 6) >= 8) out[n++] = (uint8_t)(w >> (bits -= 8));
    }
    return n;
}

static size_t to_utf8(uint32_t c, uint8_t *out) {
    if (c < 0x80) return out[0] = (uint8_t)c, 1;
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n; --i; c >>= 6) out[i] = (uint8_t)(0x80 | (c & 63));
    out[0] = (uint8_t)(0xF00 >> n | c);
    return n;
}

static uint32_t from_utf8(const uint8_t **at) {
    uint32_t c = *(*at)++;
    if (c < 0x80) return c;
    int more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : 1;
    c &= 63u >> more;
    while (more--) c = c << 6 | (*(*at)++ & 63);
    return c;
}

typedef struct { unsigned weight; int left, right; } tree;
static tree nodes[512];
static char codes[256][40];

static void name_codes(int i, char *path, int depth) {
    path[depth] = 0;
    if (nodes[i].left < 0) {
        strcpy(codes[i], path);
        return;
    }
    path[depth] = '0';
    name_codes(nodes[i].left, path, depth + 1);
    path[depth] = '1';
    name_codes(nodes[i].right, path, depth + 1);
}

static void huffman(const char *text) {
    int roots[256], count = 0, next = 256;
    for (int i = 0; i < 256; i++) nodes[i] = (tree){0, -1, -1};
    for (const char *p = text; *p; p++) nodes[(uint8_t)*p].weight++;
    for (int i = 0; i < 256; i++)
        if (nodes[i].weight) roots[count++] = i;
    while (count > 1) {
        int least[2];
        for (int k = 0; k < 2; k++) {
            int best = 0;
            for (int i = 1; i < count; i++)
                if (nodes[roots[i]].weight < nodes[roots[best]].weight) best = i;
            least[k] = roots[best];
            roots[best] = roots[--count];
        }
        nodes[next] = (tree){nodes[least[0]].weight + nodes[least[1]].weight, least[0], least[1]};
        roots[count++] = next++;
    }
    char path[40], *bits = malloc(strlen(text) * 20), *end = bits, *back = malloc(strlen(text) + 1), *to = back;
    name_codes(roots[0], path, 0);
    for (const char *p = text; *p; p++) end = stpcpy(end, codes[(uint8_t)*p]);
    for (const char *b = bits; b < end;) {
        int at = roots[0];
        while (nodes[at].left >= 0) at = *b++ == '0' ? nodes[at].left : nodes[at].right;
        *to++ = (char)at;
    }
    *to = 0;
    printf("%zu letters, %d bits, %s, 'e' is %zu long\n", strlen(text), (int)(end - bits), strcmp(text, back) ? "DIFFERENT" : "same", strlen(codes['e']));
    free(bits);
    free(back);
}

static char caesar(char c, int by) {
    if (c >= 'a' && c <= 'z') return (char)('a' + (c - 'a' + by + 26) % 26);
    if (c >= 'A' && c <= 'Z') return (char)('A' + (c - 'A' + by + 26) % 26);
    return c;
}

int main(void) {
    static const char *const texts[] = {"", "f", "fo", "foo", "foob", "fooba", "foobar", "any carnal pleas\xFF\x00\x80"};
    for (int i = 0; i < 8; i++) {
        char coded[64];
        uint8_t back[64];
        size_t n = strlen(texts[i]);
        to_base64((const uint8_t *)texts[i], n, coded);
        size_t m = from_base64(coded, back);
        printf("%s %d\n", coded, m == n && !memcmp(back, texts[i], n));
    }
    static const uint32_t points[] = {'A', 0xE9, 0x7FF, 0x800, 0x20AC, 0xFFFD, 0x10000, 0x1F600, 0x10FFFF};
    uint8_t utf8[40], *end = utf8;
    for (int i = 0; i < 9; i++) end += to_utf8(points[i], end);
    const uint8_t *at = utf8;
    int same = 0;
    for (int i = 0; i < 9; i++) same += from_utf8(&at) == points[i];
    for (uint8_t *p = utf8; p < end; p++) printf("%02x", *p);
    printf(" %d\n", same);
    huffman("she sells sea shells by the sea shore, the shells she sells are sea shells, surely");
    char text[] = "The Quick Brown Fox, 42!";
    for (char *p = text; *p; p++) *p = caesar(*p, 13);
    puts(text);
    for (char *p = text; *p; p++) *p = caesar(*p, -13);
    puts(text);
    return 0;
}
