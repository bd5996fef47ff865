// Compares memory and string functions with the plainest versions of them, on every length,
// offset and overlap that their fast paths tell apart. Prints what it finds wrong.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 88172645463325252u;

static unsigned below(unsigned n) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 33) % n;
}

enum { ROOM = 512 };
static unsigned char here[ROOM], there[ROOM], wanted[ROOM];
static int wrong;

static void check(int right, const char *what, unsigned a, unsigned b, unsigned n) {
    if (right) return;
    if (wrong++ < 20) printf("wrong: %s %u %u %u\n", what, a, b, n);
}

static int sign(int x) { return (x > 0) - (x < 0); }

static void fill(void) {
    for (int i = 0; i < ROOM; i++) here[i] = wanted[i] = there[i] = (unsigned char)(1 + below(255));
}

// Through pointers that the compiler cannot see through, so that the library is called.
static void *(*volatile copy)(void *, const void *, size_t) = memcpy;
static void *(*volatile move)(void *, const void *, size_t) = memmove;
static void *(*volatile set)(void *, int, size_t) = memset;
static int (*volatile compare)(const void *, const void *, size_t) = memcmp;
static size_t (*volatile length)(const char *) = strlen;

static void memory(unsigned a, unsigned b, unsigned n) {
    fill();
    for (unsigned i = 0; i < n; i++) wanted[b + i] = there[a + i];
    check(copy(here + b, there + a, n) == here + b, "memcpy result", a, b, n);
    check(!compare(here, wanted, ROOM), "memcpy", a, b, n);

    fill();
    if (a < b) for (unsigned i = n; i-- > 0;) wanted[b + i] = wanted[a + i];
    else for (unsigned i = 0; i < n; i++) wanted[b + i] = wanted[a + i];
    move(here + b, here + a, n);
    for (int i = 0; i < ROOM; i++) check(here[i] == wanted[i], "memmove", a, b, n);

    fill();
    for (unsigned i = 0; i < n; i++) wanted[a + i] = (unsigned char)b;
    set(here + a, (int)b + 256, n);
    for (int i = 0; i < ROOM; i++) check(here[i] == wanted[i], "memset", a, b, n);

    fill();
    for (unsigned i = 0; i < n; i++) there[b + i] = here[a + i];
    check(compare(here + a, there + b, n) == 0, "memcmp equal", a, b, n);
    if (n > 0) {
        unsigned at = below(n);
        there[b + at] ^= (unsigned char)(1 + below(255));
        int right = here[a + at] < there[b + at] ? -1 : 1;
        check(sign(compare(here + a, there + b, n)) == right, "memcmp", a, b, n);
        check(memchr(here + a, here[a + at], n) <= (void *)(here + a + at), "memchr", a, b, n);
        here[a + n] = 0;
        check(length((char *)here + a) == n, "strlen", a, b, n);
        check(strnlen((char *)here + a, at) == at, "strnlen", a, b, n);
    }
}

static void strings(void) {
    static char text[64], part[8], copy_[80];
    unsigned n = below(60), m = below(5);
    for (unsigned i = 0; i < n; i++) text[i] = (char)('a' + below(3));
    for (unsigned i = 0; i < m; i++) part[i] = (char)('a' + below(3));
    text[n] = part[m] = 0;
    char *found = 0;
    for (unsigned i = 0; i + m <= n && !found; i++) {
        unsigned j = 0;
        while (j < m && text[i + j] == part[j]) j++;
        if (j == m) found = text + i;
    }
    check(strstr(text, part) == found, "strstr", n, m, 0);
    char *first = 0, *last = 0;
    unsigned span = 0, other = 0;
    for (unsigned i = 0; i < n; i++)
        if (text[i] == 'b') {
            if (!first) first = text + i;
            last = text + i;
        }
    check(strchr(text, 'b') == first, "strchr", n, 0, 0);
    check(strrchr(text, 'b') == last, "strrchr", n, 0, 0);
    check(strchr(text, 0) == text + n, "strchr NUL", n, 0, 0);
    while (span < n && text[span] != 'c') span++;
    check(strspn(text, "ab") == span, "strspn", n, 0, 0);
    while (other < n && text[other] == 'a') other++;
    check(strcspn(text, "bc") == other, "strcspn", n, 0, 0);
    check(strpbrk(text, "bc") == (other < n ? text + other : 0), "strpbrk", n, 0, 0);
    strcpy(copy_, text);
    check(!strcmp(copy_, text), "strcpy", n, 0, 0);
    strcat(copy_, part);
    check(strlen(copy_) == n + m && !strncmp(copy_, text, n) && !strcmp(copy_ + n, part), "strcat", n, m, 0);
    memset(copy_, '#', sizeof copy_);
    strncpy(copy_, text, 10);
    for (unsigned i = 0; i < 10; i++) check(copy_[i] == (i < n ? text[i] : 0), "strncpy", n, i, 0);
    check(copy_[10] == '#', "strncpy end", n, 0, 0);
    int order = 0;
    for (unsigned i = 0; !order && (text[i] || part[i]); i++) order = (text[i] > part[i]) - (text[i] < part[i]);
    check(sign(strcmp(text, part)) == order, "strcmp", n, m, 0);
    unsigned words = 0, letters = 0;
    char *rest = 0;
    strcpy(copy_, text);
    for (char *word = strtok_r(copy_, "b", &rest); word; word = strtok_r(0, "b", &rest)) {
        words++;
        letters += (unsigned)strlen(word);
    }
    unsigned right = 0, right_letters = 0;
    for (unsigned i = 0; i < n; i++) {
        right += text[i] != 'b' && (i == 0 || text[i - 1] == 'b');
        right_letters += text[i] != 'b';
    }
    check(words == right && letters == right_letters, "strtok_r", n, words, right);
}

// How far long strings go on with bytes of sets of all sizes, from every place in a block.
static void sets(void) {
    static char room[800], set[40];
    char *text = room + below(70);
    unsigned n = below(500), size = below(30), most = 1 + below(200);
    for (unsigned i = 0; i < size; i++) set[i] = (char)('a' + below(26));
    set[size] = 0;
    unsigned inside = 0, outside = 0;
    for (unsigned i = 0; i < n; i++) text[i] = size && below(most) ? set[below(size)] : (char)('a' + below(26));
    text[n] = 0;
    while (inside < n && strchr(set, text[inside])) inside++;
    check(strspn(text, set) == inside, "strspn", n, size, most);
    for (unsigned i = 0; i < n; i++)
        if (below(most)) text[i] = 'Z';
    while (outside < n && !strchr(set, text[outside])) outside++;
    check(strcspn(text, set) == outside, "strcspn", n, size, most);
    char *last = 0;
    for (unsigned i = 0; i < n; i++)
        if (text[i] == 'e') last = text + i;
    check(strrchr(text, 'e') == last && strrchr(text, 0) == text + n, "strrchr", n, size, most);
}

int main(void) {
    for (unsigned n = 0; n < 150; n++)
        for (int k = 0; k < 30; k++) memory(below(160), below(160), n);
    for (int k = 0; k < 20000; k++) strings();
    for (int k = 0; k < 20000; k++) sets();
    printf("%d wrong\n", wrong);
    return wrong != 0;
}
