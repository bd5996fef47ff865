// Threads that go through phases together: barriers, and a grid that each reads of its neighbours.
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

enum { MOST = 2, CELLS = 512, STEPS = 60 };

static double now[CELLS + 2], next[CELLS + 2];
static pthread_barrier_t barrier;
static int threads, serial;

static void *work(void *argument) {
    int number = (int)(long)argument;
    int from = 1 + CELLS * number / threads, to = 1 + CELLS * (number + 1) / threads;
    for (int step = 0; step < STEPS; step++) {
        for (int i = from; i < to; i++) next[i] = (now[i - 1] + 2 * now[i] + now[i + 1]) / 4;
        if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD) serial++;
        for (int i = from; i < to; i++) now[i] = next[i];
        pthread_barrier_wait(&barrier);
    }
    return NULL;
}

int main(void) {
    // As many as there are processors: all of them must run at once.
    threads = sysconf(_SC_NPROCESSORS_ONLN) < MOST ? 1 : MOST;
    for (int i = 1; i <= CELLS; i++) now[i] = i % 37;
    pthread_barrier_init(&barrier, NULL, threads);
    pthread_t others[MOST];
    for (long i = 1; i < threads; i++) pthread_create(&others[i], NULL, work, (void *)i);
    work((void *)0);
    for (int i = 1; i < threads; i++) pthread_join(others[i], NULL);
    pthread_barrier_destroy(&barrier);
    double sum = 0;
    for (int i = 1; i <= CELLS; i++) sum += now[i] * i;
    printf("%.9f %d\n", sum, serial);
    return 0;
}
