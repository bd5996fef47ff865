// Work that is stolen: a thread takes the youngest piece of its own, or the oldest of another (after Chase
// and Lev, 2005), until all have been done.
// flags: -pthread
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>

enum { THREADS = 4, ROOM = 1024, LEAF = 40 };
typedef struct {
    atomic_long top, bottom;
    _Atomic unsigned long pieces[ROOM];
} deque;
static deque deques[THREADS];
static atomic_long open_pieces = 1;
static _Atomic unsigned long sum;

static void push(deque *d, unsigned long piece) {
    long b = atomic_load_explicit(&d->bottom, memory_order_relaxed);
    atomic_store_explicit(&d->pieces[b % ROOM], piece, memory_order_relaxed);
    atomic_store_explicit(&d->bottom, b + 1, memory_order_release);
}

static unsigned long take(deque *d) {
    long b = atomic_load_explicit(&d->bottom, memory_order_relaxed) - 1;
    atomic_store(&d->bottom, b);
    long t = atomic_load(&d->top);
    if (t > b) {
        atomic_store(&d->bottom, b + 1);
        return 0;
    }
    unsigned long piece = atomic_load_explicit(&d->pieces[b % ROOM], memory_order_relaxed);
    if (t == b) {
        if (!atomic_compare_exchange_strong(&d->top, &t, t + 1)) piece = 0;
        atomic_store(&d->bottom, b + 1);
    }
    return piece;
}

static unsigned long steal(deque *d) {
    long t = atomic_load(&d->top), b = atomic_load(&d->bottom);
    if (t >= b) return 0;
    unsigned long piece = atomic_load_explicit(&d->pieces[t % ROOM], memory_order_relaxed);
    return atomic_compare_exchange_strong(&d->top, &t, t + 1) ? piece : 0;
}

// A piece is a range: its beginning, and its length, which is never 0.
static void *work(void *argument) {
    int own = (int)(long)argument;
    while (atomic_load(&open_pieces) > 0) {
        unsigned long piece = take(&deques[own]);
        for (int i = 1; !piece && i < THREADS; i++) piece = steal(&deques[(own + i) % THREADS]);
        if (!piece) {
            sched_yield();
            continue;
        }
        unsigned long from = piece >> 32, length = piece & 0xffffffff;
        if (length > LEAF) {
            atomic_fetch_add(&open_pieces, 2);
            push(&deques[own], from << 32 | length / 2);
            push(&deques[own], (from + length / 2) << 32 | (length - length / 2));
        } else {
            unsigned long part = 0;
            for (unsigned long i = from; i < from + length; i++) part += i * i % 1009;
            atomic_fetch_add(&sum, part);
        }
        atomic_fetch_sub(&open_pieces, 1);
    }
    return NULL;
}

int main(void) {
    push(&deques[0], 60000);
    pthread_t threads[THREADS];
    for (long i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, work, (void *)i);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    printf("%lu %ld\n", sum, open_pieces);
}
