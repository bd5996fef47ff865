// What older functions of the standard keep until their next call, each thread has for itself, and others come in
// between. glibc shares some of it among threads: natively it is kept by the program.
// flags: -pthread
// bitcode: -DKEPT
#include <errno.h>
#include <locale.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

enum { THREADS = 3, ROUNDS = 200 };
static char results[THREADS][ROUNDS * 64];

#ifdef KEPT
#define split(text, set) strtok(text, set)
#define date(moment) gmtime(moment)
#define text_of(date) asctime(date)
#define next(to, from, most) mbrtowc(to, from, most, NULL)
#else
static _Thread_local char *rest, room[64];
static _Thread_local struct tm broken;
static _Thread_local mbstate_t state;
#define split(text, set) strtok_r(text, set, &rest)
#define date(moment) gmtime_r(moment, &broken)
#define text_of(date) asctime_r(date, room)
#define next(to, from, most) mbrtowc(to, from, most, &state)
#endif

static void *work(void *argument) {
    int own = (int)(long)argument;
    char words[ROUNDS * 8] = "", *to = results[own];
    for (int i = 0; i < ROUNDS; i++) {
        char word[16];
        snprintf(word, sizeof word, "%d.%d, ", own, i);
        strcat(words, word);
    }
    char *word = split(words, ", ");
    for (int i = 0; i < ROUNDS; i++) {
        time_t moment = 86400L * 365 * (own + i);
        struct tm *day = date(&moment);
        sched_yield();
        const char *text = text_of(day);
        sched_yield();
        const char *error = strerror(1000 * own + 500 + i);
        wchar_t letter = 0;
        // Half a letter, and the other half when others may have had their first.
        size_t first = next(&letter, "\xc3", 1);
        sched_yield();
        const char second[] = {(char)(0xa0 + own), 0};
        size_t last = next(&letter, second, 1);
        to += sprintf(to, "%s %.24s %d %s%s %d %x\n", word, text, day->tm_year, error + 14,
                      first == (size_t)-2 ? "" : "?", (int)last, (unsigned)letter);
        sched_yield();
        word = split(NULL, ", ");
    }
    return NULL;
}

int main(void) {
    setlocale(LC_ALL, "C.UTF-8");
    pthread_t threads[THREADS];
    for (long i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, work, (void *)i);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        unsigned sum = 0;
        for (const char *at = results[i]; *at; at++) sum = sum * 31 + (unsigned char)*at;
        printf("%08x %s", sum, results[i] + strlen(results[i]) - 48);
    }
}
