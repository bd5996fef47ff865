// A thread more than there are processors, which all others wait for: most sleep again and again, the first one waits.
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <unistd.h>

enum { MOST = 64 };
static sem_t over;
static int done;

static void *sleeper(void *unused) {
    while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE)) usleep(1000);
    sem_post(&over);
    return unused;
}

static void *finish(void *unused) {
    __atomic_store_n(&done, 1, __ATOMIC_RELEASE);
    return unused;
}

int main(void) {
    pthread_t made[MOST];
    int processors = (int)sysconf(_SC_NPROCESSORS_ONLN), threads = processors < MOST ? processors : MOST;
    sem_init(&over, 0, 0);
    for (int i = 0; i < threads; i++) pthread_create(&made[i], NULL, i + 1 < threads ? sleeper : finish, NULL);
    for (int i = 0; i + 1 < threads; i++)
        while (sem_wait(&over)) continue;
    for (int i = 0; i < threads; i++) pthread_join(made[i], NULL);
    puts("over");
    return 0;
}
