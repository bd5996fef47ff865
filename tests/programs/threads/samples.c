// Sorting by samples: pieces are sorted, their parts exchanged, and merged by whoever owns the range.
// flags: -fopenmp
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N = 6000, PIECES = 6 };
static unsigned values[N], sorted[N];
static int starts[PIECES][PIECES + 1];

static int compare(const void *a, const void *b) {
    unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
    return (x > y) - (x < y);
}

int main(void) {
    for (unsigned i = 0; i < N; i++) values[i] = (i * 2654435761u ^ i << 7) % 100003;
    unsigned samples[PIECES * PIECES], cuts[PIECES - 1];
    const int size = N / PIECES;
#pragma omp parallel
    {
#pragma omp for schedule(dynamic)
        for (int p = 0; p < PIECES; p++) {
            qsort(values + p * size, size, sizeof *values, compare);
            for (int s = 0; s < PIECES; s++) samples[p * PIECES + s] = values[p * size + s * size / PIECES];
        }
#pragma omp single
        {
            qsort(samples, PIECES * PIECES, sizeof *samples, compare);
            for (int c = 1; c < PIECES; c++) cuts[c - 1] = samples[c * PIECES];
        }
#pragma omp for
        for (int p = 0; p < PIECES; p++) {
            int at = p * size;
            for (int c = 0; c < PIECES; c++) {
                starts[p][c] = at;
                while (c < PIECES - 1 && at < (p + 1) * size && values[at] < cuts[c]) at++;
            }
            starts[p][PIECES] = (p + 1) * size;
        }
#pragma omp for schedule(static, 1)
        for (int c = 0; c < PIECES; c++) {
            int before = 0, length = 0;
            for (int p = 0; p < PIECES; p++) before += starts[p][c] - p * size;
            for (int p = 0; p < PIECES; p++) {
                int own = starts[p][c + 1] - starts[p][c];
                memcpy(sorted + before + length, values + starts[p][c], (size_t)own * sizeof *values);
                length += own;
            }
            qsort(sorted + before, (size_t)length, sizeof *sorted, compare);
        }
    }
    unsigned long mix = 0;
    int wrong = 0;
    for (int i = 0; i < N; i++) {
        mix = mix * 31 + sorted[i];
        wrong += i > 0 && sorted[i - 1] > sorted[i];
    }
    printf("%d %lx %u %u\n", wrong, mix, sorted[0], sorted[N - 1]);
}
