// Sums of all that stands before, in two passes over a piece for each thread.
// flags: -fopenmp
#include <stdint.h>
#include <stdio.h>
int omp_get_thread_num(void), omp_get_num_threads(void);

enum { N = 10007, MOST = 64 };
static uint64_t values[N], sums[N], totals[MOST + 1];

int main(void) {
    for (int i = 0; i < N; i++) values[i] = (uint64_t)i * i % 911;
#pragma omp parallel num_threads(4)
    {
        int own = omp_get_thread_num(), count = omp_get_num_threads();
        int from = N * own / count, to = N * (own + 1) / count;
        uint64_t sum = 0;
        for (int i = from; i < to; i++) sums[i] = sum += values[i];
        totals[own + 1] = sum;
#pragma omp barrier
#pragma omp single
        for (int i = 1; i <= count; i++) totals[i] += totals[i - 1];
        for (int i = from; i < to; i++) sums[i] += totals[own];
    }
    uint64_t sum = 0, wrong = 0, mix = 0;
    for (int i = 0; i < N; i++) {
        sum += values[i];
        wrong += sums[i] != sum;
        mix = mix * 31 + sums[i];
    }
    printf("%llu %llu %llx\n", (unsigned long long)wrong, (unsigned long long)sum, (unsigned long long)mix);
}
