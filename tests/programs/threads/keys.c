// Values by key with destructors that set others, and what runs once.
// flags: -pthread
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { THREADS = 4 };
static pthread_key_t first, second;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static atomic_int ran, ended, rounds;

static void end_first(void *value) {
    atomic_fetch_add(&ended, *(int *)value);
    pthread_setspecific(second, value);
}

static void end_second(void *value) {
    atomic_fetch_add(&rounds, 1);
    free(value);
}

static void prepare(void) {
    atomic_fetch_add(&ran, 1);
    pthread_key_create(&first, end_first);
    pthread_key_create(&second, end_second);
}

static void *work(void *argument) {
    pthread_once(&once, prepare);
    int *own = malloc(sizeof *own);
    *own = (int)(long)argument * 100;
    pthread_setspecific(first, own);
    for (int i = 0; i < 1000; i++) *(int *)pthread_getspecific(first) += 1;
    if (*own % 3 == 0) pthread_exit(NULL);
    return pthread_getspecific(second);
}

int main(void) {
    pthread_t threads[THREADS];
    for (long i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, work, (void *)i);
    for (int i = 0; i < THREADS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        printf("%d\n", result == NULL);
    }
    printf("%d %d %d\n", ran, ended, rounds);
    printf("%d\n", pthread_getspecific(first) == NULL);
    printf("%d %d\n", pthread_key_delete(first), pthread_key_delete(first) != 0);
}
