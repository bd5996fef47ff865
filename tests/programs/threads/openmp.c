// OpenMP: loops of all schedules and widths, reductions, single, critical, ordered, sections, tasks.
// bitcode: -fopenmp
#ifdef _OPENMP
int omp_get_num_threads(void);
#else
static int omp_get_num_threads(void) { return 1; }
#endif
#include <stdio.h>

int main(void) {
    long sum = 0;
#pragma omp parallel for reduction(+ : sum)
    for (int i = 0; i < 100000; i++) sum += i % 7;
    printf("static %ld\n", sum);
    sum = 0;
#pragma omp parallel for schedule(dynamic, 13) reduction(+ : sum)
    for (long i = 10; i < 50000; i += 3) sum += i;
    printf("dynamic %ld\n", sum);
    sum = 0;
#pragma omp parallel for schedule(guided) reduction(+ : sum)
    for (int i = 100000; i > 5; i -= 5) sum += i;
    printf("guided %ld\n", sum);
    sum = 0;
#pragma omp parallel for schedule(static, 7) reduction(+ : sum)
    for (unsigned long i = 0; i < 12345; i++) sum += (long)(i * i % 11);
    printf("chunked %ld\n", sum);
    double product = 1;
    int most = 0;
#pragma omp parallel for reduction(* : product) reduction(max : most)
    for (int i = 1; i <= 20; i++) {
        product *= i;
        if (i * 37 % 41 > most) most = i * 37 % 41;
    }
    printf("%.0f %d\n", product, most);
    int singles = 0, criticals = 0, masters = 0, threads = 0;
#pragma omp parallel
    {
#pragma omp single
        singles++;
#pragma omp critical
        criticals++;
#pragma omp master
        masters++;
#pragma omp barrier
#pragma omp single nowait
        threads = omp_get_num_threads();
    }
    printf("%d %d %d\n", singles, criticals == threads, masters);
#pragma omp parallel for ordered schedule(dynamic)
    for (int i = 0; i < 10; i++) {
#pragma omp ordered
        printf("%d ", i);
    }
    printf("\n");
    int a = 0, b = 0, c = 0, last = -1;
#pragma omp parallel sections
    {
#pragma omp section
        a = 1;
#pragma omp section
        b = 2;
#pragma omp section
        c = 3;
    }
#pragma omp parallel for lastprivate(last)
    for (int i = 0; i < 77; i++) last = i;
    printf("%d %d %d %d\n", a, b, c, last);
    int tasks = 0;
#pragma omp parallel
#pragma omp single
    for (int i = 0; i < 10; i++)
#pragma omp task shared(tasks) firstprivate(i)
    {
#pragma omp atomic
        tasks += i;
    }
    printf("%d\n", tasks);
    int inner = 0;
#pragma omp parallel num_threads(2)
#pragma omp parallel
#pragma omp atomic
    inner++;
    printf("%d\n", inner > 0);
    long values[10];
#pragma omp parallel for firstprivate(sum) if (sum > 1000000000)
    for (int i = 0; i < 10; i++) values[i] = i + (sum != 0);
    printf("%ld\n", values[9]);
    return 0;
}
