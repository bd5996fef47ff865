// qsort and bsearch with callbacks of several kinds, and sorts written by hand.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct { char name[12]; int age; double weight; } person;

static int by_int(const void *a, const void *b) { return (*(const int *)a > *(const int *)b) - (*(const int *)a < *(const int *)b); }
static int down(const void *a, const void *b) { return by_int(b, a); }
static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }
static int by_age(const void *a, const void *b) { return ((const person *)a)->age - ((const person *)b)->age; }
static int by_weight(const void *a, const void *b) {
    double x = ((const person *)a)->weight, y = ((const person *)b)->weight;
    return x < y ? -1 : x > y;
}
static int by_byte(const void *a, const void *b) { return *(const uint8_t *)a - *(const uint8_t *)b; }

static void heap_sort(int *v, int n) {
    for (int start = n / 2 - 1, end = n; end > 1;) {
        int root;
        if (start >= 0) root = start--;
        else {
            int t = v[--end];
            v[end] = v[0];
            v[0] = t;
            root = 0;
        }
        for (int child; (child = 2 * root + 1) < end; root = child) {
            if (child + 1 < end && v[child] < v[child + 1]) child++;
            if (v[root] >= v[child]) break;
            int t = v[root];
            v[root] = v[child];
            v[child] = t;
        }
    }
}

static void merge_sort(int *v, int *room, int n) {
    if (n < 2) return;
    int h = n / 2, i = 0, j = h, k = 0;
    merge_sort(v, room, h);
    merge_sort(v + h, room, n - h);
    while (i < h && j < n) room[k++] = v[j] < v[i] ? v[j++] : v[i++];
    while (i < h) room[k++] = v[i++];
    memcpy(v, room, (size_t)k * sizeof *v);
}

static void radix_sort(uint32_t *v, uint32_t *room, int n) {
    for (int shift = 0; shift < 32; shift += 8) {
        int start[257] = {0};
        for (int i = 0; i < n; i++) start[(v[i] >> shift & 255) + 1]++;
        for (int i = 0; i < 256; i++) start[i + 1] += start[i];
        for (int i = 0; i < n; i++) room[start[v[i] >> shift & 255]++] = v[i];
        memcpy(v, room, (size_t)n * sizeof *v);
    }
}

static void shell_sort(int *v, int n) {
    for (int gap = n / 2; gap; gap /= 2)
        for (int i = gap; i < n; i++)
            for (int j = i; j >= gap && v[j - gap] > v[j]; j -= gap) {
                int t = v[j];
                v[j] = v[j - gap];
                v[j - gap] = t;
            }
}

static uint32_t seed = 7;
static uint32_t next(void) { return seed = seed * 1664525u + 1013904223u; }

static int sorted(const int *v, int n) {
    for (int i = 1; i < n; i++)
        if (v[i - 1] > v[i]) return 0;
    return 1;
}

int main(void) {
    enum { N = 500 };
    static int v[N], w[N], room[N];
    for (int i = 0; i < N; i++) v[i] = (int)(next() >> 8) % 1000 - 500;
    memcpy(w, v, sizeof v);
    qsort(w, N, sizeof *w, by_int);
    printf("%d %d %d %d\n", sorted(w, N), w[0], w[N / 2], w[N - 1]);
    for (int i = 0; i < 8; i++) {
        int key = (int)(next() % 1000) - 500, *found = bsearch(&key, w, N, sizeof *w, by_int);
        printf("%d%s ", key, found ? *found == key ? "+" : "?" : "-");
    }
    puts("");
    qsort(w, N, sizeof *w, down);
    printf("%d %d\n", w[0], w[N - 1]);
    memcpy(w, v, sizeof v);
    heap_sort(w, N);
    printf("%d ", sorted(w, N));
    memcpy(w, v, sizeof v);
    merge_sort(w, room, N);
    printf("%d ", sorted(w, N));
    memcpy(w, v, sizeof v);
    shell_sort(w, N);
    printf("%d\n", sorted(w, N));
    static uint32_t u[N], spare[N];
    for (int i = 0; i < N; i++) u[i] = next();
    radix_sort(u, spare, N);
    printf("%u %u %u\n", u[0], u[N / 2], u[N - 1]);
    const char *words[] = {"pear", "apple", "fig", "quince", "banana", "cherry", "date", "apricot"};
    qsort(words, 8, sizeof *words, by_text);
    for (int i = 0; i < 8; i++) printf("%s ", words[i]);
    puts("");
    person people[] = {{"Ada", 36, 60.5}, {"Bo", 20, 80}, {"Cy", 36, 55.25}, {"Di", 41, 70}, {"Ed", 20, 65}, {"Flo", 36, 50}};
    qsort(people, 6, sizeof *people, by_age);
    for (int i = 0; i < 6; i++) printf("%s ", people[i].name);
    qsort(people, 6, sizeof *people, by_weight);
    for (int i = 0; i < 6; i++) printf("%s:%g ", people[i].name, people[i].weight);
    puts("");
    char letters[] = "the quick brown fox";
    qsort(letters, strlen(letters), 1, by_byte);
    printf("[%s]\n", letters);
    return 0;
}
