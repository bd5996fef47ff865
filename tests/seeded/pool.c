// Threads that take tasks from a queue: a mutex, a condition, calls by address.
#include <pthread.h>
#include <stdio.h>

typedef unsigned long (*Task)(unsigned long);

static unsigned long square(unsigned long x) { return x * x + 1; }
static unsigned long mix(unsigned long x) { return (x ^ x >> 7) * 31; }
static unsigned long count(unsigned long x) {
    unsigned long sum = 0;
    for (unsigned long i = 0; i < x % 60; i++) sum += i ^ x;
    return sum;
}
static unsigned long twice(unsigned long x) { return square(mix(x)) + count(x); }
static const Task tasks[] = {square, mix, count, twice, mix, count};

enum { TASKS = 90, THREADS = 3 };
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
static unsigned given, taken;
static unsigned long results[TASKS];

static void *work(void *unused) {
    (void)unused;
    for (;;) {
        pthread_mutex_lock(&mutex);
        while (taken == given && given < TASKS) pthread_cond_wait(&more, &mutex);
        if (taken == TASKS) {
            pthread_mutex_unlock(&mutex);
            return NULL;
        }
        unsigned own = taken++;
        pthread_mutex_unlock(&mutex);
        results[own] = tasks[own % 6](own * 77 + 5);
    }
}

int main(void) {
    pthread_t threads[THREADS];
    int made = 0;
    for (int i = 0; i < THREADS; i++)
        made += pthread_create(&threads[made], NULL, work, NULL) == 0;
    while (given < TASKS) {
        pthread_mutex_lock(&mutex);
        given += given + 3 > TASKS ? TASKS - given : 3;
        pthread_cond_broadcast(&more);
        pthread_mutex_unlock(&mutex);
    }
    // Where there is one processor for all of them, nobody else has begun.
    work(NULL);
    for (int i = 0; i < made; i++) pthread_join(threads[i], NULL);
    unsigned long sum = 0;
    for (int i = 0; i < TASKS; i++) sum = sum * 3 + results[i];
    printf("%lu\n", sum);
}
