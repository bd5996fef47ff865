// Accounts with a lock each, taken in order of address: money moves, and none is lost. As many threads as
// processors: one that waits while it holds a lock is to have no other on top of it.
// flags: -pthread
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

enum { ACCOUNTS = 16, MOST = 4, MOVES = 8000 };
static long threads_here;
static struct {
    pthread_mutex_t lock;
    long money;
    int moves;
} accounts[ACCOUNTS];

static void *move(void *argument) {
    for (long i = (long)argument; i < MOVES; i += threads_here) {
        unsigned seed = (unsigned)i * 2654435761u + 12345;
        seed ^= seed >> 15;
        seed *= 2246822519u;
        int a = seed >> 28, b = seed >> 24 & 15;
        if (a == b) continue;
        int low = a < b ? a : b, high = a < b ? b : a;
        pthread_mutex_lock(&accounts[low].lock);
        pthread_mutex_lock(&accounts[high].lock);
        long sum = seed >> 8 & 63;
        accounts[a].money -= sum;
        accounts[b].money += sum;
        accounts[a].moves++;
        pthread_mutex_unlock(&accounts[high].lock);
        pthread_mutex_unlock(&accounts[low].lock);
    }
    return NULL;
}

int main(void) {
    for (int i = 0; i < ACCOUNTS; i++) {
        pthread_mutex_init(&accounts[i].lock, NULL);
        accounts[i].money = 1000 + i;
    }
    threads_here = sysconf(_SC_NPROCESSORS_ONLN) < MOST ? sysconf(_SC_NPROCESSORS_ONLN) : MOST;
    pthread_t threads[MOST];
    for (long i = 0; i < threads_here; i++) pthread_create(&threads[i], NULL, move, (void *)i);
    for (int i = 0; i < threads_here; i++) pthread_join(threads[i], NULL);
    long all = 0;
    int moves = 0;
    for (int i = 0; i < ACCOUNTS; i++) {
        printf("%d: %ld after %d\n", i, accounts[i].money, accounts[i].moves);
        all += accounts[i].money;
        moves += accounts[i].moves;
    }
    printf("%ld after %d\n", all, moves);
}
