// The environment, getopt, atomic objects, linear search, signals.
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <search.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

static const char *value(const char *name) {
    const char *found = getenv(name);
    return found ? found : "(none)";
}

static void environment(void) {
    printf("%d\n", clearenv());
    printf("%s\n", value("A"));
    printf("%d %s\n", setenv("A", "1", 0), value("A"));
    printf("%d %s\n", setenv("A", "2", 0), value("A"));
    printf("%d %s\n", setenv("A", "three=3", 1), value("A"));
    printf("%d %s %s\n", setenv("AB", "", 1), value("AB"), value("A"));
    static char own[] = "OWN=old";
    printf("%d %s\n", putenv(own), value("OWN"));
    memcpy(own + 4, "new", 3);
    printf("%s\n", value("OWN"));
    errno = 0;
    printf("%d %d\n", setenv("", "x", 1), errno == EINVAL);
    errno = 0;
    printf("%d %d\n", setenv("A=B", "x", 1), errno == EINVAL);
    printf("%d %d\n", unsetenv("A=B"), unsetenv("NOT"));
    char name[16];
    for (int i = 0; i < 40; i++) {
        snprintf(name, sizeof name, "N%d", i);
        setenv(name, name, 1);
    }
    for (int i = 0; i < 40; i += 3) {
        snprintf(name, sizeof name, "N%d", i);
        printf("%d ", unsetenv(name));
    }
    for (char **at = environ; *at; at++) printf("%s ", *at);
    puts("");
    static char *mine[] = {"X=1", "Y=2", 0};
    environ = mine;
    printf("%s %s\n", value("X"), value("A"));
    setenv("Z", "3", 1);
    for (char **at = environ; *at; at++) printf("%s ", *at);
    puts("");
}

static void parse(const char *title, const char *short_options, const struct option *list, char **words) {
    char *copy[20];
    int count = 0;
    copy[count++] = "program";
    while (*words) copy[count++] = *words++;
    copy[count] = 0;
    optind = 0;
    opterr = 0;
    printf("%s:", title);
    for (;;) {
        int index = -1;
        int c = list ? getopt_long(count, copy, short_options, list, &index) : getopt(count, copy, short_options);
        if (c == -1) break;
        printf(" [%d '%c' %s %d", c, c > 31 && c < 127 ? c : '.', optarg ? optarg : "-", index);
        if (c == '?' || c == ':') printf(" opt %d", optopt);
        printf("]");
    }
    printf(" |");
    for (int i = optind; i < count; i++) printf(" %s", copy[i]);
    puts("");
}

#define WORDS(...) (char *[]) { __VA_ARGS__, 0 }

static void options(void) {
    parse("plain", "ab:c::", 0, WORDS("-a", "-b", "x", "-by", "-c", "-cz", "rest"));
    parse("group", "ab:c", 0, WORDS("-acb", "value", "-ca", "end"));
    parse("moved", "ab:c", 0, WORDS("one", "-a", "two", "-b", "value", "three", "-c", "four"));
    parse("group moved", "ab:", 0, WORDS("one", "two", "-ab", "value", "three"));
    parse("stop", "+ab:", 0, WORDS("-a", "one", "-b", "x"));
    parse("dashes", "ab:", 0, WORDS("one", "-a", "--", "-b", "two"));
    parse("single", "a", 0, WORDS("-", "-a", "-"));
    parse("unknown", "a", 0, WORDS("-x", "-a", "-ya"));
    parse("missing", "ab:", 0, WORDS("-a", "-b"));
    parse("quiet", ":ab:", 0, WORDS("-b", "1", "-z", "-b"));
    parse("no words", "a", 0, (char *[]){0});
    static int flag;
    static const struct option list[] = {{"all", no_argument, 0, 'a'},        {"block", required_argument, 0, 'b'},
                                         {"colour", optional_argument, 0, 1000}, {"flag", no_argument, &flag, 77},
                                         {"blob", required_argument, 0, 'B'},  {0, 0, 0, 0}};
    parse("long", "ab:", list, WORDS("--all", "--block", "x", "--block=y", "--colour", "--colour=red", "rest"));
    parse("short names", "ab:", list, WORDS("--al", "--bloc=1", "--blo", "--col=2", "file", "--blob", "q", "-a"));
    parse("wrong", "ab:", list, WORDS("--nope", "--all=1", "--block"));
    parse("quiet long", ":ab:", list, WORDS("--block"));
    parse("flags", "ab:", list, WORDS("one", "--flag", "two", "-b", "three", "--", "--all"));
    printf("%d\n", flag);
}

