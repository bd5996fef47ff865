// Waits that end by their time, and one that does not.
// flags: -pthread
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <time.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int ready;

static struct timespec in_ms(long ms) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_nsec += ms * 1000000;
    t.tv_sec += t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    return t;
}

static const char *text(int error) {
    return error == 0 ? "in time" : error == ETIMEDOUT ? "too late" : error == EINVAL ? "no time" : "?";
}

static void *signal_later(void *argument) {
    struct timespec moment = {0, 3000000};
    nanosleep(&moment, NULL);
    pthread_mutex_lock(&lock);
    ready = 1;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    return argument;
}

int main(void) {
    struct timespec soon = in_ms(5);
    pthread_mutex_lock(&lock);
    int error = 0;
    while (!ready && error == 0) error = pthread_cond_timedwait(&changed, &lock, &soon);
    printf("nobody: %s\n", text(error));
    soon = in_ms(5);
    soon.tv_nsec = 1000000000;
    printf("no moment: %s\n", text(pthread_cond_timedwait(&changed, &lock, &soon)));

    pthread_t thread;
    pthread_create(&thread, NULL, signal_later, &soon);
    struct timespec late = in_ms(30000);
    error = 0;
    while (!ready && error == 0) error = pthread_cond_timedwait(&changed, &lock, &late);
    printf("somebody: %s\n", text(error));
    pthread_mutex_unlock(&lock);
    void *result;
    pthread_join(thread, &result);
    printf("%d\n", result == &soon);

    sem_t empty;
    sem_init(&empty, 0, 1);
    soon = in_ms(4);
    printf("semaphore: %d", sem_timedwait(&empty, &soon));
    printf(" %d", sem_timedwait(&empty, &soon));
    printf(" %s\n", text(errno));
    pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;
    pthread_rwlock_wrlock(&table);
    pthread_rwlock_unlock(&table);
    soon = in_ms(1000);
    printf("readers: %s\n", text(pthread_rwlock_timedrdlock(&table, &soon)));
}
