// Atomic structures: of 16 bytes, and of 24, for which there is no instruction.
// flags: -pthread -latomic
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

enum { THREADS = 4, ROUNDS = 1000 };
typedef struct {
    long a, b;
} pair;
typedef struct {
    long a, b, c;
} three;
static _Atomic pair pairs;
static _Atomic three threes;
static unsigned __int128 number;

static void *work(void *argument) {
    long wrong = 0;
    for (int i = 0; i < ROUNDS; i++) {
        pair p = atomic_load(&pairs), q;
        do q = (pair){p.a + 1, p.b - 2};
        while (!atomic_compare_exchange_weak(&pairs, &p, q));
        wrong += p.b != -2 * p.a;
        three t = atomic_load(&threes), u;
        do u = (three){t.a + 1, t.b + 3, t.c + t.a};
        while (!atomic_compare_exchange_strong(&threes, &t, u));
        wrong += t.b != 3 * t.a;
        __atomic_fetch_add(&number, ((unsigned __int128)1 << 64) + 3, __ATOMIC_SEQ_CST);
    }
    return (void *)wrong;
}

int main(void) {
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, work, NULL);
    long wrong = 0;
    for (int i = 0; i < THREADS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        wrong += (long)result;
    }
    pair p = atomic_exchange(&pairs, ((pair){1, 2}));
    three t = atomic_load(&threes);
    atomic_store(&threes, ((three){4, 5, 6}));
    printf("%ld %ld, %ld %ld %ld, wrong %ld\n", p.a, p.b, t.a, t.b, t.c, wrong);
    p = atomic_load(&pairs);
    t = atomic_exchange(&threes, ((three){7, 8, 9}));
    printf("%ld %ld, %ld %ld %ld\n", p.a, p.b, t.a, t.b, t.c);
    printf("%ld %ld\n", (long)(number >> 64), (long)number);
}
