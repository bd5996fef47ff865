// Recursion: deep, mutual, many-armed, through pointers, with large frames.
#include <stdio.h>
#include <string.h>

static unsigned ackermann(unsigned m, unsigned n) {
    return m == 0 ? n + 1 : n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}

static int is_odd(unsigned n);
static int is_even(unsigned n) { return n == 0 ? 1 : is_odd(n - 1); }
static int is_odd(unsigned n) { return n == 0 ? 0 : is_even(n - 1); }

static unsigned deep(unsigned n, unsigned *volatile at) {
    unsigned here = n * 7 + *at;
    if (n == 0) return here;
    return deep(n - 1, &here) * 3 + here;
}

static void hanoi(int n, char from, char to, char by, int *moves, unsigned *hash) {
    if (n == 0) return;
    hanoi(n - 1, from, by, to, moves, hash);
    ++*moves;
    *hash = *hash * 31 + (unsigned)(from * 3 + to);
    hanoi(n - 1, by, to, from, moves, hash);
}

static int permutations(char *text, int from, int n, unsigned *hash) {
    if (from == n) {
        for (int i = 0; i < n; i++) *hash = *hash * 33 + (unsigned char)text[i];
        return 1;
    }
    int count = 0;
    for (int i = from; i < n; i++) {
        char t = text[from];
        text[from] = text[i];
        text[i] = t;
        count += permutations(text, from + 1, n, hash);
        text[i] = text[from];
        text[from] = t;
    }
    return count;
}

static long frames(int n) {
    char room[600];
    memset(room, n, sizeof room);
    long below = n ? frames(n - 1) : 0;
    return below + room[n % 600];
}

static unsigned long binomial(int n, int k) { return k == 0 || k == n ? 1 : binomial(n - 1, k - 1) + binomial(n - 1, k); }

static int mccarthy(int n) { return n > 100 ? n - 10 : mccarthy(mccarthy(n + 11)); }

int main(void) {
    printf("%u %u\n", ackermann(2, 30), ackermann(3, 5));
    printf("%d %d\n", is_even(10000), is_odd(777));
    unsigned start = 1;
    printf("%u\n", deep(10000, &start));
    int moves = 0;
    unsigned hash = 0;
    hanoi(12, 'A', 'C', 'B', &moves, &hash);
    printf("%d %u\n", moves, hash);
    char text[] = "abcdefg";
    hash = 0;
    int count = permutations(text, 0, 7, &hash);
    printf("%d %u %s\n", count, hash, text);
    printf("%ld\n", frames(500));
    printf("%lu %d\n", binomial(18, 9), mccarthy(7));
    return 0;
}
