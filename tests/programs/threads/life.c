// Life on a torus: one region, in which all threads pass a barrier after each generation.
// flags: -fopenmp
#include <stdio.h>
#include <string.h>

enum { SIDE = 48, GENERATIONS = 40 };
static unsigned char now[SIDE][SIDE], next[SIDE][SIDE];

int main(void) {
    unsigned seed = 42;
    for (int i = 0; i < SIDE * SIDE; i++) {
        seed = seed * 1664525 + 1013904223;
        now[i / SIDE][i % SIDE] = seed >> 30 == 0;
    }
    int born[GENERATIONS] = {0};
#pragma omp parallel
    for (int g = 0; g < GENERATIONS; g++) {
#pragma omp for
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++) {
                int near = 0;
                for (int i = 0; i < 9; i++)
                    if (i != 4) near += now[(y + SIDE + i / 3 - 1) % SIDE][(x + SIDE + i % 3 - 1) % SIDE];
                next[y][x] = near == 3 || (near == 2 && now[y][x]);
            }
#pragma omp for schedule(static, 5) reduction(+ : born[:GENERATIONS])
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++) born[g] += next[y][x] && !now[y][x];
#pragma omp single
        memcpy(now, next, sizeof now);
    }
    for (int g = 0; g < GENERATIONS; g++) printf("%d ", born[g]);
    puts("");
    for (int y = 0; y < 12; y++) {
        for (int x = 0; x < SIDE; x++) putchar(now[y][x] ? '#' : '.');
        puts("");
    }
}
