// Pairs of malloc and free from one thread and from two at once. Each line: name, threads, pairs a
// microsecond of all together, the best of some batches. A batch for which there was a thread too few (a
// processor may be compiling) does not count.
#include <omp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { KEPT = 256, PAIRS = 400000, BATCHES = 7 };

static void work(uint32_t seed, int most) {
    char *kept[KEPT] = {0};
    for (int i = 0; i < PAIRS; i++) {
        seed = seed * 1664525 + 1013904223;
        char **slot = &kept[seed >> 24];
        free(*slot);
        *slot = malloc((seed >> 8) % (uint32_t)most + 1);
        if (!*slot) abort();
        **slot = (char)i;
    }
    for (int i = 0; i < KEPT; i++) free(kept[i]);
}

static void timed(const char *name, int most, int threads) {
    double best = 1e9;
    for (int batch = 0; batch < BATCHES;) {
        int team = 0;
        double start = omp_get_wtime();
#pragma omp parallel num_threads(threads)
        {
            if (omp_get_thread_num() == 0) team = omp_get_num_threads();
            work((uint32_t)omp_get_thread_num() * 77 + 1, most);
        }
        double time = omp_get_wtime() - start;
        if (team != threads) continue;
        batch++;
        if (time < best) best = time;
    }
    printf("%s %d %.3f\n", name, threads, PAIRS * (double)threads / best * 1e-6);
}

int main(void) {
    for (int threads = 1; threads <= 2; threads++) {
        timed("small", 256, threads);
        timed("mixed", 4000, threads);
    }
}
