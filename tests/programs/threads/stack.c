// A stack without locks, of nodes with numbers against reuse.
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>

enum { THREADS = 4, NODES = 64, ROUNDS = 3000 };

typedef struct { uint32_t top, times; } head;
static _Atomic(head) first;
static uint32_t after[NODES + 1];
static _Atomic long taken;

static void push(uint32_t node) {
    head old = atomic_load(&first), new;
    do {
        after[node] = old.top;
        new = (head){node, old.times + 1};
    } while (!atomic_compare_exchange_weak(&first, &old, new));
}

static uint32_t pop(void) {
    head old = atomic_load(&first), new;
    do {
        if (!old.top) return 0;
        new = (head){__atomic_load_n(&after[old.top], __ATOMIC_RELAXED), old.times + 1};
    } while (!atomic_compare_exchange_weak(&first, &old, new));
    return old.top;
}

static void *work(void *argument) {
    for (int i = 0; i < ROUNDS; i++) {
        uint32_t node = pop();
        if (!node) continue;
        atomic_fetch_add(&taken, node);
        atomic_fetch_sub(&taken, node);
        push(node);
    }
    return argument;
}

int main(void) {
    pthread_t threads[THREADS];
    for (uint32_t i = 1; i <= NODES; i++) push(i);
    for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, work, NULL);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    int count = 0;
    long sum = 0;
    for (uint32_t node; (node = pop());) count++, sum += node;
    printf("%d %ld %ld\n", count, sum, atomic_load(&taken));
    return 0;
}
