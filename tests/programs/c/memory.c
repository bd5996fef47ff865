// Memory from the heap: many sizes, growing, aligned, linked structures, reuse.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct tree { struct tree *left, *right; int key; char text[]; } tree;

static tree *insert(tree *t, int key) {
    if (!t) {
        char name[16];
        int n = snprintf(name, sizeof name, "node%d", key);
        t = malloc(sizeof *t + (size_t)n + 1);
        t->left = t->right = 0;
        t->key = key;
        strcpy(t->text, name);
    } else if (key < t->key) t->left = insert(t->left, key);
    else if (key > t->key) t->right = insert(t->right, key);
    return t;
}

static int height(const tree *t) {
    if (!t) return 0;
    int l = height(t->left), r = height(t->right);
    return 1 + (l > r ? l : r);
}

static size_t letters(const tree *t) { return t ? strlen(t->text) + letters(t->left) + letters(t->right) : 0; }

static void drop(tree *t) {
    if (!t) return;
    drop(t->left);
    drop(t->right);
    free(t);
}

typedef struct { int *items; size_t len, room; } list;

static void append(list *l, int x) {
    if (l->len == l->room) {
        l->room = l->room ? l->room * 2 : 4;
        l->items = realloc(l->items, l->room * sizeof *l->items);
    }
    l->items[l->len++] = x;
}

static uint32_t seed = 99;
static uint32_t next(void) { return (seed = seed * 1664525u + 1013904223u) >> 8; }

int main(void) {
    tree *root = 0;
    for (int i = 0; i < 2000; i++) root = insert(root, (int)(next() % 5000));
    printf("%d %zu\n", height(root), letters(root));
    drop(root);
    list l = {0};
    for (int i = 0; i < 10000; i++) append(&l, i * i);
    unsigned sum = 0;
    for (size_t i = 0; i < l.len; i++) sum += (unsigned)l.items[i];
    printf("%zu %zu %u\n", l.len, l.room, sum);
    free(l.items);

    enum { N = 200 };
    static unsigned char *blocks[N];
    static size_t sizes[N];
    int wrong = 0;
    for (int round = 0; round < 20000; round++) {
        int i = (int)(next() % N);
        if (blocks[i]) {
            for (size_t k = 0; k < sizes[i]; k += 7) wrong += blocks[i][k] != (unsigned char)i;
            if (next() % 2) {
                free(blocks[i]);
                blocks[i] = 0;
            } else {
                size_t size = next() % 500 + 1;
                blocks[i] = realloc(blocks[i], size);
                sizes[i] = size;
                memset(blocks[i], i, size);
            }
        } else {
            sizes[i] = next() % (next() % 50 ? 200 : 20000);
            blocks[i] = next() % 3 ? malloc(sizes[i]) : calloc(sizes[i], 1);
            memset(blocks[i], i, sizes[i]);
        }
    }
    printf("%d\n", wrong);
    for (int i = 0; i < N; i++) free(blocks[i]);
    int zero = 1;
    unsigned char *clear = calloc(1000, 10);
    for (int i = 0; i < 10000; i++) zero &= clear[i] == 0;
    free(clear);
    void *aligned = aligned_alloc(256, 1024), *page = 0;
    int failed = posix_memalign(&page, 4096, 100);
    printf("%d %d %d %d\n", zero, (int)((uintptr_t)aligned % 256), failed, (int)((uintptr_t)page % 4096));
    free(aligned);
    free(page);
    char **lines = malloc(50 * sizeof *lines);
    for (int i = 0; i < 50; i++) {
        lines[i] = malloc((size_t)i + 1);
        memset(lines[i], 'a' + i % 26, (size_t)i);
        lines[i][i] = 0;
    }
    size_t total = 0;
    for (int i = 0; i < 50; i++) {
        total += strlen(lines[i]);
        free(lines[i]);
    }
    free(lines);
    free(0);
    printf("%zu\n", total);
    return 0;
}
