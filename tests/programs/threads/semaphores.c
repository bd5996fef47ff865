// A ring with counted room and counted goods, one who fills it and one who empties it.
// flags: -pthread
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>

enum { ROOM = 8, GOODS = 2000 };
static sem_t room, goods;
static unsigned ring[ROOM];

static void *fill(void *argument) {
    unsigned value = 1;
    for (int i = 0; i < GOODS; i++) {
        value = value * 1103515245 + 12345;
        sem_wait(&room);
        ring[i % ROOM] = value;
        sem_post(&goods);
    }
    return argument;
}

int main(void) {
    sem_init(&room, 0, ROOM);
    sem_init(&goods, 0, 0);
    printf("%d %d\n", sem_trywait(&goods), errno == EAGAIN);
    pthread_t thread;
    pthread_create(&thread, NULL, fill, NULL);
    unsigned sum = 0, tries = 0;
    for (int i = 0; i < GOODS; i++) {
        while (sem_wait(&goods) != 0) tries++;
        sum = sum * 31 + ring[i % ROOM];
        sem_post(&room);
    }
    pthread_join(thread, NULL);
    int left, free;
    sem_getvalue(&goods, &left);
    sem_getvalue(&room, &free);
    printf("%u %u, %d and %d\n", sum, tries, left, free);
    sem_destroy(&room);
    sem_destroy(&goods);
}
