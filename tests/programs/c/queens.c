// Puzzles by search: queens, a knight's tour, subset sums, permutations in order.
#include <stdio.h>
#include <string.h>

static int queens(int n, unsigned columns, unsigned left, unsigned right) {
    unsigned all = (1u << n) - 1;
    if (columns == all) return 1;
    int count = 0;
    for (unsigned free = all & ~(columns | left | right); free; free &= free - 1) {
        unsigned bit = free & -free;
        count += queens(n, columns | bit, (left | bit) << 1, (right | bit) >> 1);
    }
    return count;
}

static int place[8];

static int first_solution(int row) {
    if (row == 8) return 1;
    for (int c = 0; c < 8; c++) {
        int ok = 1;
        for (int r = 0; r < row; r++)
            if (place[r] == c || place[r] - c == row - r || c - place[r] == row - r) ok = 0;
        if (ok) {
            place[row] = c;
            if (first_solution(row + 1)) return 1;
        }
    }
    return 0;
}

static int board[6][6];

static int moves(int x, int y, int list[8][2]) {
    static const int d[8][2] = {{1, 2}, {2, 1}, {2, -1}, {1, -2}, {-1, -2}, {-2, -1}, {-2, 1}, {-1, 2}};
    int n = 0;
    for (int i = 0; i < 8; i++) {
        int u = x + d[i][0], v = y + d[i][1];
        if (u >= 0 && u < 6 && v >= 0 && v < 6 && !board[v][u]) list[n][0] = u, list[n++][1] = v;
    }
    return n;
}

// Goes where the fewest ways lead on (Warnsdorff), with a way back.
static int tour(int x, int y, int step) {
    board[y][x] = step;
    if (step == 36) return 1;
    int list[8][2], spare[8][2], n = moves(x, y, list), ways[8];
    for (int i = 0; i < n; i++) ways[i] = moves(list[i][0], list[i][1], spare);
    for (int k = 0; k < n; k++) {
        int best = -1;
        for (int i = 0; i < n; i++)
            if (ways[i] >= 0 && (best < 0 || ways[i] < ways[best])) best = i;
        ways[best] = -1;
        if (tour(list[best][0], list[best][1], step + 1)) return 1;
    }
    board[y][x] = 0;
    return 0;
}

static int next_permutation(char *s, int n) {
    int i = n - 2, j = n - 1;
    while (i >= 0 && s[i] >= s[i + 1]) i--;
    if (i < 0) return 0;
    while (s[j] <= s[i]) j--;
    char t = s[i];
    s[i] = s[j];
    s[j] = t;
    for (int a = i + 1, b = n - 1; a < b; a++, b--) t = s[a], s[a] = s[b], s[b] = t;
    return 1;
}

int main(void) {
    for (int n = 4; n <= 9; n++) printf("%d ", queens(n, 0, 0, 0));
    puts("");
    if (first_solution(0))
        for (int r = 0; r < 8; r++) printf("%d", place[r]);
    puts("");
    printf("%d\n", tour(0, 0, 1));
    for (int y = 0; y < 6; y++)
        for (int x = 0; x < 6; x++) printf("%2d%c", board[y][x], x == 5 ? '\n' : ' ');
    static const int coins[] = {3, 34, 4, 12, 5, 2, 7, 19, 23, 11};
    int sums[101] = {1};
    for (int i = 0; i < 10; i++)
        for (int s = 100; s >= coins[i]; s--) sums[s] += sums[s - coins[i]];
    printf("%d %d %d\n", sums[30], sums[60], sums[100]);
    char text[] = "aabcd";
    int count = 1;
    unsigned hash = 0;
    while (next_permutation(text, 5)) {
        count++;
        for (char *p = text; *p; p++) hash = hash * 31 + (unsigned char)*p;
    }
    printf("%d %u %s\n", count, hash, text);
    return 0;
}
