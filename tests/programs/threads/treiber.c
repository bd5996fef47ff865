// A stack after Treiber (1986): top and a count in one word of 16 bytes, so that a top that has gone and come
// back is not taken for one that stayed.
// flags: -pthread -mcx16
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

enum { NODES = 64, THREADS = 4, ROUNDS = 2500 };
typedef unsigned __int128 wide;
typedef struct node {
    struct node *next;
    unsigned long value;
} node;
static node nodes[NODES];
static wide full, empty;
static unsigned long sums[THREADS];

static node *top(wide w) { return (node *)(uintptr_t)w; }
static wide word(node *n, wide old) { return ((old >> 64) + 1) << 64 | (uintptr_t)n; }

static void push(wide *stack, node *n) {
    wide old = __atomic_load_n(stack, __ATOMIC_ACQUIRE);
    do n->next = top(old);
    while (!__atomic_compare_exchange_n(stack, &old, word(n, old), 1, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE));
}

static node *pop(wide *stack) {
    wide old = __atomic_load_n(stack, __ATOMIC_SEQ_CST);
    while (top(old) && !__atomic_compare_exchange_n(stack, &old, word(top(old)->next, old), 0,
                                                    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
    return top(old);
}

static void *work(void *argument) {
    unsigned long own = (unsigned long)argument;
    for (unsigned long i = 0; i < ROUNDS; i++) {
        node *n = pop(&empty);
        if (n) {
            n->value = own * ROUNDS + i;
            push(&full, n);
        }
        node *m = pop(&full);
        if (m) {
            sums[own] += m->value;
            push(&empty, m);
        }
        if (!n) sums[own] += own * ROUNDS + i;
    }
    return NULL;
}

int main(void) {
    for (int i = 0; i < NODES; i++) push(&empty, &nodes[i]);
    pthread_t threads[THREADS];
    for (unsigned long i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, work, (void *)i);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    unsigned long sum = 0, count = 0;
    for (node *n; (n = pop(&full));) sum += n->value, push(&empty, n);
    for (int i = 0; i < THREADS; i++) sum += sums[i];
    while (pop(&empty)) count++;
    printf("%lu %lu\n", sum, count);

    wide w = (wide)7 << 64 | 9, all = ~(wide)0, x;
    __atomic_store_n(&w, w + 1, __ATOMIC_SEQ_CST);
    __atomic_store_n(&w, w * 3, __ATOMIC_RELEASE);
#define SHOW(e) x = e, printf("%016lx%016lx\n", (uint64_t)(x >> 64), (uint64_t)x)
    SHOW(__atomic_fetch_add(&w, all >> 3, __ATOMIC_SEQ_CST));
    SHOW(__atomic_fetch_sub(&w, (wide)1 << 90, __ATOMIC_RELAXED));
    SHOW(__atomic_fetch_and(&w, all / 5 * 3, __ATOMIC_ACQ_REL));
    SHOW(__atomic_fetch_or(&w, all / 17, __ATOMIC_SEQ_CST));
    SHOW(__atomic_fetch_xor(&w, all / 7, __ATOMIC_SEQ_CST));
    SHOW(__atomic_fetch_nand(&w, all / 3, __ATOMIC_SEQ_CST));
    SHOW(__atomic_exchange_n(&w, 5, __ATOMIC_SEQ_CST));
    SHOW(__atomic_load_n(&w, __ATOMIC_RELAXED));
}
