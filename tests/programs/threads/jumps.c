// Threads that jump: each has its own buffers and comes back to its own calls, while others do.
#include <pthread.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

enum { THREADS = 6, ROUNDS = 3000 };

static _Thread_local jmp_buf back;
static _Thread_local unsigned passed;

__attribute__((noinline)) static void deep(int depth, int value) {
    passed++;
    if (depth == 0)
        longjmp(back, value);
    deep(depth - 1, value);
    passed--;
}

static int compare(const void *a, const void *b) {
    int left = *(const int *)a, right = *(const int *)b;
    if (left == right)
        longjmp(back, 99);
    return left - right;
}

static void *work(void *argument) {
    volatile unsigned long sum = 0;
    int number = *(const int *)argument;
    for (volatile int round = 0; round < ROUNDS; round++) {
        int got = setjmp(back);
        if (got == 0)
            deep((round + number) % 9, round + 1);
        sum += (unsigned long)got * (unsigned)number;
    }
    int numbers[] = {5, 3, 8, 1, number, 9, number};
    int got = setjmp(back);
    if (got == 0)
        qsort(numbers, sizeof numbers / sizeof *numbers, sizeof *numbers, compare);
    sum += (unsigned)got + passed;
    unsigned long *result = malloc(sizeof *result);
    *result = sum;
    // Out of calls that were never come back to.
    if (number % 2 && setjmp(back) == 0)
        pthread_exit(result);
    return result;
}

int main(void) {
    pthread_t threads[THREADS];
    int numbers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i + 1;
        if (pthread_create(&threads[i], NULL, work, &numbers[i]))
            return 1;
    }
    // The first waits in the middle of a call that it comes back to.
    volatile int joined = 0;
    int code = setjmp(back);
    while (joined < THREADS) {
        void *result;
        pthread_join(threads[joined], &result);
        printf("%d: %lu\n", joined, *(unsigned long *)result);
        free(result);
        joined++;
        if (joined % 2)
            deep(3, joined);
    }
    printf("%d %u\n", code, passed);
    return 0;
}
