// Five philosophers who put the first fork back when the second is taken.
// flags: -pthread
#include <pthread.h>
#include <sched.h>
#include <stdio.h>

enum { SEATS = 5, MEALS = 300 };
static pthread_mutex_t forks[SEATS];
static int meals[SEATS], eats[SEATS], wrong;

static void *dine(void *argument) {
    int own = (int)(long)argument, next = (own + 1) % SEATS;
    while (meals[own] < MEALS) {
        pthread_mutex_lock(&forks[own]);
        if (pthread_mutex_trylock(&forks[next]) == 0) {
            eats[own] = 1;
            if (eats[next] || eats[(own + SEATS - 1) % SEATS]) wrong++;
            meals[own]++;
            eats[own] = 0;
            pthread_mutex_unlock(&forks[next]);
        }
        pthread_mutex_unlock(&forks[own]);
        sched_yield();
    }
    return NULL;
}

int main(void) {
    pthread_t threads[SEATS];
    for (int i = 0; i < SEATS; i++) pthread_mutex_init(&forks[i], NULL);
    for (long i = 0; i < SEATS; i++) pthread_create(&threads[i], NULL, dine, (void *)i);
    for (int i = 0; i < SEATS; i++) pthread_join(threads[i], NULL);
    for (int i = 0; i < SEATS; i++) printf("%d ", meals[i]);
    printf("wrong %d\n", wrong);
}
