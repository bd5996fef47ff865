// Who sleeps, or waits while an alarm rings all the time, lets threads run that have no processor.
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <unistd.h>

static sem_t posted;
static volatile int done;

static void ring(int signal) { (void)signal; }

static void *post(void *unused) {
    sem_post(&posted);
    return unused;
}

static void *finish(void *unused) {
    usleep(2000);
    __atomic_store_n(&done, 1, __ATOMIC_RELEASE);
    return unused;
}

int main(void) {
    pthread_t thread;
    sem_init(&posted, 0, 0);
    signal(SIGALRM, ring);
    struct itimerval often = {{0, 2000}, {0, 2000}}, never = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &often, NULL);
    pthread_create(&thread, NULL, post, NULL);
    while (sem_wait(&posted)) continue;
    puts("posted");
    pthread_join(thread, NULL);
    setitimer(ITIMER_REAL, &never, NULL);
    pthread_create(&thread, NULL, finish, NULL);
    while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE)) usleep(1000);
    puts("finished");
    pthread_join(thread, NULL);
    return 0;
}
