// A thread more than there are processors, while others wait for each other's locks: one that waits a while holds
// what the thread without a processor needs, and must not have it put on top of itself. And one that is on top of
// another has not got that one's streams.
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 64, MILLISECONDS = 1000000 };

static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER, inner = PTHREAD_MUTEX_INITIALIZER;
static atomic_int inner_held, outer_held;
static int sum;

static long long now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

// Awake for so long, or until the flag is set.
static void busy(long long ns, atomic_int *flag) {
    long long start = now();
    while (now() - start < ns && !(flag && *flag));
}

// Holds the inner lock while it computes.
static void *holder(void *unused) {
    (void)unused;
    pthread_mutex_lock(&inner);
    inner_held = 1;
    busy(200 * MILLISECONDS, NULL);
    pthread_mutex_unlock(&inner);
    return NULL;
}

// Holds the outer lock while it waits for the inner one.
static void *between(void *unused) {
    (void)unused;
    pthread_mutex_lock(&outer);
    outer_held = 1;
    busy(100 * MILLISECONDS, &inner_held);
    pthread_mutex_lock(&inner);
    sum += 1;
    pthread_mutex_unlock(&inner);
    pthread_mutex_unlock(&outer);
    return NULL;
}

// Those that keep the other processors.
static void *filler(void *unused) {
    busy(200 * MILLISECONDS, NULL);
    return unused;
}

// Needs what the one between holds.
static void *last(void *unused) {
    (void)unused;
    pthread_mutex_lock(&outer);
    sum += 10;
    pthread_mutex_unlock(&outer);
    return NULL;
}

static void *taker(void *taken) {
    *(int *)taken = ftrylockfile(stderr) == 0;
    return NULL;
}

int main(void) {
    int processors = (int)sysconf(_SC_NPROCESSORS_ONLN);
    int threads = processors < 3 ? 3 : processors > MOST ? MOST : processors;
    pthread_t made[MOST];
    pthread_create(&made[0], NULL, between, NULL);
    busy(100 * MILLISECONDS, &outer_held);
    pthread_create(&made[1], NULL, holder, NULL);
    for (int i = 2; i < threads; i++) pthread_create(&made[i], NULL, i + 1 < threads ? filler : last, NULL);
    busy(150 * MILLISECONDS, NULL);
    for (int i = 0; i < threads; i++) pthread_join(made[i], NULL);
    printf("%d\n", sum);
    int taken = -1;
    flockfile(stderr);
    pthread_create(&made[0], NULL, taker, &taken);
    pthread_join(made[0], NULL);
    funlockfile(stderr);
    printf("%d\n", taken);
    return 0;
}
