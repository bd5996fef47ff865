// Reductions of every operator and of many types.
// flags: -fopenmp
#include <stdint.h>
#include <stdio.h>

enum { N = 5000 };

int main(void) {
    int8_t narrow = 3;
    int sum = 5, least = 1 << 30, most = -(1 << 30);
    uint64_t product = 1, both = ~0ull, any = 0, odd = 0;
    int all = 1, some = 0;
    double real = 0.5, far = -1, near = 1e9;
    float thin = 0;
    long table[7] = {1, 2, 3};
#pragma omp parallel for reduction(+ : narrow, sum, real, thin) reduction(* : product) reduction(& : both) \
    reduction(| : any) reduction(^ : odd) reduction(&& : all) reduction(|| : some)                         \
    reduction(min : least, near) reduction(max : most, far) reduction(+ : table[:7])
    for (int i = 0; i < N; i++) {
        int x = (int)((unsigned)i * 2654435761u >> 12) - 500000;
        narrow += (int8_t)x;
        sum += x;
        real += x * 0.25;
        thin += (float)(i % 16);
        product *= (uint64_t)(2 * i + 1);
        both &= ~(1ull << i % 61) | 0xf0;
        any |= 1ull << i % 37;
        odd ^= (uint64_t)x * 0x9e3779b97f4a7c15;
        all = all && x != 77;
        some = some || x == 12345678;
        if (x < least) least = x;
        if (x > most) most = x;
        if (x * 0.5 < near) near = x * 0.5;
        if (x * 0.5 > far) far = x * 0.5;
        table[i % 7] += x;
    }
    printf("%d %d %.2f %.1f %llu\n", narrow, sum, real, thin, (unsigned long long)product);
    printf("%llx %llx %llx %d %d\n", (unsigned long long)both, (unsigned long long)any, (unsigned long long)odd, all, some);
    printf("%d %d %.1f %.1f\n", least, most, near, far);
    for (int i = 0; i < 7; i++) printf("%ld ", table[i]);
    puts("");
}
