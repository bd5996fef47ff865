// Primes by blocks, the small ones first.
// flags: -fopenmp
#include <stdio.h>
#include <string.h>

enum { MOST = 100000, ROOT = 317, BLOCK = 4096 };

int main(void) {
    static char small[ROOT];
    int count = 0, last = 0, primes[ROOT], known = 0;
    for (int i = 2; i < ROOT; i++) {
        if (small[i]) continue;
        primes[known++] = i;
        for (int j = i * i; j < ROOT; j += i) small[j] = 1;
    }
#pragma omp parallel for schedule(guided) reduction(+ : count) reduction(max : last)
    for (int from = 0; from < MOST; from += BLOCK) {
        char marks[BLOCK];
        int to = from + BLOCK < MOST ? from + BLOCK : MOST;
        memset(marks, 0, sizeof marks);
        for (int k = 0; k < known; k++) {
            int p = primes[k], start = (from + p - 1) / p * p;
            for (int j = start > p * p ? start : p * p; j < to; j += p) marks[j - from] = 1;
        }
        for (int i = from < 2 ? 2 : from; i < to; i++)
            if (!marks[i - from]) count++, last = i;
    }
    printf("%d %d\n", count, last);
}
