// What regions and barriers of two and of four threads cost. Each line: name, threads, nanoseconds, the
// median of some batches. A batch for which there was a thread too few does not count.
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

enum { BATCHES = 15, ROUNDS = 1000 };

static int threads_seen;

static void fork_and_join(int threads) {
    for (int i = 0; i < ROUNDS; i++) {
#pragma omp parallel num_threads(threads)
        {
            if (omp_get_thread_num() == 0) threads_seen = omp_get_num_threads();
        }
    }
}

static void barriers(int threads) {
#pragma omp parallel num_threads(threads)
    {
        if (omp_get_thread_num() == 0) threads_seen = omp_get_num_threads();
        for (int i = 0; i < ROUNDS; i++) {
#pragma omp barrier
        }
    }
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void timed(const char *name, void (*run)(int), int threads) {
    double times[BATCHES];
    run(threads);
    for (int batch = 0; batch < BATCHES;) {
        double start = omp_get_wtime();
        run(threads);
        double time = (omp_get_wtime() - start) * 1e9 / ROUNDS;
        if (threads_seen == threads) times[batch++] = time;
    }
    qsort(times, BATCHES, sizeof *times, compare);
    printf("%s %d %.1f\n", name, threads, times[BATCHES / 2]);
}

int main(void) {
    for (int threads = 2; threads <= 4; threads *= 2) {
        timed("fork-join", fork_and_join, threads);
        timed("barrier", barriers, threads);
    }
}
