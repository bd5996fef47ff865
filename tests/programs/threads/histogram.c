// Counting in three ways: atomically, in critical sections, and each for himself.
// flags: -fopenmp
#include <stdio.h>
#include <string.h>

enum { BINS = 32, N = 20000 };

static int bin(int i) { return (int)((unsigned)i * 2654435761u >> 9) % BINS * ((unsigned)i % 3) / 2; }

int main(void) {
    int atomic[BINS] = {0}, critical[BINS] = {0}, merged[BINS] = {0};
#pragma omp parallel for
    for (int i = 0; i < N; i++) {
#pragma omp atomic
        atomic[bin(i)]++;
    }
#pragma omp parallel for schedule(guided)
    for (int i = 0; i < N; i++) {
#pragma omp critical(counting)
        critical[bin(i)]++;
    }
#pragma omp parallel
    {
        int own[BINS] = {0};
#pragma omp for nowait
        for (int i = 0; i < N; i++) own[bin(i)]++;
#pragma omp critical
        for (int b = 0; b < BINS; b++) merged[b] += own[b];
    }
    printf("%d %d\n", memcmp(atomic, critical, sizeof atomic), memcmp(atomic, merged, sizeof atomic));
    for (int b = 0; b < BINS; b++) printf("%d ", merged[b]);
    int old = 0, last = 0;
#pragma omp parallel for firstprivate(old) lastprivate(last)
    for (int i = 0; i < 100; i++) {
#pragma omp atomic capture
        { old = merged[0]; merged[0] += 2; }
        last = i + (old & 0);
    }
#pragma omp atomic read
    old = merged[0];
    printf("\n%d %d\n", old, last);
}
