// A thread that waits while it has a stream keeps nobody from other streams; locks of streams that a program takes itself.
// flags: -pthread
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>

enum { THREADS = 4, LINES = 50 };
static FILE *slow_in, *slow_out, *lines;
static sem_t has, may;

static void *slow(void *unused) {
    flockfile(slow_in);
    flockfile(slow_out);
    sem_post(&has);
    sem_wait(&may);
    char line[40];
    fputs(fgets(line, sizeof line, slow_in) ? line : "nothing\n", slow_out);
    funlockfile(slow_out);
    funlockfile(slow_in);
    return unused;
}

static void *writer(void *argument) {
    for (int i = 0; i < LINES; i++) {
        flockfile(lines);
        flockfile(lines);
        for (const char *at = "a whole line"; *at; at++) putc_unlocked(*at, lines);
        funlockfile(lines);
        putc_unlocked('\n', lines);
        funlockfile(lines);
    }
    return argument;
}

static void *taker(void *argument) {
    *(int *)argument = ftrylockfile(stderr);
    return NULL;
}

static int taken_beside(void) {
    pthread_t thread;
    int taken = -1;
    pthread_create(&thread, NULL, taker, &taken);
    pthread_join(thread, NULL);
    return taken != 0;
}

int main(void) {
    static char from[] = "slow\n", quick[] = "quick\n", to[40], there[40], line[40];
    pthread_t thread, threads[THREADS];
    sem_init(&has, 0, 0);
    sem_init(&may, 0, 0);
    slow_in = fmemopen(from, sizeof from - 1, "r");
    slow_out = fmemopen(to, sizeof to, "w");
    pthread_create(&thread, NULL, slow, NULL);
    sem_wait(&has);

    FILE *in = fmemopen(quick, sizeof quick - 1, "r"), *out = fmemopen(there, sizeof there, "w+");
    if (!fgets(line, sizeof line, in)) return 1;
    fputs(line, out);
    rewind(out);
    if (!fgets(line, sizeof line, out)) return 2;
    printf("from the quick one: %s", line);
    fclose(in);
    fclose(out);

    sem_post(&may);
    pthread_join(thread, NULL);
    fclose(slow_out);
    fclose(slow_in);
    printf("from the slow one: %s", to);

    char *written;
    size_t length;
    lines = open_memstream(&written, &length);
    for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, writer, NULL);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    fclose(lines);
    lines = fmemopen(written, length, "r");
    int whole = 0;
    while (fgets(line, sizeof line, lines)) whole += strcmp(line, "a whole line\n") == 0;
    printf("%d of %zu\n", whole, length / 13);

    flockfile(stderr);
    printf("%d %d\n", ftrylockfile(stderr), taken_beside());
    funlockfile(stderr);
    funlockfile(stderr);
    printf("%d\n", taken_beside());
    return 0;
}
