// A queue of one place between two threads: conditions, and a wait that ends by its time.
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t full = PTHREAD_COND_INITIALIZER, empty = PTHREAD_COND_INITIALIZER;
static int place, taken = 1;

static void *consume(void *argument) {
    long sum = 0;
    for (int i = 0; i < 300; i++) {
        pthread_mutex_lock(&mutex);
        while (taken) pthread_cond_wait(&full, &mutex);
        sum += place;
        taken = 1;
        pthread_cond_signal(&empty);
        pthread_mutex_unlock(&mutex);
    }
    *(long *)argument = sum;
    return NULL;
}

int main(void) {
    long sum = 0;
    pthread_t thread;
    pthread_create(&thread, NULL, consume, &sum);
    for (int i = 0; i < 300; i++) {
        pthread_mutex_lock(&mutex);
        while (!taken) pthread_cond_wait(&empty, &mutex);
        place = i;
        taken = 0;
        pthread_cond_signal(&full);
        pthread_mutex_unlock(&mutex);
    }
    pthread_join(thread, NULL);
    struct timespec soon;
    clock_gettime(CLOCK_REALTIME, &soon);
    soon.tv_nsec += 5000000;
    if (soon.tv_nsec >= 1000000000) soon.tv_sec++, soon.tv_nsec -= 1000000000;
    pthread_mutex_lock(&mutex);
    int error = pthread_cond_timedwait(&full, &mutex, &soon);
    while (error == 0) error = pthread_cond_timedwait(&full, &mutex, &soon);
    printf("%ld %d\n", sum, error == ETIMEDOUT);
    return 0;
}
