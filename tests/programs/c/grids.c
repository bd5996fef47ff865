// Conway's life on a torus, the Mandelbrot set, a maze walked by breadth, a flood fill, a
// Sudoku: two-dimensional loops.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { W = 48, H = 20 };

static void life(int rounds) {
    static uint8_t now[H][W], then[H][W];
    uint32_t seed = 42;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) now[y][x] = (seed = seed * 1664525u + 1013904223u) >> 30 == 0;
    while (rounds--) {
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) {
                int n = 0;
                for (int dy = -1; dy <= 1; dy++)
                    for (int dx = -1; dx <= 1; dx++)
                        if (dx || dy) n += now[(y + dy + H) % H][(x + dx + W) % W];
                then[y][x] = n == 3 || (n == 2 && now[y][x]);
            }
        memcpy(now, then, sizeof now);
    }
    for (int y = 0; y < H; y += 2) {
        for (int x = 0; x < W; x++) putchar(" '.:"[now[y][x] + 2 * now[y + 1][x]]);
        putchar('\n');
    }
}

static void mandelbrot(void) {
    for (int py = 0; py < H; py++) {
        for (int px = 0; px < W; px++) {
            double cx = px * 3.0 / W - 2.2, cy = py * 2.4 / H - 1.2, x = 0, y = 0;
            int n = 0;
            while (n < 50 && x * x + y * y < 4) {
                double t = x * x - y * y + cx;
                y = 2 * x * y + cy;
                x = t;
                n++;
            }
            putchar(n == 50 ? '#' : " .,:;+=*"[n / 3 & 7]);
        }
        putchar('\n');
    }
}

static void maze(void) {
    static const char *const walls[] = {"#########################", "#   #     #   #     #   #", "# # # ### # # # ### # # #", "# #   #   # #   # #   # #", "# ##### ### ##### ##### #",
        "# #     #       #     # #", "# # ### # ##### # ### # #", "#   # # #     # #   #   #", "##### # ##### # ### #####", "#             #         #", "#########################"};
    int distance[11][25], queue[11 * 25], head = 0, tail = 0;
    memset(distance, -1, sizeof distance);
    queue[tail++] = 1 * 25 + 1;
    distance[1][1] = 0;
    while (head < tail) {
        int y = queue[head] / 25, x = queue[head] % 25;
        head++;
        static const int dx[] = {1, 0, -1, 0}, dy[] = {0, 1, 0, -1};
        for (int d = 0; d < 4; d++) {
            int v = y + dy[d], u = x + dx[d];
            if (walls[v][u] == ' ' && distance[v][u] < 0) {
                distance[v][u] = distance[y][x] + 1;
                queue[tail++] = v * 25 + u;
            }
        }
    }
    printf("maze: %d cells, %d steps\n", tail, distance[9][23]);
}

static uint16_t rows[9], columns[9], boxes[9];
static char board[82];
static int tried;

static int solve(int from) {
    while (from < 81 && board[from] != '.') from++;
    if (from == 81) return 1;
    int r = from / 9, c = from % 9, b = r / 3 * 3 + c / 3;
    for (int d = 0; d < 9; d++) {
        uint16_t bit = (uint16_t)(1 << d);
        if ((rows[r] | columns[c] | boxes[b]) & bit) continue;
        tried++;
        rows[r] |= bit, columns[c] |= bit, boxes[b] |= bit;
        board[from] = (char)('1' + d);
        if (solve(from + 1)) return 1;
        rows[r] ^= bit, columns[c] ^= bit, boxes[b] ^= bit;
    }
    board[from] = '.';
    return 0;
}

static void sudoku(const char *puzzle) {
    strcpy(board, puzzle);
    for (int i = 0; i < 81; i++)
        if (board[i] != '.') {
            uint16_t bit = (uint16_t)(1 << (board[i] - '1'));
            rows[i / 9] |= bit, columns[i % 9] |= bit, boxes[i / 27 * 3 + i % 9 / 3] |= bit;
        }
    int solved = solve(0);
    printf("%d %s %d\n", solved, board, tried);
}

int main(void) {
    life(60);
    mandelbrot();
    maze();
    sudoku("53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79");
    return 0;
}