struct triple { int a, b, c; };
struct large { char bytes[40]; };
static _Atomic struct triple triple;
static _Atomic struct large large;
static _Atomic __int128 wide;

static void objects(void) {
    struct triple first = {1, 2, 3}, second = {4, 5, 6};
    atomic_store(&triple, first);
    struct triple seen = atomic_load(&triple);
    int swapped = atomic_compare_exchange_strong(&triple, &seen, second);
    printf("%d %d\n", swapped, atomic_compare_exchange_strong(&triple, &seen, first));
    printf("%d %d %d\n", seen.a, seen.b, seen.c);
    seen = atomic_exchange(&triple, first);
    printf("%d %d %d\n", seen.a, seen.b, seen.c);
    struct large text = {"forty bytes"};
    large = text;
    struct large back = large;
    printf("%s %d %d\n", back.bytes, atomic_is_lock_free(&large), atomic_is_lock_free(&triple));
    wide = ((__int128)1 << 100) + 5;
    wide += 7;
    wide -= ((__int128)1 << 90);
    wide ^= 3;
    wide |= (__int128)1 << 70;
    wide &= ~(__int128)4;
    __int128 now = wide, old = atomic_exchange(&wide, 9);
    printf("%lx %lx %d %d\n", (long)(now >> 64), (long)now, now == old, (int)wide);
}

static int compare(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

static void searching(void) {
    int list[10] = {5, 3, 9};
    size_t count = 3;
    for (int key = 1; key < 7; key++) {
        int *found = lfind(&key, list, &count, sizeof key, compare);
        printf("%d ", found ? (int)(found - list) : -1);
        if (key % 2) found = lsearch(&key, list, &count, sizeof key, compare);
    }
    printf("%zu:", count);
    for (size_t i = 0; i < count; i++) printf(" %d", list[i]);
    puts("");
}

static volatile int caught;
static void handler(int number) { caught += number; }

static void signals(void) {
    printf("%d\n", signal(SIGUSR1, handler) == SIG_DFL);
    printf("%d %d\n", raise(SIGUSR1), caught);
    signal(SIGUSR1, handler);
    printf("%d %d\n", raise(SIGUSR1), caught);
    printf("%d\n", signal(SIGTERM, SIG_IGN) == SIG_DFL);
    printf("%d %d\n", raise(SIGTERM), raise(SIGCHLD));
    printf("%d %d\n", signal(SIGKILL, handler) == SIG_ERR, signal(1000, handler) == SIG_ERR);
    // Called once, then forgotten.
    extern void (*__sysv_signal(int, void (*)(int)))(int);
    __sysv_signal(SIGUSR1, handler);
    raise(SIGUSR1);
    struct sigaction once = {.sa_handler = handler, .sa_flags = SA_RESETHAND}, was;
    printf("%d\n", sigaction(SIGUSR1, &once, &was) == 0 && was.sa_handler == SIG_DFL);
    sigaction(SIGUSR1, 0, &was);
    printf("%d %d\n", was.sa_handler == handler, (was.sa_flags & SA_RESETHAND) != 0);
    raise(SIGUSR1);
    printf("%d\n", signal(SIGUSR1, SIG_DFL) == SIG_DFL);
    struct lconv *written = localeconv();
    printf("%s [%s] %d\n", written->decimal_point, written->mon_grouping, written->frac_digits);
}

int main(void) {
    environment();
    options();
    objects();
    searching();
    signals();
    return 0;
}
