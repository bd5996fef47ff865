// Regions of OpenMP: loops of all schedules, a reduction, a critical section, tasks, a barrier.
#include <omp.h>
#include <stdio.h>

static int values[64];

__attribute__((noinline)) static int next(int x) { return (x * 1103 + 12345) & 0xffff; }

static int fibonacci(int n) {
    if (n < 2) return n;
    int a, b;
#pragma omp task shared(a)
    a = fibonacci(n - 1);
    b = fibonacci(n - 2);
#pragma omp taskwait
    return a + b;
}

int main(void) {
    long sum = 0, product = 0;
    int fib = 0, in_order = 0;
    for (int round = 0; round < 3; round++) {
#pragma omp parallel
        {
#pragma omp for schedule(dynamic, 5)
            for (int i = 0; i < 64; i++) values[i] = next(values[i] + i);
#pragma omp for schedule(static, 3) reduction(+ : sum)
            for (int i = 0; i < 64; i++) sum += next(values[i]);
#pragma omp for schedule(guided) ordered
            for (int i = 0; i < 12; i++) {
#pragma omp ordered
                in_order = in_order * 5 % 10007 + i;
            }
#pragma omp critical
            product += omp_get_thread_num() * 0 + 1;
#pragma omp barrier
#pragma omp single
            fib = fibonacci(6);
        }
    }
    printf("%ld %d %d %d\n", sum, fib, in_order, product > 0);
}
