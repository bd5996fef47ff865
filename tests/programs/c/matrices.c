// Matrices of several element types: products, transposition, determinants, powers, blocks,
// rotations; convolution and prefix sums.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define MATRIX(type, name, n)                                                              \
    typedef struct { type v[n][n]; } name;                                                  \
    static name name##_multiply(const name *a, const name *b) {                             \
        name r;                                                                              \
        for (int i = 0; i < n; i++)                                                          \
            for (int j = 0; j < n; j++) {                                                    \
                type sum = 0;                                                                \
                for (int k = 0; k < n; k++) sum = (type)(sum + a->v[i][k] * b->v[k][j]);      \
                r.v[i][j] = sum;                                                             \
            }                                                                                \
        return r;                                                                            \
    }                                                                                        \
    static name name##_power(name a, unsigned e) {                                           \
        name r;                                                                              \
        memset(&r, 0, sizeof r);                                                             \
        for (int i = 0; i < n; i++) r.v[i][i] = 1;                                           \
        for (; e; e >>= 1, a = name##_multiply(&a, &a))                                      \
            if (e & 1) r = name##_multiply(&r, &a);                                          \
        return r;                                                                            \
    }

MATRIX(uint64_t, longs, 3)
MATRIX(uint8_t, bytes, 5)
MATRIX(double, reals, 4)
MATRIX(float, floats, 8)
MATRIX(uint16_t, shorts, 7)

// Exact, by fraction-free elimination.
static int64_t determinant(int n, int64_t m[n][n]) {
    int64_t before = 1;
    int sign = 1;
    for (int k = 0; k < n - 1; k++) {
        if (m[k][k] == 0) {
            int r = k + 1;
            while (r < n && m[r][k] == 0) r++;
            if (r == n) return 0;
            for (int c = 0; c < n; c++) {
                int64_t t = m[k][c];
                m[k][c] = m[r][c];
                m[r][c] = t;
            }
            sign = -sign;
        }
        for (int i = k + 1; i < n; i++)
            for (int j = k + 1; j < n; j++) m[i][j] = (m[i][j] * m[k][k] - m[i][k] * m[k][j]) / before;
        before = m[k][k];
    }
    return sign * m[n - 1][n - 1];
}

static void rotate(int n, int m[n][n]) {
    for (int i = 0; i < n / 2; i++)
        for (int j = i; j < n - 1 - i; j++) {
            int t = m[i][j];
            m[i][j] = m[n - 1 - j][i];
            m[n - 1 - j][i] = m[n - 1 - i][n - 1 - j];
            m[n - 1 - i][n - 1 - j] = m[j][n - 1 - i];
            m[j][n - 1 - i] = t;
        }
}

int main(void) {
    longs f = {{{1, 1, 0}, {1, 0, 1}, {0, 1, 1}}};
    f = longs_power(f, 60);
    printf("%lu %lu %lu\n", f.v[0][0], f.v[1][2], f.v[2][2]);
    bytes b;
    shorts s;
    floats g;
    reals r;
    for (int i = 0; i < 8; i++)
        for (int j = 0; j < 8; j++) {
            if (i < 5 && j < 5) b.v[i][j] = (uint8_t)(i * 7 + j * 3 + 1);
            if (i < 7 && j < 7) s.v[i][j] = (uint16_t)(i * 77 + j * 1001);
            if (i < 4 && j < 4) r.v[i][j] = (i == j) + (i - j) * 0.125;
            g.v[i][j] = (float)((i * j) % 5) * 0.25f;
        }
    b = bytes_power(b, 1000001);
    s = shorts_power(s, 4321);
    r = reals_power(r, 20);
    g = floats_power(g, 6);
    unsigned sum = 0;
    for (int i = 0; i < 5; i++) for (int j = 0; j < 5; j++) sum = sum * 31 + b.v[i][j];
    for (int i = 0; i < 7; i++) for (int j = 0; j < 7; j++) sum = sum * 31 + s.v[i][j];
    printf("%u %.9g %.9g %.9g\n", sum, r.v[0][0], r.v[3][1], (double)g.v[7][3]);
    for (int n = 2; n < 8; n++) {
        int64_t m[n][n];
        for (int i = 0; i < n; i++) for (int j = 0; j < n; j++) m[i][j] = (i * i * 3 + j * 7 + i * j * 5) % 11 - 4;
        printf("%ld ", determinant(n, m));
    }
    puts("");
    int q[5][5];
    for (int i = 0; i < 25; i++) q[i / 5][i % 5] = i;
    rotate(5, q);
    for (int i = 0; i < 25; i++) printf("%d%c", q[i / 5][i % 5], i % 5 == 4 ? '\n' : ' ');
    static uint8_t image[16][16], blurred[16][16];
    for (int i = 0; i < 256; i++) image[i / 16][i % 16] = (uint8_t)(i * i);
    for (int y = 1; y < 15; y++)
        for (int x = 1; x < 15; x++) {
            int total = 0;
            for (int dy = -1; dy < 2; dy++) for (int dx = -1; dx < 2; dx++) total += image[y + dy][x + dx] * (2 - (dx != 0)) * (2 - (dy != 0));
            blurred[y][x] = (uint8_t)(total / 16);
        }
    sum = 0;
    for (int i = 0; i < 256; i++) sum = sum * 31 + blurred[i / 16][i % 16];
    printf("%u\n", sum);
    return 0;
}
