// Takes and gives back memory at random, and checks that blocks keep their bytes, their
// alignment and their distance from each other. Prints what it finds wrong.
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 88172645463325252u;

static unsigned below(unsigned n) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 33) % n;
}

enum { BLOCKS = 500 };
static unsigned char *block[BLOCKS];
static size_t size[BLOCKS];
static unsigned char mark[BLOCKS];
static int wrong;

static void check(int right, const char *what, int i) {
    if (right) return;
    if (wrong++ < 20) printf("wrong: %s, block %d of %zu\n", what, i, size[i]);
}

static void verify(int i) {
    for (size_t k = 0; k < size[i]; k++)
        if (block[i][k] != mark[i]) {
            check(0, "bytes", i);
            return;
        }
}

static size_t some_size(void) {
    switch (below(10)) {
    case 0: return below(200000);
    case 1: return below(5000);
    case 2: return 0;
    default: return below(200);
    }
}

static void put(int i, unsigned char *p, size_t n) {
    block[i] = p;
    size[i] = n;
    mark[i] = (unsigned char)below(256);
    check(p != 0, "null", i);
    check((uintptr_t)p % 16 == 0, "alignment", i);
    if (p) memset(p, mark[i], n);
}

int main(void) {
    for (int round = 0; round < 100000; round++) {
        int i = (int)below(BLOCKS);
        size_t n = some_size();
        if (!block[i]) {
            switch (below(4)) {
            case 0: {
                unsigned char *p = calloc(n, 1);
                for (size_t k = 0; k < n; k++)
                    if (p[k]) {
                        check(0, "calloc", i);
                        break;
                    }
                put(i, p, n);
                break;
            }
            case 1: {
                size_t align = (size_t)16 << below(9);
                void *p = 0;
                check(posix_memalign(&p, align, n) == 0, "posix_memalign", i);
                check((uintptr_t)p % align == 0, "wide alignment", i);
                put(i, p, n);
                break;
            }
            default: put(i, malloc(n), n);
            }
            check(malloc_usable_size(block[i]) >= n, "usable size", i);
        } else if (below(3) == 0 && n > 0) {
            verify(i);
            unsigned char old = mark[i];
            size_t kept = n < size[i] ? n : size[i];
            unsigned char *p = realloc(block[i], n);
            for (size_t k = 0; k < kept; k++)
                if (p[k] != old) {
                    check(0, "realloc", i);
                    break;
                }
            put(i, p, n);
        } else {
            verify(i);
            free(block[i]);
            block[i] = 0;
        }
    }
    for (int i = 0; i < BLOCKS; i++)
        if (block[i]) {
            verify(i);
            free(block[i]);
        }
    // All is free again, so that a large block fits what was taken.
    void *large = malloc(8 << 20);
    check(large != 0, "joined", 0);
    free(large);
    void *volatile refused = malloc((size_t)-100);
    check(refused == 0, "too large", 0);
    refused = calloc((size_t)1 << 40, (size_t)1 << 40);
    check(refused == 0, "product too large", 0);
    printf("%d wrong\n", wrong);
    return wrong != 0;
}
