// OpenMP: private, first and last values, regions of many variables, locks, critical sections with names,
// atomic updates, thread-private variables, copies, collapsed and nested loops.
// bitcode: -fopenmp
#include <stdio.h>
#ifdef _OPENMP
#include <omp.h>
#else
typedef int omp_lock_t;
static void omp_init_lock(int *l) { *l = 0; }
static void omp_set_lock(int *l) { (void)l; }
static void omp_unset_lock(int *l) { (void)l; }
static void omp_destroy_lock(int *l) { (void)l; }
static int omp_get_thread_num(void) { return 0; }
#endif

static int own = 3;
#pragma omp threadprivate(own)

static double matrix(void) {
    static double a[40][40], b[40][40], c[40][40];
    for (int i = 0; i < 1600; i++) a[i / 40][i % 40] = i % 13, b[i / 40][i % 40] = i % 7 - 3;
#pragma omp parallel for collapse(2)
    for (int i = 0; i < 40; i++)
        for (int j = 0; j < 40; j++) {
            double sum = 0;
            for (int k = 0; k < 40; k++) sum += a[i][k] * b[k][j];
            c[i][j] = sum;
        }
    double sum = 0;
    for (int i = 0; i < 1600; i++) sum += c[i / 40][i % 40] * (i % 3);
    return sum;
}

static long fib(int n) {
    if (n < 2) return n;
    long a, b;
#pragma omp task shared(a)
    a = fib(n - 1);
#pragma omp task shared(b)
    b = fib(n - 2);
#pragma omp taskwait
    return a + b;
}

int main(void) {
    int first = 10, last = 0, count = 0, named = 0, histogram[8] = {0};
    omp_lock_t lock;
    omp_init_lock(&lock);
#pragma omp parallel for firstprivate(first) lastprivate(last)
    for (int i = 0; i < 1000; i++) {
        last = i * first;
#pragma omp atomic
        histogram[i * 7 % 8]++;
        omp_set_lock(&lock);
        count++;
        omp_unset_lock(&lock);
#pragma omp critical(name)
        named += i % 2;
    }
    omp_destroy_lock(&lock);
    printf("%d %d %d", last, count, named);
    for (int i = 0; i < 8; i++) printf(" %d", histogram[i]);
    int a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7, h = 8, i = 9, j = 10, k = 11, l = 12, m = 13, n = 14, o = 15;
    int p = 16, q = 17, r = 18, s = 19, t = 20, u = 21, v = 22, w = 23, x = 24, y = 25, z = 26, A = 27, B = 28, C = 29;
    long sum = 0;
#pragma omp parallel for reduction(+ : sum)
    for (int at = 0; at < 100; at++)
        sum += at * (a + b * c - d + e * f - g + h * i - j + k * l - m + n * o - p + q * r - s + t * u - v + w * x - y +
                     z * A - B + C);
    printf("\n%ld\n", sum);
    a = b = c = d = 0;
#pragma omp parallel copyin(own)
    {
        own += omp_get_thread_num();
#pragma omp single copyprivate(own)
        own = 42;
#pragma omp critical
        c += own == 42 ? 0 : 1;
    }
    printf("%d %d %.1f\n", own, c, matrix());
    long result;
#pragma omp parallel
#pragma omp single
    result = fib(15);
    printf("fib %ld\n", result);
    sum = 0;
#pragma omp parallel for reduction(+ : sum)
    for (int outer = 0; outer < 8; outer++) {
        long inner = 0;
#pragma omp parallel for reduction(+ : inner)
        for (int at = 0; at < 50; at++) inner += at * outer;
        sum += inner;
    }
    printf("nested %ld\n", sum);
    return 0;
}
