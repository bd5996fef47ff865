// Readers who look again when a writer came between, and never see halves.
// flags: -pthread
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

enum { WRITES = 4000, READERS = 3 };
static atomic_uint number;
static _Atomic unsigned long words[4];
static atomic_int over;

static void *read_all(void *argument) {
    unsigned long wrong = 0, last = 0;
    int go_on = 1;
    while (go_on) {
        go_on = !atomic_load(&over);
        unsigned before = atomic_load_explicit(&number, memory_order_acquire);
        if (before % 2) continue;
        unsigned long seen[4];
        for (int i = 0; i < 4; i++) seen[i] = atomic_load_explicit(&words[i], memory_order_relaxed);
        atomic_thread_fence(memory_order_acquire);
        if (atomic_load_explicit(&number, memory_order_relaxed) != before) continue;
        for (int i = 1; i < 4; i++) wrong += seen[i] != seen[0] * (unsigned long)(i + 1);
        wrong += seen[0] < last;
        last = seen[0];
    }
    return (void *)(wrong * 1000000 + last);
}

static void *write_all(void *argument) {
    for (unsigned long n = 1; n <= WRITES; n++) {
        atomic_fetch_add_explicit(&number, 1, memory_order_relaxed);
        atomic_thread_fence(memory_order_release);
        for (unsigned long i = 0; i < 4; i++)
            atomic_store_explicit(&words[i], n * (i + 1), memory_order_relaxed);
        atomic_fetch_add_explicit(&number, 1, memory_order_release);
    }
    atomic_store(&over, 1);
    return argument;
}

int main(void) {
    pthread_t writer, readers[READERS];
    pthread_create(&writer, NULL, write_all, NULL);
    for (int i = 0; i < READERS; i++) pthread_create(&readers[i], NULL, read_all, NULL);
    pthread_join(writer, NULL);
    for (int i = 0; i < READERS; i++) {
        void *result;
        pthread_join(readers[i], &result);
        printf("%lu\n", (unsigned long)result);
    }
}
