// All threads allocate, grow and free at once, and give each other what they made.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 4, ROUNDS = 1500, KEPT = 32 };

static char *shared[KEPT];

static void *work(void *argument) {
    unsigned x = (unsigned)(long)argument * 77 + 5;
    long wrong = 0;
    for (int i = 0; i < ROUNDS; i++) {
        x = x * 1664525 + 1013904223;
        size_t size = 2 + (x >> 8) % 600;
        char *p = malloc(size);
        memset(p, (int)(size % 251) + 1, size - 1);
        p[size - 1] = 0;
        if (x >> 30 == 0) {
            p = realloc(p, size * 3);
            wrong += strlen(p) != size - 1;
        }
        char *other = __atomic_exchange_n(&shared[x % KEPT], p, __ATOMIC_ACQ_REL);
        if (other) {
            char first = other[0];
            for (char *q = other; *q; q++) wrong += *q != first;
            free(other);
        }
    }
    return (void *)wrong;
}

int main(void) {
    pthread_t threads[THREADS];
    long wrong = 0;
    for (long i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, work, (void *)i);
    for (int i = 0; i < THREADS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        wrong += (long)result;
    }
    for (int i = 0; i < KEPT; i++) free(shared[i]);
    printf("wrong %ld\n", wrong);
    return 0;
}
