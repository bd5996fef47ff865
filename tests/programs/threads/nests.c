// Locks of OpenMP, simple and nested, and regions within regions.
// flags: -fopenmp
#include <omp.h>
#include <stdio.h>

static omp_lock_t lock;
static omp_nest_lock_t nest;
static long count, deep;

static void descend(int levels) {
    omp_set_nest_lock(&nest);
    deep++;
    if (levels > 1) descend(levels - 1);
    omp_unset_nest_lock(&nest);
}

int main(void) {
    omp_init_lock(&lock);
    omp_init_nest_lock(&nest);
    long tried = 0;
#pragma omp parallel for schedule(dynamic, 10) reduction(+ : tried)
    for (int i = 0; i < 1000; i++) {
        if (i % 5 == 0) {
            while (!omp_test_lock(&lock)) tried += 0;
        } else {
            omp_set_lock(&lock);
        }
        count += i;
        omp_unset_lock(&lock);
        if (i % 50 == 0) descend(i / 100 + 1);
    }
    printf("%ld %ld %ld\n", count, deep, tried);
    int inner = 0, outer = 0;
#pragma omp parallel num_threads(2) reduction(+ : inner)
    {
        int part = 0;
#pragma omp parallel for num_threads(2) reduction(+ : part)
        for (int i = 0; i < 10; i++) part += i;
#pragma omp single
        {
            inner += part;
            outer = omp_get_level();
        }
    }
    printf("%d %d %d %d\n", inner, outer, omp_get_level(), omp_in_parallel());
    omp_destroy_nest_lock(&nest);
    omp_destroy_lock(&lock);
}
