// A table that many read and some change: locks for readers and writers, spin locks, semaphores.
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>

enum { THREADS = 5, ROUNDS = 400 };

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;
static sem_t permits;
static long a = 1, b = -1, torn, spun, inside, crowded;

static void *work(void *argument) {
    long number = (long)argument;
    for (int i = 0; i < ROUNDS; i++) {
        if (i % 8 == number % 8) {
            pthread_rwlock_wrlock(&lock);
            a += number;
            b -= number;
            pthread_rwlock_unlock(&lock);
        } else {
            pthread_rwlock_rdlock(&lock);
            if (a + b != 0) __atomic_add_fetch(&torn, 1, __ATOMIC_RELAXED);
            pthread_rwlock_unlock(&lock);
        }
        pthread_spin_lock(&spin);
        spun++;
        pthread_spin_unlock(&spin);
        sem_wait(&permits);
        if (__atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST) > 2) crowded = 1;
        __atomic_sub_fetch(&inside, 1, __ATOMIC_SEQ_CST);
        sem_post(&permits);
    }
    return (void *)(number * number);
}

int main(void) {
    pthread_t threads[THREADS];
    long squares = 0;
    pthread_spin_init(&spin, 0);
    sem_init(&permits, 0, 2);
    for (long i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, work, (void *)i);
    for (int i = 0; i < THREADS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        squares += (long)result;
    }
    int left;
    sem_getvalue(&permits, &left);
    printf("%ld %ld torn %ld spun %ld squares %ld crowded %ld left %d\n", a, b, torn, spun, squares, crowded, left);
    return 0;
}
