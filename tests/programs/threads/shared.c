// Threads that share counters behind locks, and have values by key and variables of their own.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>

enum { THREADS = 6, ROUNDS = 2000 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t again = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static long counter, deep;
static _Thread_local long own = 5;
static _Thread_local char zeros[100];
static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int initialised, destroyed;

static void init(void) { initialised++; }

static void destroy(void *value) {
    pthread_mutex_lock(&mutex);
    destroyed += *(int *)value;
    pthread_mutex_unlock(&mutex);
    free(value);
}

static void *work(void *argument) {
    long number = (long)argument;
    pthread_once(&once, init);
    int *value = malloc(sizeof *value);
    *value = 1;
    pthread_setspecific(key, value);
    errno = (int)number;
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&mutex);
        counter += number;
        pthread_mutex_unlock(&mutex);
        pthread_mutex_lock(&again);
        pthread_mutex_lock(&again);
        deep++;
        pthread_mutex_unlock(&again);
        pthread_mutex_unlock(&again);
        own += number;
        zeros[i % 100]++;
        char *p = malloc((size_t)(i % 300) + 1);
        p[0] = (char)i;
        free(p);
    }
    int sum = 0;
    for (int i = 0; i < 100; i++) sum += zeros[i];
    if (errno != (int)number) abort();
    if (number == 3) pthread_exit((void *)(own + sum));
    return (void *)(own + sum);
}

int main(void) {
    pthread_t threads[THREADS];
    pthread_key_create(&key, destroy);
    for (long i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, work, (void *)(i + 1))) return 1;
    for (int i = 0; i < THREADS; i++) {
        void *result;
        if (pthread_join(threads[i], &result)) return 2;
        printf("%d: %ld\n", i, (long)result);
    }
    printf("%ld %ld %ld %d %d\n", counter, deep, own, initialised, destroyed);
    sem_t semaphore;
    sem_init(&semaphore, 0, 2);
    printf("%d %d %d\n", sem_trywait(&semaphore), sem_trywait(&semaphore), sem_trywait(&semaphore));
    return 0;
}
