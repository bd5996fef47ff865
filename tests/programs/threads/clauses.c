// Whose a variable is: private, first, last, of a thread, copied in, copied to all; sections, ordered.
// flags: -fopenmp
#include <stdio.h>
int omp_get_thread_num(void), omp_get_num_threads(void);

static int mine = 7;
#pragma omp threadprivate(mine)
static int order[100], at;

int main(void) {
    int first = 5, last = 0, own = 1, wrong = 0, shared = 0;
#pragma omp parallel for firstprivate(first) lastprivate(last) private(own) schedule(static, 3)
    for (int i = 0; i < 100; i++) {
        own = i;
        first += own;
        last = own * 2;
    }
    printf("%d %d %d\n", first, last, own);

    mine = 11;
#pragma omp parallel copyin(mine) reduction(+ : wrong)
    {
        wrong += mine != 11;
        mine += omp_get_thread_num();
#pragma omp barrier
        wrong += mine != 11 + omp_get_thread_num();
    }
    printf("%d %d\n", mine, wrong);

#pragma omp parallel private(own) reduction(+ : wrong)
    {
#pragma omp single copyprivate(own)
        own = 123;
        wrong += own != 123;
#pragma omp masked
        shared = 9;
#pragma omp barrier
        wrong += shared != 9;
    }
    printf("%d\n", wrong);

    int done[5] = {0};
#pragma omp parallel sections lastprivate(last)
    {
#pragma omp section
        done[0] = last = 1;
#pragma omp section
        done[1] = last = 2;
#pragma omp section
        done[2] = last = 3;
#pragma omp section
        done[3] = last = 4;
    }
    printf("%d %d %d %d %d\n", done[0], done[1], done[2], done[3], last);

#pragma omp parallel for ordered schedule(dynamic, 2)
    for (int i = 0; i < 100; i++) {
        int square = i * i % 57;
#pragma omp ordered
        order[at++] = i * 100 + square;
    }
    for (int i = 0; i < 100; i++) wrong += order[i] != i * 100 + i * i % 57;
    printf("%d %d\n", at, wrong);

    long sum = 0;
#pragma omp parallel for if (at > 1000) reduction(+ : sum)
    for (long i = 10; i > -10; i -= 3) sum += i;
#pragma omp parallel for schedule(runtime) reduction(+ : sum)
    for (unsigned char c = 250; c > 3; c -= 5) sum += c;
    printf("%ld\n", sum);
}
