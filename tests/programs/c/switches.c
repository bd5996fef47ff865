// Switches: dense, sparse, with ranges, falling through, on 8 to 128 bits, on negative
// values, with a default in the middle, nested, as a coroutine.
#include <stdint.h>
#include <stdio.h>

static int dense(int x) {
    switch (x) {
    case 0: return 5;
    case 1: return 3;
    case 2: return 9;
    case 3: return 27;
    case 4: return 81;
    case 5: return 1;
    case 6: return -7;
    case 7: return 12;
    default: return 100;
    }
}

static const char *sparse(int64_t x) {
    switch (x) {
    case INT64_MIN: return "least";
    case -1000000007: return "minus prime";
    case -1: return "minus one";
    case 3: case 5: case 7: return "small prime";
    case 1 << 20: return "mega";
    case 10000000000: return "ten giga";
    case INT64_MAX: return "most";
    }
    return "none";
}

static int fall(unsigned char c) {
    int n = 0;
    switch (c) {
    case 'a': n++; // fall through
    case 'b': n++; // fall through
    default: n += 10; // fall through
    case 'c': n += 100; break;
    case '0' ... '9': n = c - '0'; break;
    case 200 ... 255: n = -c;
    }
    return n;
}

// Copies with an unrolled loop that a switch jumps into.
static void device(char *to, const char *from, int n) {
    int rounds = (n + 7) / 8;
    switch (n % 8) {
    case 0: do { *to++ = *from++;
    case 7: *to++ = *from++;
    case 6: *to++ = *from++;
    case 5: *to++ = *from++;
    case 4: *to++ = *from++;
    case 3: *to++ = *from++;
    case 2: *to++ = *from++;
    case 1: *to++ = *from++;
        } while (--rounds > 0);
    }
    *to = 0;
}

struct memory { int place, i, j; };

// Yields one number a call, remembering where it was.
static int generator(struct memory *m) {
    switch (m->place) {
    case 0:
        for (m->i = 0; m->i < 4; m->i++) {
            for (m->j = m->i; m->j > 0; m->j--) {
                m->place = 1;
                return m->i * 10 + m->j;
    case 1:;
            }
            m->place = 2;
            return -m->i;
    case 2:;
        }
    }
    m->place = 3;
    return 99;
}

// Cases that differ in their upper half, in their lower half and in the sign alone.
static int broad(__int128 x) {
    switch (x) {
    case 0: return 1;
    case 5: return 2;
    case -5: return 3;
    case (__int128)5 << 64: return 4;
    case ((__int128)5 << 64) + 5: return 5;
    case ((__int128)-5 << 64) + 5: return 6;
    case (__int128)1 << 100: return 7;
    default: return 8;
    }
}

static void wide(void) {
    for (volatile int i = -6; i <= 6; i++)
        for (volatile int high = -5; high <= 5; high += 5) {
            volatile __int128 x = ((__int128)high << 64) + i;
            printf("%d", broad(x));
        }
    volatile __int128 bit = 1;
    for (int i = 96; i < 104; i++) printf(" %d", broad(bit << i));
    puts("");
}

int main(void) {
    wide();
    for (volatile int i = -2; i < 10; i++) printf("%d ", dense(i));
    puts("");
    static const int64_t values[] = {INT64_MIN, INT64_MAX, -1000000007, -1, 0, 3, 4, 5, 7, 1 << 20, 10000000000, 10000000000 % 4294967296};
    for (int i = 0; i < 12; i++) printf("%s, ", sparse(values[i]));
    puts("");
    for (int c = 0; c < 256; c += 3) printf("%d ", fall((unsigned char)c));
    puts("");
    char text[64];
    for (int n = 1; n < 27; n += 5) {
        device(text, "abcdefghijklmnopqrstuvwxyz", n);
        puts(text);
    }
    struct memory m = {0, 0, 0};
    for (int n; (n = generator(&m)) != 99;) printf("%d ", n);
    puts("");
    int score = 0;
    for (volatile int i = 0; i < 40; i++)
        switch (i % 5) {
        case 0:
            switch (i % 3) {
            case 0: score += 1; continue;
            case 1: score += 10; break;
            default: score += 100;
            }
        case 1: score *= 2; break;
        case 4: score -= i;
        }
    printf("%d\n", score);
    return score & 127;
}
