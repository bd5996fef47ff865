// A matrix taken apart into two triangles, in whole numbers modulo a prime; its products by loops in loops.
// flags: -fopenmp
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { N = 40 };
static const uint64_t P = 1000003;
static uint64_t a[N][N], lu[N][N], back[N][N];

static uint64_t power(uint64_t x, uint64_t e) {
    uint64_t y = 1;
    for (; e; e >>= 1, x = x * x % P)
        if (e & 1) y = y * x % P;
    return y;
}

int main(void) {
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) a[i][j] = (uint64_t)(i * 31 + j * 17 + i * j * j + (i == j) * 1000) % P;
    memcpy(lu, a, sizeof a);
    for (int k = 0; k < N; k++) {
        uint64_t inverse = power(lu[k][k], P - 2);
#pragma omp parallel for
        for (int i = k + 1; i < N; i++) {
            lu[i][k] = lu[i][k] * inverse % P;
            for (int j = k + 1; j < N; j++) lu[i][j] = (lu[i][j] + (P - lu[i][k]) * lu[k][j]) % P;
        }
    }
#pragma omp parallel for collapse(2) schedule(dynamic, 7)
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            uint64_t sum = i <= j ? lu[i][j] : 0;
            for (int k = 0; k < i && k <= j; k++) sum += lu[i][k] * lu[k][j] % P;
            back[i][j] = sum % P;
        }
    uint64_t determinant = 1;
    for (int k = 0; k < N; k++) determinant = determinant * lu[k][k] % P;
    printf("%d %llu\n", memcmp(a, back, sizeof a), (unsigned long long)determinant);
}
