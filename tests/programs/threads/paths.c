// Shortest ways between all places, and how far the farthest is.
// flags: -fopenmp
#include <stdio.h>

enum { N = 60, FAR = 1 << 20 };
static int way[N][N];

int main(void) {
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            unsigned x = (unsigned)(i * N + j) * 2654435761u >> 16;
            way[i][j] = i == j ? 0 : x % 7 == 0 ? (int)(x % 97) + 1 : FAR;
        }
#pragma omp parallel
    for (int k = 0; k < N; k++) {
#pragma omp for
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++)
                if (way[i][k] + way[k][j] < way[i][j]) way[i][j] = way[i][k] + way[k][j];
    }
    int farthest = 0;
    long sum = 0;
#pragma omp parallel for reduction(max : farthest) reduction(+ : sum)
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            sum += way[i][j];
            if (way[i][j] > farthest) farthest = way[i][j];
        }
    printf("%d %ld\n", farthest, sum);
}
