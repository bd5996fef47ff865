// What threads hold back, divisions without a result on several at once, and an alarm while all of them are busy or wait.
// flags: -D_GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/time.h>

enum { THREADS = 4, ROUNDS = 200 };

static _Thread_local sigjmp_buf back;
static _Thread_local int caught;
static volatile int ten = 10, zero;

static void leave(int signal) { siglongjmp(back, signal); }

static void *divide(void *argument) {
    for (volatile int i = 0; i < ROUNDS; i++) {
        if (sigsetjmp(back, 1)) {
            caught++;
            continue;
        }
        caught += 1000 * (ten / (i % 2 ? zero : 10));
    }
    return (void *)(long)caught;
}

static atomic_int rung;
static sem_t posted;
static void ring(int signal) {
    rung += signal;
    sem_post(&posted);
}

static void in(long microseconds) {
    struct itimerval timer = {{0, 0}, {0, microseconds}};
    rung = 0;
    setitimer(ITIMER_REAL, &timer, 0);
}

static void *spin(void *argument) {
    while (!rung) {}
    return 0;
}

static void *masks(void *argument) {
    sigset_t set;
    pthread_sigmask(SIG_BLOCK, 0, &set);
    long was = sigismember(&set, SIGUSR1) + 10 * sigismember(&set, SIGUSR2);
    sigfillset(&set);
    pthread_sigmask(SIG_SETMASK, &set, 0);
    return (void *)was;
}

static void *through_sem(void *argument) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    pthread_sigmask(SIG_UNBLOCK, &set, 0);
    while (!rung) {}
    return 0;
}

int main(void) {
    pthread_t threads[THREADS];
    void *result;
    signal(SIGFPE, leave);
    for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], 0, divide, 0);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], &result), printf("%ld\n", (long)result);

    sigset_t set, old;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, &old);
    pthread_create(&threads[0], 0, masks, 0);
    pthread_join(threads[0], &result);
    pthread_sigmask(SIG_SETMASK, 0, &set);
    printf("%ld, %d %d\n", (long)result, sigismember(&set, SIGUSR1), sigismember(&set, SIGUSR2));
    pthread_sigmask(SIG_SETMASK, &old, 0);

    sem_init(&posted, 0, 0);
    signal(SIGALRM, ring);
    in(3000);
    pthread_create(&threads[0], 0, spin, 0);
    pthread_join(threads[0], 0);
    while (sem_wait(&posted)) {}
    printf("rung %d\n", rung);
    in(3000);
    while (sem_wait(&posted)) {}
    printf("posted %d\n", rung);

    // Whoever does not hold it back takes it.
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &set, 0);
    in(3000);
    pthread_create(&threads[0], 0, through_sem, 0);
    pthread_join(threads[0], 0);
    printf("taken %d\n", rung);
    return 0;
}
