// C11 threads: mutexes, once, values by key, atomics.
#include <stdatomic.h>
#include <stdio.h>
#include <threads.h>

static atomic_long total;
static mtx_t mutex;
static long plain;
static once_flag flag = ONCE_FLAG_INIT;
static int calls;
static thread_local int mine;

static void init(void) { calls++; }

static int work(void *argument) {
    int number = *(int *)argument;
    call_once(&flag, init);
    for (int i = 0; i < 10000; i++) {
        atomic_fetch_add(&total, number);
        mine++;
        if (i % 16 == 0) {
            mtx_lock(&mutex);
            plain += number;
            mtx_unlock(&mutex);
        }
    }
    return mine - number;
}

int main(void) {
    thrd_t threads[5];
    int numbers[5];
    mtx_init(&mutex, mtx_plain);
    for (int i = 0; i < 5; i++) {
        numbers[i] = i + 1;
        if (thrd_create(&threads[i], work, &numbers[i]) != thrd_success) return 1;
    }
    for (int i = 0; i < 5; i++) {
        int result;
        thrd_join(threads[i], &result);
        printf("%d %d\n", i, result);
    }
    printf("%ld %ld %d %d\n", (long)total, plain, calls, mine);
    return 0;
}
