// Loops that optimisers turn into vectors: reductions, searches, conversions, strided and
// conditional ones, with lengths that leave a rest.
#include <stdint.h>
#include <stdio.h>

enum { N = 1003 };
static int32_t a[N], b[N], c[N];
static double x[N], y[N];
static float f[N];
static uint8_t u[N], v[N];
static int16_t h[N];
static int64_t l[N];

static uint32_t state = 12345;

static uint32_t next(void) { return state = state * 1664525u + 1013904223u; }

static int64_t dot(const int32_t *p, const int32_t *q, int n) {
    int64_t sum = 0;
    for (int i = 0; i < n; i++) sum += (int64_t)p[i] * q[i];
    return sum;
}

static int count_if(const uint8_t *p, int n, uint8_t below) {
    int count = 0;
    for (int i = 0; i < n; i++) count += p[i] < below;
    return count;
}

int main(void) {
    for (int i = 0; i < N; i++) {
        a[i] = (int32_t)next() >> 8;
        b[i] = (int32_t)next() >> 12;
        x[i] = (double)(int32_t)next() / 65536;
        u[i] = (uint8_t)(next() >> 24);
        h[i] = (int16_t)(next() >> 16);
        l[i] = (int64_t)((uint64_t)next() * next());
    }
    volatile int limit = N;
    int n = limit, largest = a[0], smallest = a[0], all = -1, any = 0;
    uint32_t sum = 0, alternating = 0;
    unsigned top = 0;
    for (int i = 0; i < n; i++) {
        largest = a[i] > largest ? a[i] : largest;
        smallest = a[i] < smallest ? a[i] : smallest;
        sum += (uint32_t)a[i];
        all &= a[i] | 0xFF0;
        any |= a[i] & 0x777;
        if (u[i] > top) top = u[i];
    }
    printf("%d %d %u %x %x %u\n", largest, smallest, sum, all, any, top);
    printf("%ld %d\n", dot(a, b, n), count_if(u, n, 100));
    for (int i = 0; i < n; i++) c[i] = a[i] > b[i] ? a[i] - b[i] : b[i] * 3;
    for (int i = 1; i < n; i++) c[i] ^= c[i - 1] >> 1;
    for (int i = 0; i < n; i += 3) alternating += (uint32_t)c[i];
    for (int i = 0; i < n; i++) f[i] = (float)a[i] * 0.5f;
    for (int i = 0; i < n; i++) y[i] = x[i] * 2 + f[i];
    for (int i = 0; i < n; i++) v[i] = (uint8_t)((u[i] + v[n - 1 - i] + 1) / 2);
    for (int i = 0; i < n; i++) h[i] = (int16_t)(h[i] * 5 + u[i]);
    for (int i = 0; i < n; i++) l[i] = (l[i] ^ l[i] >> 7) + h[i];
    int64_t longs = 0;
    int shorts = 0, bytes = 0;
    for (int i = 0; i < n; i++) longs ^= l[i], shorts += h[i], bytes += v[i];
    printf("%u %ld %d %d\n", alternating, longs, shorts, bytes);
    double total = 0, most = -1e300;
    for (int i = 0; i < n; i++) total += y[i] * x[i];
    for (int i = 0; i < n; i++) most = y[i] > most ? y[i] : most;
    printf("%.17g %.17g\n", total, most);
    int where = -1;
    for (int i = 0; i < n; i++)
        if (c[i] % 97 == 5) {
            where = i;
            break;
        }
    for (int i = 0; i < n / 2; i++) {
        int32_t t = c[i];
        c[i] = c[n - 1 - i];
        c[n - 1 - i] = t;
    }
    uint64_t hash = 0;
    for (int i = 0; i < n; i++) hash = hash * 31 + (uint32_t)c[i];
    printf("%d %lx\n", where, hash);
    return 0;
}
