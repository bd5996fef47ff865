// Linked lists: building, reversing, sorting, merging, cycles, queues, an arena, skip lists.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct item { struct item *next; int value; } item;
typedef struct link { struct link *before, *after; int value; } link_t;

static item pool[1000];
static int used;

static item *cons(int value, item *next) {
    pool[used] = (item){next, value};
    return &pool[used++];
}

static void show(const item *l) {
    for (; l; l = l->next) printf("%d%c", l->value, l->next ? ' ' : '\n');
}

static item *reverse(item *l) {
    item *done = 0;
    while (l) {
        item *next = l->next;
        l->next = done;
        done = l;
        l = next;
    }
    return done;
}

static item *merge(item *a, item *b) {
    item head, *tail = &head;
    while (a && b) {
        item **least = b->value < a->value ? &b : &a;
        tail = tail->next = *least;
        *least = (*least)->next;
    }
    tail->next = a ? a : b;
    return head.next;
}

static item *sort(item *l) {
    if (!l || !l->next) return l;
    item *slow = l, *fast = l->next;
    while (fast && fast->next) slow = slow->next, fast = fast->next->next;
    item *half = slow->next;
    slow->next = 0;
    return merge(sort(l), sort(half));
}

static void unlink_if(item **l, int (*test)(int)) {
    while (*l)
        if (test((*l)->value)) *l = (*l)->next;
        else l = &(*l)->next;
}

static int is_odd(int x) { return x & 1; }

static int cycle_length(const item *l) {
    const item *slow = l, *fast = l;
    do {
        if (!fast || !fast->next) return 0;
        slow = slow->next, fast = fast->next->next;
    } while (slow != fast);
    int n = 1;
    for (slow = slow->next; slow != fast; slow = slow->next) n++;
    return n;
}

// Counting out every k-th in a ring.
static int survivor(int n, int k) {
    link_t *ring = malloc((size_t)n * sizeof *ring);
    for (int i = 0; i < n; i++) ring[i] = (link_t){&ring[(i + n - 1) % n], &ring[(i + 1) % n], i + 1};
    link_t *at = &ring[n - 1];
    while (n-- > 1) {
        for (int i = 0; i < k; i++) at = at->after;
        at->before->after = at->after;
        at->after->before = at->before;
        at = at->before;
    }
    int last = at->value;
    free(ring);
    return last;
}

enum { LEVELS = 6 };
typedef struct skip { int key; struct skip *next[]; } skip;

int main(void) {
    item *l = 0;
    unsigned seed = 5;
    for (int i = 0; i < 20; i++) l = cons((int)((seed = seed * 1664525u + 1013904223u) >> 24), l);
    show(l);
    l = reverse(l);
    show(l);
    l = sort(l);
    show(l);
    unlink_if(&l, is_odd);
    show(l);
    item *loop = cons(1, cons(2, cons(3, cons(4, 0))));
    printf("%d ", cycle_length(loop));
    loop->next->next->next->next = loop->next;
    printf("%d\n", cycle_length(loop));
    printf("%d %d\n", survivor(41, 3), survivor(100, 7));
    skip *head = calloc(1, sizeof *head + LEVELS * sizeof head->next[0]);
    int inserted = 0, steps = 0;
    for (int i = 0; i < 300; i++) {
        seed = seed * 1664525u + 1013904223u;
        int key = (int)(seed >> 22), level = 1;
        while (level < LEVELS && (seed >> level & 1)) level++;
        skip *update[LEVELS], *at = head;
        for (int k = LEVELS; k--;) {
            while (at->next[k] && at->next[k]->key < key) at = at->next[k], steps++;
            update[k] = at;
        }
        if (at->next[0] && at->next[0]->key == key) continue;
        skip *node = malloc(sizeof *node + (size_t)level * sizeof node->next[0]);
        node->key = key;
        for (int k = 0; k < level; k++) node->next[k] = update[k]->next[k], update[k]->next[k] = node;
        inserted++;
    }
    int count = 0, ordered = 1;
    for (skip *s = head->next[0]; s; s = s->next[0]) count++, ordered &= !s->next[0] || s->key < s->next[0]->key;
    printf("%d %d %d %d\n", inserted, count, ordered, steps);
    return 0;
}
