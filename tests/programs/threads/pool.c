// A pool of C11 threads that do what is handed in and answer through futures.
// flags: -pthread
#include <stdio.h>
#include <stdlib.h>
#include <threads.h>

enum { THREADS = 3, JOBS = 60 };
typedef struct job {
    struct job *next;
    int argument;
    long answer;
    int done;
} job;
static mtx_t lock;
static cnd_t wanted, answered;
static job *first, **last = &first;
static int closed;
static thread_local int done_here;
static once_flag once = ONCE_FLAG_INIT;
static tss_t own;

static void prepare(void) { tss_create(&own, free); }

static long partitions(int n, int most) {
    if (n == 0) return 1;
    long sum = 0;
    for (int part = most < n ? most : n; part > 0; part--) sum += partitions(n - part, part);
    return sum;
}

static int serve(void *argument) {
    call_once(&once, prepare);
    tss_set(own, calloc(1, sizeof(int)));
    mtx_lock(&lock);
    for (;;) {
        while (!first && !closed) cnd_wait(&wanted, &lock);
        job *j = first;
        if (!j) break;
        first = j->next;
        if (!first) last = &first;
        mtx_unlock(&lock);
        long answer = partitions(j->argument, j->argument);
        ++*(int *)tss_get(own);
        done_here++;
        mtx_lock(&lock);
        j->answer = answer;
        j->done = 1;
        cnd_broadcast(&answered);
    }
    mtx_unlock(&lock);
    return done_here == *(int *)tss_get(own) ? done_here : -1000;
}

int main(void) {
    mtx_init(&lock, mtx_plain);
    cnd_init(&wanted);
    cnd_init(&answered);
    static job jobs[JOBS];
    thrd_t threads[THREADS];
    for (int i = 0; i < JOBS; i++) {
        jobs[i].argument = i % 20 + 1;
        *last = &jobs[i];
        last = &jobs[i].next;
    }
    closed = 1;
    for (int i = 0; i < THREADS; i++) thrd_create(&threads[i], serve, NULL);
    long sum = 0;
    mtx_lock(&lock);
    for (int i = 0; i < JOBS; i++) {
        while (!jobs[i].done) cnd_wait(&answered, &lock);
        sum = (sum * 31 + jobs[i].answer) % 1000003;
    }
    mtx_unlock(&lock);
    int served = 0, result;
    for (int i = 0; i < THREADS; i++) {
        thrd_join(threads[i], &result);
        served += result;
    }
    printf("%ld %d\n", sum, served);
}
