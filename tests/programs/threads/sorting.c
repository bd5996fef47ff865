// Threads that start threads: a merge sort whose halves are sorted at once, down to some depth.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBERS = 20000, DEPTH = 3 };

typedef struct { unsigned *from, *room; int count, depth; } part;

static void *sort(void *argument) {
    part *p = argument;
    if (p->count < 2) return NULL;
    int half = p->count / 2;
    part left = {p->from, p->room, half, p->depth - 1};
    part right = {p->from + half, p->room + half, p->count - half, p->depth - 1};
    pthread_t thread;
    if (p->depth > 0 && pthread_create(&thread, NULL, sort, &left) == 0) {
        sort(&right);
        pthread_join(thread, NULL);
    } else {
        sort(&left);
        sort(&right);
    }
    int i = 0, j = half, k = 0;
    while (i < half && j < p->count) p->room[k++] = p->from[i] <= p->from[j] ? p->from[i++] : p->from[j++];
    while (i < half) p->room[k++] = p->from[i++];
    while (j < p->count) p->room[k++] = p->from[j++];
    memcpy(p->from, p->room, p->count * sizeof *p->from);
    return NULL;
}

int main(void) {
    unsigned *numbers = malloc(NUMBERS * sizeof *numbers), *room = malloc(NUMBERS * sizeof *room), x = 1;
    for (int i = 0; i < NUMBERS; i++) numbers[i] = x = x * 1664525 + 1013904223;
    sort(&(part){numbers, room, NUMBERS, DEPTH});
    int wrong = 0;
    for (int i = 1; i < NUMBERS; i++) wrong += numbers[i - 1] > numbers[i];
    printf("%d %u %u %u\n", wrong, numbers[0], numbers[NUMBERS / 2], numbers[NUMBERS - 1]);
    free(numbers);
    free(room);
    return 0;
}
