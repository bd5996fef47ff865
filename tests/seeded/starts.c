// Threads that begin and end again and again, while what they call rises: who is free, who compiles, and
// memory that one has taken and another gives back.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static _Thread_local unsigned own;

static unsigned step(unsigned x) { return (x << 3) ^ (x >> 5) ^ 0x55; }
static unsigned many(unsigned x) {
    for (int i = 0; i < 30; i++) x = step(x + own);
    return x;
}

static void *run(void *given) {
    unsigned *number = given;
    own = *number;
    unsigned *result = malloc(sizeof *result + *number % 50);
    *result = many(*number);
    free(number);
    return result;
}

int main(void) {
    unsigned sum = 0;
    for (unsigned round = 0; round < 14; round++) {
        pthread_t threads[2];
        for (unsigned i = 0; i < 2; i++) {
            unsigned *number = malloc(sizeof *number);
            *number = round * 2 + i;
            if (pthread_create(&threads[i], NULL, run, number) != 0) return 1;
        }
        for (unsigned i = 0; i < 2; i++) {
            void *result;
            if (pthread_join(threads[i], &result) != 0) return 2;
            sum = sum * 7 + *(unsigned *)result;
            free(result);
        }
        sum += many(round);
    }
    printf("%u %u\n", sum, own);
}
