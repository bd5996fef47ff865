// Local variables of megabytes, of computed sizes, in loops and in recursion.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int64_t fixed(int n) {
    char large[3 << 20];
    memset(large, n, sizeof large);
    int64_t sum = 0;
    for (unsigned i = 0; i < sizeof large; i += 4096) sum += large[i];
    return sum;
}

static int64_t computed(int n) {
    char bytes[n * 1000];
    memset(bytes, 1, sizeof bytes);
    int64_t sum = bytes[n] + (int64_t)sizeof bytes;
    // Each round gives back what it took.
    for (int k = 0; k < 2000; k++) {
        char again[n * 500 + k];
        again[k] = (char)k;
        sum += again[k] + (int64_t)sizeof again;
    }
    return sum;
}

static int64_t nested(int depth, const volatile int *outer) {
    volatile int own[depth * 7 + 1];
    own[depth * 7] = depth + *outer;
    if (depth == 0) return own[0];
    return nested(depth - 1, own + depth * 7) * 3 % 1000003 + own[depth * 7];
}

// Alignment beyond that of the stack.
static int aligned(int n) {
    _Alignas(256) volatile char a[n > 0 ? 300 : 1];
    _Alignas(64) volatile char b[40];
    a[0] = b[0] = (char)n;
    return (int)((uintptr_t)b % 64) + a[0] + b[0];
}

int main(void) {
    volatile int n = 100, zero = 0;
    printf("%ld %ld\n", (long)fixed(n), (long)computed(n));
    printf("%ld\n", (long)nested(300, &zero));
    printf("%d %d\n", aligned(5), aligned(-5));
    return 0;
}
