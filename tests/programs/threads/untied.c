// flags: -fopenmp
// Tasks that are not tied to a thread come in parts, one after each place where another may be run.
#include <stdio.h>

static int fibonacci(int n) {
    int a, b;
    if (n < 2) return n;
#pragma omp task untied shared(a) firstprivate(n)
    a = fibonacci(n - 1);
#pragma omp task untied shared(b) firstprivate(n)
    b = fibonacci(n - 2);
#pragma omp taskwait
    return a + b;
}

static long steps[16];

// Each part sees what the one before has left.
static void in_parts(int number) {
#pragma omp task untied firstprivate(number)
    {
        long own = number;
        for (int i = 0; i < 4; i++) {
#pragma omp task untied firstprivate(i) shared(own)
            {
                own = own * 3 + i;
                own ^= 5;
            }
#pragma omp taskwait
            own += 100;
        }
        steps[number] = own;
    }
}

int main(void) {
    int result = 0;
    long sum = 0;
#pragma omp parallel
    {
#pragma omp single
        {
            result = fibonacci(15);
            for (int i = 0; i < 16; i++) in_parts(i);
#pragma omp taskwait
        }
    }
    for (int i = 0; i < 16; i++) sum = sum * 7 + steps[i];
    printf("%d %ld\n", result, sum);
}
