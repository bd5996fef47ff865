// Queens on a board, a task for each place of the first two.
// flags: -fopenmp
#include <stdio.h>

static long count(int n, int row, unsigned columns, unsigned left, unsigned right) {
    if (row == n) return 1;
    long sum = 0;
    for (unsigned free = ~(columns | left | right) & ((1u << n) - 1); free; free &= free - 1) {
        unsigned one = free & -free;
        sum += count(n, row + 1, columns | one, (left | one) << 1, (right | one) >> 1);
    }
    return sum;
}

int main(void) {
    for (int n = 4; n <= 9; n++) {
        long sum = 0;
#pragma omp parallel
#pragma omp single
        for (int a = 0; a < n; a++)
            for (int b = 0; b < n; b++) {
                if (a == b || a == b + 1 || a + 1 == b) continue;
#pragma omp task firstprivate(a, b) shared(sum)
                {
                    unsigned x = 1u << a, y = 1u << b;
                    long part = count(n, 2, x | y, (x << 1 | y) << 1, (x >> 1 | y) >> 1);
#pragma omp atomic
                    sum += part;
                }
            }
        printf("%d: %ld\n", n, sum);
    }
}
