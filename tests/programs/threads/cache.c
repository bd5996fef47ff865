// A table that many read and few write, behind a lock for readers and writers.
// flags: -pthread
#include <pthread.h>
#include <stdio.h>

enum { KEYS = 3000, THREADS = 4 };
static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static int known[KEYS];
static unsigned long sums[THREADS];

static int steps(unsigned long n) {
    int count = 0;
    for (; n != 1; count++) n = n % 2 ? 3 * n + 1 : n / 2;
    return count;
}

static int look_up(int key) {
    pthread_rwlock_rdlock(&lock);
    int found = known[key];
    pthread_rwlock_unlock(&lock);
    if (found) return found - 1;
    int value = steps((unsigned long)key + 1);
    pthread_rwlock_wrlock(&lock);
    known[key] = value + 1;
    pthread_rwlock_unlock(&lock);
    return value;
}

static void *work(void *argument) {
    long own = (long)argument;
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < KEYS; i++) {
            int key = (int)((i * 7 + own * 751) % KEYS);
            sums[own] += (unsigned long)look_up(key) * (unsigned long)(key + round);
        }
    return NULL;
}

int main(void) {
    pthread_t threads[THREADS];
    for (long i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, work, (void *)i);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        printf("%lu\n", sums[i]);
    }
    printf("%d\n", pthread_rwlock_trywrlock(&lock));
    printf("%d\n", pthread_rwlock_tryrdlock(&lock) != 0);
}
