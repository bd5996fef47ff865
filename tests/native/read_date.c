// strptime: what strftime writes in each form, and texts that are damaged.
#define _GNU_SOURCE
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

static void try(const char *text, const char *format) {
    struct tm t = {.tm_mday = 3, .tm_mon = 2, .tm_year = 99, .tm_isdst = 0};
    const char *end = strptime(text, format, &t);
    printf("%s|%s: ", text, format);
    if (!end) {
        puts("none");
        return;
    }
    printf("%td %d-%d-%d %d:%d:%d wd %d yd %d dst %d off %ld\n", end - text, t.tm_year, t.tm_mon, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec,
           t.tm_wday, t.tm_yday, t.tm_isdst, t.tm_gmtoff);
}

int main(int argc, char **argv) {
    int rounds = argc > 1 ? atoi(argv[1]) : 100;
    setenv("TZ", "UTC0", 1);
    tzset();
    static const char *forms[] = {
        "%c", "%F %T", "%D %R", "%d %b %Y", "%A, %e %B %y", "%C%y-%m-%d", "%Y %j", "%j %Y", "%I:%M:%S %p", "%l:%M %P", "%r", "%s", "%x %X",
        "%Y-%U-%w", "%Y %W %u", "%a %U %Y", "%y%m%d%H%M%S", "%n%Y%t%m", "%%%d", "%EY %Od", "%-d %_m", "%G-W%V-%u", "%g", "%k", "%H%p", "%h", "%C", "%m", "%j",
        "%Y-%m-%dT%H:%M:%SZ", "%d/%b/%Y:%H:%M:%S", "",
    };
    static const char *fixed[][2] = {
        {"+0130", "%z"}, {"-01:30x", "%z"}, {"+01", "%z"}, {"Z", "%z"}, {"+2500", "%z"}, {"-9959", "%z"}, {"5", "%Od"}, {"2005", "%EY"}, {"5", "%OH"}, {"5", "%Oy"}, {"19", "%EC"}, {"01/02/03", "%Ex"}, {"5", "%Ed"}, {"5", "%OY"}, {"5", "%Om %OM"}, {"5", "%Oe"}, {"5", "%OS"}, {"5", "%Ou"}, {"5", "%OU"}, {"3", "%OW"}, {"3", "%Ow"}, {"5", "%OV"}, {"5", "%Ok"}, {"2", "%OI"}, {"2", "%Ol"}, {"  -0000", "%z"}, {"+1", "%z"}, {"+0160", "%z"}, {"+1500", "%z"}, {"0100", "%z"}, {"+01:3", "%z"},
        {"UTC x", "%Z x"}, {"13", "%I"}, {"0", "%I"}, {"12 pm", "%I %p"}, {"12 AM", "%I %p"}, {"PM 1", "%p %I"}, {"1 PM", "%H %p"}, {"68", "%y"}, {"69", "%y"},
        {"19 05", "%C %y"}, {"20", "%C"}, {"2024 60", "%Y %j"}, {"366", "%j"}, {"367", "%j"}, {"0", "%j"}, {"february 30", "%b %d"}, {"Febr", "%b"}, {"MAY", "%B"},
        {"sun", "%A"}, {"tuesd", "%a"}, {"60", "%M"}, {"61", "%S"}, {"62", "%S"}, {"x", "%d"}, {"32", "%d"}, {"7", "%u"}, {"8", "%u"}, {"7", "%w"}, {"12345", "%Y"}, {"1-2-3", "%Y-%m-%d"},
        {"a  b", "a b"}, {"ab", "a b"}, {"%", "%%"}, {"5", "%q"}, {"5", "%"}, {"99999999999", "%s"}, {"-1", "%s"}, {"2024-02-29", "%F"}, {"  12", "%H"}, {"\t12", "%H"}, {"54", "%U"}, {"am", "%p"}, {"xm", "%p"},
        {"2020 53 5", "%Y %U %w"}, {"1 52", "%w %U"},
    };
    for (unsigned i = 0; i < sizeof fixed / sizeof *fixed; i++) try(fixed[i][0], fixed[i][1]);
    for (int i = 0; i < rounds; i++) {
        time_t at = (time_t)(next() % 250000000000) - 60000000000;
        struct tm t;
        gmtime_r(&at, &t);
        char text[100];
        const char *form = forms[next() % (sizeof forms / sizeof *forms)];
        size_t n = strftime(text, sizeof text, form, &t);
        text[n] = 0;
        if (n && next() % 3 == 0) text[next() % n] = " :-0a9P"[next() % 7];
        try(text, next() % 8 ? form : forms[next() % (sizeof forms / sizeof *forms)]);
    }
    return 0;
}
