// A red-black tree (left-leaning), checked after each change, against a sorted array.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct node { struct node *child[2]; int key, red; } node;

static int is_red(const node *n) { return n && n->red; }

static node *rotate(node *n, int to) {
    node *up = n->child[!to];
    n->child[!to] = up->child[to];
    up->child[to] = n;
    up->red = n->red;
    n->red = 1;
    return up;
}

static void flip(node *n) { n->red ^= 1, n->child[0]->red ^= 1, n->child[1]->red ^= 1; }

static node *fix(node *n) {
    if (is_red(n->child[1]) && !is_red(n->child[0])) n = rotate(n, 0);
    if (is_red(n->child[0]) && is_red(n->child[0]->child[0])) n = rotate(n, 1);
    if (is_red(n->child[0]) && is_red(n->child[1])) flip(n);
    return n;
}

static node *insert(node *n, int key) {
    if (!n) {
        n = calloc(1, sizeof *n);
        n->key = key;
        n->red = 1;
        return n;
    }
    if (key != n->key) {
        int side = key > n->key;
        n->child[side] = insert(n->child[side], key);
    }
    return fix(n);
}

static node *lean_left(node *n) {
    flip(n);
    if (is_red(n->child[1]->child[0])) {
        n->child[1] = rotate(n->child[1], 1);
        n = rotate(n, 0);
        flip(n);
    }
    return n;
}

static node *lean_right(node *n) {
    flip(n);
    if (is_red(n->child[0]->child[0])) {
        n = rotate(n, 1);
        flip(n);
    }
    return n;
}

static node *drop_least(node *n) {
    if (!n->child[0]) return free(n), (node *)0;
    if (!is_red(n->child[0]) && !is_red(n->child[0]->child[0])) n = lean_left(n);
    n->child[0] = drop_least(n->child[0]);
    return fix(n);
}

static node *drop(node *n, int key) {
    if (key < n->key) {
        if (!is_red(n->child[0]) && !is_red(n->child[0]->child[0])) n = lean_left(n);
        n->child[0] = drop(n->child[0], key);
        return fix(n);
    }
    if (is_red(n->child[0])) n = rotate(n, 1);
    if (key == n->key && !n->child[1]) return free(n), (node *)0;
    if (!is_red(n->child[1]) && !is_red(n->child[1]->child[0])) n = lean_right(n);
    if (key == n->key) {
        node *least = n->child[1];
        while (least->child[0]) least = least->child[0];
        n->key = least->key;
        n->child[1] = drop_least(n->child[1]);
    } else n->child[1] = drop(n->child[1], key);
    return fix(n);
}

// Black height, or -1 where a rule is broken.
static int check(const node *n, int low, int high) {
    if (!n) return 0;
    if (n->key <= low || n->key >= high || is_red(n->child[1]) || (n->red && is_red(n->child[0]))) return -1;
    int l = check(n->child[0], low, n->key), r = check(n->child[1], n->key, high);
    return l < 0 || l != r ? -1 : l + !n->red;
}

static int count(const node *n) { return n ? 1 + count(n->child[0]) + count(n->child[1]) : 0; }

static int contains(const node *n, int key) {
    while (n && n->key != key) n = n->child[key > n->key];
    return n != 0;
}

int main(void) {
    node *root = 0;
    static char present[600];
    unsigned seed = 3;
    int members = 0, broken = 0, differ = 0, tallest = 0;
    for (int i = 0; i < 4000; i++) {
        seed = seed * 1664525u + 1013904223u;
        int key = (int)(seed >> 8) % 600;
        if (contains(root, key) != present[key]) differ++;
        if (present[key]) {
            if (!is_red(root->child[0]) && !is_red(root->child[1])) root->red = 1;
            root = drop(root, key);
            members--;
        } else {
            root = insert(root, key);
            members++;
        }
        if (root) root->red = 0;
        present[key] ^= 1;
        int black = check(root, -1, 600);
        if (black > tallest) tallest = black;
        broken += black < 0 || (i % 100 == 0 && count(root) != members);
    }
    printf("%d members, %d broken, %d differ, black height %d\n", members, broken, differ, tallest);
    return broken + differ;
}
