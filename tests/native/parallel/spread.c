// Five programs whose iterations have nothing to do with each other. Each line: name, seconds.
#include <omp.h>
#include <stdint.h>
#include <stdio.h>

static uint64_t mandelbrot(int size) {
    uint64_t sum = 0;
#pragma omp parallel for schedule(dynamic, 4) reduction(+ : sum)
    for (int y = 0; y < size; y++)
        for (int x = 0; x < size; x++) {
            double a = 3.0 * x / size - 2.25, b = 2.5 * y / size - 1.25, r = 0, i = 0;
            int n = 0;
            for (; n < 400 && r * r + i * i < 4; n++) {
                double next = r * r - i * i + a;
                i = 2 * r * i + b;
                r = next;
            }
            sum += (uint64_t)n;
        }
    return sum;
}

static uint64_t primes(int most) {
    uint64_t count = 0;
#pragma omp parallel for schedule(dynamic, 500) reduction(+ : count)
    for (int n = 3; n < most; n += 2) {
        int prime = 1;
        for (int d = 3; d * d <= n && prime; d += 2) prime = n % d != 0;
        count += (uint64_t)prime;
    }
    return count;
}

static uint64_t darts(int throws) {
    uint64_t hits = 0;
#pragma omp parallel for reduction(+ : hits)
    for (int n = 0; n < throws; n++) {
        uint64_t seed = (uint64_t)n * 0x9e3779b97f4a7c15;
        for (int i = 0; i < 100; i++) {
            seed = seed * 6364136223846793005 + 1442695040888963407;
            int64_t x = (int64_t)(seed >> 33) - (1 << 30), y = (int64_t)(seed >> 1 & 0x7fffffff) - (1 << 30);
            hits += x * x + y * y < (int64_t)1 << 60;
        }
    }
    return hits;
}

enum { BODIES = 2000, SIDE = 480 };
static double place[BODIES], pull[BODIES];

static uint64_t forces(int rounds) {
    for (int i = 0; i < BODIES; i++) place[i] = i * 0.37 + i % 7;
    for (int round = 0; round < rounds; round++) {
#pragma omp parallel for
        for (int i = 0; i < BODIES; i++) {
            double sum = 0;
            for (int j = 0; j < BODIES; j++) {
                double d = place[j] - place[i];
                sum += d / (d * d + 0.01);
            }
            pull[i] = sum;
        }
        for (int i = 0; i < BODIES; i++) place[i] += pull[i] * 1e-4;
    }
    return (uint64_t)(int64_t)(place[3] * 1e6);
}

static double left[SIDE][SIDE], right[SIDE][SIDE], product[SIDE][SIDE];

// No whole numbers: as long as all results of a processor are exact, QEMU computes them by whole numbers of its own,
// which takes 1.7 times as long as by the host's floats once one was inexact.
static uint64_t matrix(int rounds) {
    for (int i = 0; i < SIDE; i++)
        for (int j = 0; j < SIDE; j++) left[i][j] = (i - j) * 0.1, right[i][j] = (i + j % 5) * 0.7;
    for (int round = 0; round < rounds; round++) {
#pragma omp parallel for
        for (int i = 0; i < SIDE; i++) {
            for (int j = 0; j < SIDE; j++) product[i][j] = 0;
            for (int k = 0; k < SIDE; k++)
                for (int j = 0; j < SIDE; j++) product[i][j] += left[i][k] * right[k][j];
        }
    }
    return (uint64_t)(int64_t)product[5][7];
}

static void timed(const char *name, uint64_t (*run)(int), int size, int least) {
    uint64_t sum = run(least);
    double start = omp_get_wtime();
    sum += run(size);
    printf("%s %.6f\n", name, omp_get_wtime() - start);
    fprintf(stderr, "%s %llu\n", name, (unsigned long long)sum);
}

int main(void) {
    timed("mandelbrot", mandelbrot, 700, 20);
    timed("primes", primes, 2000000, 2000);
    timed("darts", darts, 2500000, 500);
    timed("forces", forces, 40, 1);
    timed("matrix", matrix, 8, 1);
}
