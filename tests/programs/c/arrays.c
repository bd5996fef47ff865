// Arrays: several dimensions, variable length, pointers into them, negative indices, decay.
#include <stdio.h>
#include <string.h>

static int cube[3][4][5];
static const char *const names[] = {"zero", "one", "two", "three"};
static const int triangle[4][4] = {{1}, {1, 1}, {1, 2, 1}, {1, 3, 3, 1}};

static int trace(int n, int m[n][n]) {
    int t = 0;
    for (int i = 0; i < n; i++) t += m[i][i];
    return t;
}

static void multiply(int n, int out[n][n], int a[n][n], int b[n][n]) {
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            out[i][j] = 0;
            for (int k = 0; k < n; k++) out[i][j] += a[i][k] * b[k][j];
        }
}

static int largest(const int *first, const int *end) {
    int best = *first;
    while (first != end)
        if (*first++ > best) best = first[-1];
    return best;
}

// Room on the stack whose size is known only now, and again in each round.
static unsigned growing(int rounds) {
    unsigned total = 0;
    for (int r = 1; r <= rounds; r++) {
        char room[r * 3];
        memset(room, 'a' + r % 26, sizeof room);
        room[sizeof room - 1] = 0;
        total = total * 7 + (unsigned)strlen(room) + (unsigned char)room[0];
        int *more = __builtin_alloca((unsigned)r * sizeof(int));
        for (int i = 0; i < r; i++) more[i] = i * r;
        total += (unsigned)more[r - 1];
    }
    return total;
}

int main(void) {
    int (*plane)[5] = cube[1];
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 4; j++)
            for (int k = 0; k < 5; k++) cube[i][j][k] = i * 100 + j * 10 + k;
    printf("%d %d %d %d\n", plane[2][3], *(*(plane + 3) + 4), (&cube[0][0][0])[7], (&cube[2][3][0])[-1]);
    printf("%ld %zu %zu\n", &cube[2][0][0] - &cube[0][0][0], sizeof cube / sizeof **cube, sizeof plane[0]);
    for (volatile int n = 2; n < 6; n++) {
        int a[n][n], b[n][n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) a[i][j] = i + j * n, b[i][j] = i == j ? 2 : i - j;
        int c[n][n];
        multiply(n, c, a, b);
        multiply(n, a, c, b);
        printf("%d %d %zu\n", trace(n, a), largest(a[0], a[n - 1] + n), sizeof a);
    }
    printf("%u\n", growing(40));
    for (int i = 3; i >= 0; i--) printf("%s%d ", names[i], triangle[3][i]);
    puts("");
    int numbers[10] = {[3] = 30, 40, [9] = 90}, *middle = numbers + 5;
    printf("%d %d %d %d\n", middle[-2], middle[-1], middle[4], 1[middle]);
    char text[] = "array", *p = text + sizeof text - 2;
    while (p >= text) putchar(*p--);
    puts("");
    int moved[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    memmove(moved + 2, moved, 5 * sizeof *moved);
    for (int i = 0; i < 8; i++) printf("%d", moved[i]);
    puts("");
    return 0;
}
