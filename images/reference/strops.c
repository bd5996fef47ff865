// Twin of modules/strops.rs, on the system's C library.
#include "random.h"
#include <string.h>

enum { WORDS = 64, ROOM = 16 };
static char table[WORDS][ROOM], line[WORDS * ROOM + 1];

static void make(char word[ROOM], uint64_t random) {
    int len = 3 + (int)(random >> 60) % 12;
    for (int i = 0; i < ROOM; i++) word[i] = i < len ? (char)('a' + (random >> (3 * i) & 7)) : 0;
}

uint64_t strops(uint64_t n) {
    uint64_t state = 1, hash = MIX_START;
    for (uint64_t round = 0; round < n; round++) {
        size_t end = 0;
        const char *best = table[0];
        for (int w = 0; w < WORDS; w++) {
            char *text = table[w];
            make(text, next_random(&state));
            size_t len = strlen(text);
            for (size_t i = 0; i < len / 2; i++) {
                char t = text[i];
                text[i] = text[len - 1 - i];
                text[len - 1 - i] = t;
            }
            if (strcmp(text, best) < 0) best = text;
            memcpy(line + end, text, len);
            end += len;
            line[end++] = ' ';
        }
        line[end] = 0;
        hash = mix(hash, (uint64_t)(strstr(line, best) - line));
        uint64_t blanks = 0;
        for (const char *at = strchr(line, ' '); at; at = strchr(at + 1, ' '))
            blanks = blanks * 3 + (uint64_t)(at - line);
        hash = mix(mix(hash, blanks), strlen(line));
    }
    return hash;
}
