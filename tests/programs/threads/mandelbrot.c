// A picture, row by row, as threads become free.
// flags: -fopenmp
#include <stdio.h>

enum { WIDTH = 72, HEIGHT = 28 };

int main(void) {
    static char picture[HEIGHT][WIDTH + 1];
#pragma omp parallel for schedule(dynamic)
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            double a = 3.0 * x / WIDTH - 2.2, b = 2.4 * y / HEIGHT - 1.2, r = 0, i = 0;
            int n = 0;
            for (; n < 200 && r * r + i * i < 4; n++) {
                double next = r * r - i * i + a;
                i = 2 * r * i + b;
                r = next;
            }
            picture[y][x] = n == 200 ? '#' : " .:-=+*%"[n < 8 ? n : 7];
        }
    for (int y = 0; y < HEIGHT; y++) puts(picture[y]);
}
