// Dynamic programming: common subsequence, edit distance, knapsack, coins, matrix chains,
// longest increasing run, partitions, with and without memory of results.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int min(int a, int b) { return a < b ? a : b; }
static int max(int a, int b) { return a > b ? a : b; }

static void common(const char *a, const char *b) {
    int n = (int)strlen(a), m = (int)strlen(b);
    int (*t)[m + 1] = calloc((size_t)(n + 1), sizeof *t);
    for (int i = 1; i <= n; i++)
        for (int j = 1; j <= m; j++) t[i][j] = a[i - 1] == b[j - 1] ? t[i - 1][j - 1] + 1 : max(t[i - 1][j], t[i][j - 1]);
    char text[64];
    int k = t[n][m];
    text[k] = 0;
    for (int i = n, j = m; i && j;)
        if (a[i - 1] == b[j - 1]) text[--k] = a[i - 1], i--, j--;
        else if (t[i - 1][j] >= t[i][j - 1]) i--;
        else j--;
    printf("%d %s\n", t[n][m], text);
    free(t);
}

static int distance(const char *a, const char *b) {
    int row[64];
    int m = (int)strlen(b);
    for (int j = 0; j <= m; j++) row[j] = j;
    for (int i = 1; a[i - 1]; i++) {
        int diagonal = row[0];
        row[0] = i;
        for (int j = 1; j <= m; j++) {
            int old = row[j];
            row[j] = min(min(row[j] + 1, row[j - 1] + 1), diagonal + (a[i - 1] != b[j - 1]));
            diagonal = old;
        }
    }
    return row[m];
}

static long memo[60][60];
static long partitions(int n, int largest) {
    if (n == 0) return 1;
    if (n < 0 || largest == 0) return 0;
    long *m = &memo[n][largest];
    if (!*m) *m = 1 + partitions(n - largest, largest) + partitions(n, largest - 1);
    return *m - 1;
}

static int chain(const int *sizes, int n) {
    int best[12][12] = {0};
    for (int len = 2; len <= n; len++)
        for (int i = 0; i + len <= n; i++) {
            int j = i + len - 1;
            best[i][j] = INT32_MAX;
            for (int k = i; k < j; k++) best[i][j] = min(best[i][j], best[i][k] + best[k + 1][j] + sizes[i] * sizes[k + 1] * sizes[j + 1]);
        }
    return best[0][n - 1];
}

static int increasing(const int *v, int n) {
    int tails[64], len = 0;
    for (int i = 0; i < n; i++) {
        int low = 0, high = len;
        while (low < high) {
            int middle = (low + high) / 2;
            if (tails[middle] < v[i]) low = middle + 1;
            else high = middle;
        }
        tails[low] = v[i];
        if (low == len) len++;
    }
    return len;
}

int main(void) {
    common("the interpreter counts every call", "then a compiler makes it native");
    printf("%d %d %d\n", distance("kitten", "sitting"), distance("snapshot", "sandpit"), distance("", "abc"));
    static const int weights[] = {12, 7, 11, 8, 9, 6, 4, 14}, values[] = {24, 13, 23, 15, 16, 11, 6, 28};
    int best[51] = {0};
    for (int i = 0; i < 8; i++)
        for (int w = 50; w >= weights[i]; w--) best[w] = max(best[w], best[w - weights[i]] + values[i]);
    printf("%d %d\n", best[26], best[50]);
    static const int coins[] = {1, 5, 10, 25, 50};
    long ways[501] = {1};
    int fewest[501] = {0};
    for (int i = 1; i <= 500; i++) fewest[i] = 1000;
    for (int c = 0; c < 5; c++)
        for (int s = coins[c]; s <= 500; s++) ways[s] += ways[s - coins[c]], fewest[s] = min(fewest[s], fewest[s - coins[c]] + 1);
    printf("%ld %d %d\n", ways[500], fewest[499], fewest[94]);
    printf("%ld %ld\n", partitions(30, 30), partitions(59, 59));
    static const int sizes[] = {30, 35, 15, 5, 10, 20, 25};
    printf("%d\n", chain(sizes, 6));
    int v[50];
    unsigned seed = 4;
    for (int i = 0; i < 50; i++) v[i] = (int)((seed = seed * 1664525u + 1013904223u) >> 20) % 100;
    printf("%d\n", increasing(v, 50));
    long best_end = 0, best_sum = 0;
    for (int i = 0; i < 50; i++) {
        best_end = max(0, (int)best_end + v[i] - 50);
        best_sum = max((int)best_sum, (int)best_end);
    }
    printf("%ld\n", best_sum);
    return 0;
}
