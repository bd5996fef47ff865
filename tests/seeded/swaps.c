// Processors in the same functions, of which each calls others, by name and by address, while all of them
// change their code; a counter that all add to, and a word that two wait on in turn.
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

static atomic_uint total;

static unsigned leaf(unsigned x) { return x * 5 + 3; }
static unsigned other(unsigned x) { return x ^ 0x1234; }
static unsigned (*volatile chosen[])(unsigned) = {leaf, other, leaf, other};
static unsigned branch(unsigned x) { return chosen[x % 4](x) + leaf(x); }
static unsigned deep(unsigned n, unsigned x) { return n == 0 ? branch(x) : deep(n - 1, branch(x)) + n; }

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turned = PTHREAD_COND_INITIALIZER;
static unsigned turn;

static void *run(void *given) {
    unsigned number = (unsigned)(unsigned long)given;
    for (unsigned i = 0; i < 40; i++) {
        atomic_fetch_add(&total, deep(4, number * 100 + i) & 0xff);
        if (i % 8 == 0) {
            pthread_mutex_lock(&mutex);
            while (turn % 2 != number) pthread_cond_wait(&turned, &mutex);
            turn++;
            pthread_cond_broadcast(&turned);
            pthread_mutex_unlock(&mutex);
        }
    }
    return NULL;
}

int main(void) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, run, (void *)1) != 0) return 1;
    run((void *)0);
    pthread_join(thread, NULL);
    printf("%u %u\n", atomic_load(&total), turn);
}
