// Dates of random moments, forth and back, in every form that strftime knows.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint64_t state = 0x853c49e6748fea9bu;

static uint64_t next(void) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return state >> 11 ^ state >> 33;
}

static void print(const struct tm *t) {
    printf("%d-%d-%d %d:%d:%d wd %d yd %d dst %d off %ld\n", t->tm_year, t->tm_mon, t->tm_mday, t->tm_hour,
           t->tm_min, t->tm_sec, t->tm_wday, t->tm_yday, t->tm_isdst, t->tm_gmtoff);
}

static void formats(const struct tm *t) {
    static const char *all[] = {
        "%a %A %b %B %h", "%c|%C|%d|%D|%e|%F", "%g %G %V %U %W %u %w %j", "%H %I %k %l %M %S %p %P",
        "%r|%R|%T|%x|%X", "%y %Y %n%t%% %z", "%-d %_d %0e %-H %_m %-j %_S", "%Ec %Od %EY", "%s", "",
    };
    char text[200];
    for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
        size_t n = strftime(text, sizeof text, all[i], t);
        printf("%zu %s\n", n, n ? text : "");
    }
    for (size_t room = 0; room < 12; room++) printf("%zu ", strftime(text, room, "%Y-%m-%d", t));
    puts("");
}

static void moment(time_t at) {
    struct tm t, *same = gmtime(&at);
    if (!gmtime_r(&at, &t)) {
        printf("%ld: none %d\n", (long)at, same == 0);
        return;
    }
    printf("%ld ", (long)at);
    print(&t);
    printf("%d %d\n", same->tm_yday == t.tm_yday, timegm(&t) == at);
    localtime_r(&at, &t);
    print(&t);
    printf("%d\n", mktime(&t) == at);
    if (at > -60000000000 && at < 250000000000) printf("%s%s", asctime(&t), ctime(&at));
}

int main(int argc, char **argv) {
    int rounds = argc > 1 ? atoi(argv[1]) : 100;
    setenv("TZ", "UTC0", 1);
    tzset();
    static const time_t edges[] = {
        0, -1, 86399, 86400, 951782399, 951782400, 951868800, 4107542399, 4107542400, 1709164800, 1709251200, -62135596800,
        -62167219200, 253402300799, 253402300800, INT32_MIN, INT32_MAX, 67767976233532799, 67767976233619199,
        67768036191676799, 67768036191676800, INT64_MAX, -67768040609740800, -67768040609740801, INT64_MIN / 2,
    };
    for (unsigned i = 0; i < sizeof edges / sizeof *edges; i++) moment(edges[i]);
    for (int i = 0; i < rounds; i++) {
        time_t at = (time_t)(next() % 600000000000) - 200000000000;
        if (i % 16 == 0) moment(at);
        struct tm t;
        gmtime_r(&at, &t);
        if (i % 64 == 0) formats(&t);
        char text[64];
        strftime(text, sizeof text, "%G-W%V-%u %j %U %W", &t);
        puts(text);
        // Members out of their ranges are put in order.
        struct tm odd = {.tm_sec = (int)(next() % 400) - 200, .tm_min = (int)(next() % 400) - 200, .tm_hour = (int)(next() % 400) - 200,
                         .tm_mday = (int)(next() % 4000) - 2000, .tm_mon = (int)(next() % 400) - 200, .tm_year = (int)(next() % 400)};
        printf("%ld ", (long)mktime(&odd));
        print(&odd);
    }
    printf("%g %d\n", difftime(100, 58), CLOCKS_PER_SEC == 1000000);
    return 0;
}
