// Numerical work in doubles: planets, linear equations, least squares, Runge-Kutta, splines,
// eigenvalues. Digits printed are those that every correct rounding gives.
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct { double p[3], v[3], mass; } body;

static double energy(const body *b, int n) {
    double e = 0;
    for (int i = 0; i < n; i++) {
        e += 0.5 * b[i].mass * (b[i].v[0] * b[i].v[0] + b[i].v[1] * b[i].v[1] + b[i].v[2] * b[i].v[2]);
        for (int j = i + 1; j < n; j++) {
            double d2 = 0;
            for (int k = 0; k < 3; k++) d2 += (b[i].p[k] - b[j].p[k]) * (b[i].p[k] - b[j].p[k]);
            e -= b[i].mass * b[j].mass / sqrt(d2);
        }
    }
    return e;
}

static void advance(body *b, int n, double dt) {
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++) {
            double d[3], d2 = 0;
            for (int k = 0; k < 3; k++) d[k] = b[i].p[k] - b[j].p[k], d2 += d[k] * d[k];
            double pull = dt / (d2 * sqrt(d2));
            for (int k = 0; k < 3; k++) b[i].v[k] -= d[k] * b[j].mass * pull, b[j].v[k] += d[k] * b[i].mass * pull;
        }
    for (int i = 0; i < n; i++)
        for (int k = 0; k < 3; k++) b[i].p[k] += dt * b[i].v[k];
}

static int solve(int n, double m[n][n + 1], double *x) {
    for (int c = 0; c < n; c++) {
        int best = c;
        for (int r = c + 1; r < n; r++)
            if (fabs(m[r][c]) > fabs(m[best][c])) best = r;
        if (m[best][c] == 0) return 0;
        for (int k = 0; k <= n; k++) {
            double t = m[c][k];
            m[c][k] = m[best][k];
            m[best][k] = t;
        }
        for (int r = c + 1; r < n; r++) {
            double f = m[r][c] / m[c][c];
            for (int k = c; k <= n; k++) m[r][k] -= f * m[c][k];
        }
    }
    for (int r = n; r-- > 0;) {
        x[r] = m[r][n];
        for (int k = r + 1; k < n; k++) x[r] -= m[r][k] * x[k];
        x[r] /= m[r][r];
    }
    return 1;
}

static void pendulum(const double *y, double *dy) { dy[0] = y[1], dy[1] = -y[0] - 0.1 * y[1]; }

static void runge_kutta(double *y, double h) {
    double k[4][2], z[2];
    memcpy(z, y, sizeof z);
    for (int s = 0; s < 4; s++) {
        pendulum(z, k[s]);
        for (int i = 0; i < 2; i++) z[i] = y[i] + h * k[s][i] * (s == 2 ? 1 : 0.5);
    }
    for (int i = 0; i < 2; i++) y[i] += h / 6 * (k[0][i] + 2 * k[1][i] + 2 * k[2][i] + k[3][i]);
}

int main(void) {
    body sky[4] = {{{0, 0, 0}, {0, 0, 0}, 40}, {{5, -1, 0.1}, {0.6, 2.7, 0}, 0.04}, {{8, 4, -0.4}, {-1, 1.8, 0.02}, 0.01}, {{-12, 9, 0.3}, {-1, -1.2, 0}, 0.002}};
    double before = energy(sky, 4);
    for (int i = 0; i < 5000; i++) advance(sky, 4, 0.002);
    printf("%.9f %.9f %.9f\n", before, energy(sky, 4), sky[1].p[0]);
    double m[5][6], x[5];
    for (int r = 0; r < 5; r++)
        for (int c = 0; c < 6; c++) m[r][c] = c == 5 ? r + 1 : 1.0 / (r + c + 1) + (r == c);
    printf("%d", solve(5, m, x));
    for (int i = 0; i < 5; i++) printf(" %.9f", x[i]);
    double sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (int i = 0; i < 50; i++) {
        double u = i * 0.3, v = 2.5 * u - 4 + sin(i * 1.7) * 0.2;
        sx += u, sy += v, sxx += u * u, sxy += u * v;
    }
    double slope = (50 * sxy - sx * sy) / (50 * sxx - sx * sx);
    printf("\n%.9f %.9f\n", slope, (sy - slope * sx) / 50);
    double y[2] = {1, 0};
    for (int i = 0; i < 1000; i++) runge_kutta(y, 0.01);
    printf("%.9f %.9f\n", y[0], y[1]);
    double a[3][3] = {{4, 1, 0.5}, {1, 3, -1}, {0.5, -1, 2}}, v[3] = {1, 1, 1}, value = 0;
    for (int i = 0; i < 200; i++) {
        double w[3] = {0};
        for (int r = 0; r < 3; r++)
            for (int c = 0; c < 3; c++) w[r] += a[r][c] * v[c];
        value = sqrt(w[0] * w[0] + w[1] * w[1] + w[2] * w[2]);
        for (int r = 0; r < 3; r++) v[r] = w[r] / value;
    }
    printf("%.9f %.6f %.6f %.6f\n", value, v[0], v[1], v[2]);
    float sum = 0;
    for (int i = 1; i < 2000; i++) sum += 1.0f / ((float)i * (float)i);
    printf("%.6g\n", (double)sum);
    return 0;
}
