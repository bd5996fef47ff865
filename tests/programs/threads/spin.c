// Locks that are turned at: the library's, one of a flag, and one of tickets. As many threads as processors:
// on top of one that has a ticket another would wait for it.
// flags: -pthread
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

enum { MOST = 4, ROUNDS = 6000 };
static long threads_here;
static pthread_spinlock_t library;
static atomic_flag flag = ATOMIC_FLAG_INIT;
static atomic_uint next_ticket, now_served;
static long counts[3];

static void *work(void *argument) {
    for (long i = (long)argument; i < ROUNDS; i += threads_here) {
        pthread_spin_lock(&library);
        counts[0] += i;
        pthread_spin_unlock(&library);

        while (atomic_flag_test_and_set_explicit(&flag, memory_order_acquire)) sched_yield();
        counts[1] ^= counts[1] << 1 ^ 1;
        atomic_flag_clear_explicit(&flag, memory_order_release);

        unsigned own = atomic_fetch_add_explicit(&next_ticket, 1, memory_order_relaxed);
        while (atomic_load_explicit(&now_served, memory_order_acquire) != own) sched_yield();
        counts[2] = counts[2] * 3 + 1;
        atomic_store_explicit(&now_served, own + 1, memory_order_release);
    }
    return NULL;
}

int main(void) {
    pthread_spin_init(&library, PTHREAD_PROCESS_PRIVATE);
    threads_here = sysconf(_SC_NPROCESSORS_ONLN) < MOST ? sysconf(_SC_NPROCESSORS_ONLN) : MOST;
    pthread_t threads[MOST];
    for (long i = 0; i < threads_here; i++) pthread_create(&threads[i], NULL, work, (void *)i);
    for (int i = 0; i < threads_here; i++) pthread_join(threads[i], NULL);
    printf("%ld %lx %lx\n", counts[0], counts[1], counts[2]);
    printf("%u %u\n", next_ticket, now_served);
    printf("%d", pthread_spin_trylock(&library));
    printf(" %d\n", pthread_spin_trylock(&library) != 0);
}
