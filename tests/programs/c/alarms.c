// Alarms that strike loops, functions that call themselves, and whoever waits.
// flags: -D_GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t rung;
static sigjmp_buf back;

static void ring(int signal) { rung += signal; }
static void leave(int signal) { siglongjmp(back, signal); }

static void told(int signal, siginfo_t *info, void *context) {
    rung += signal + 1000 * (info->si_signo == SIGALRM && info->si_code > 0 && context);
}

static void in(long first, long each) {
    struct itimerval timer = {{0, each}, {0, first}};
    rung = 0;
    if (setitimer(ITIMER_REAL, &timer, 0)) perror("setitimer");
}

static __attribute__((noinline)) void spin(void) {
    while (!rung) {}
}

static __attribute__((noinline)) int fib(int n) {
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

static volatile uint64_t sink;
static __attribute__((noinline)) void for_ever(void) {
    uint64_t x = 1;
    for (;;) {
        for (int i = 0; i < 100; i++) x = x * 6364136223846793005u + i;
        sink = x;
    }
}

static int compare(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

static void loops(void) {
    signal(SIGALRM, ring);
    in(5000, 0);
    spin();
    printf("spun until %d\n", rung);
    in(2000, 2000);
    while (rung < 3 * SIGALRM) {}
    in(0, 0);
    printf("three times\n");

    struct sigaction new;
    memset(&new, 0, sizeof new);
    new.sa_sigaction = told;
    new.sa_flags = SA_SIGINFO;
    sigaction(SIGALRM, &new, 0);
    in(3000, 0);
    spin();
    printf("told %d\n", rung);

    signal(SIGALRM, leave);
    int came = sigsetjmp(back, 1);
    if (!came) in(3000, 0), for_ever();
    printf("left with %d\n", came);
    came = sigsetjmp(back, 1);
    if (!came) {
        in(3000, 0);
        printf("fib %d\n", fib(90));
    }
    printf("left with %d\n", came);
    came = sigsetjmp(back, 1);
    if (!came) {
        in(3000, 0);
        static int numbers[100];
        for (;;) {
            for (int i = 0; i < 100; i++) numbers[i] = i * 37 % 100;
            qsort(numbers, 100, sizeof *numbers, compare);
        }
    }
    printf("left with %d\n", came);
}

// Again and again: the first may come before there is anybody who waits.
static void waits(void) {
    struct sigaction new;
    memset(&new, 0, sizeof new);
    new.sa_handler = ring;
    sigaction(SIGALRM, &new, 0);
    in(3000, 3000);
    int result = pause();
    printf("pause %d %d %d\n", result, errno == EINTR, rung > 0);
    in(3000, 3000);
    result = sleep(1000);
    printf("sleep %d %d\n", result > 990 && result <= 1000, rung > 0);
    in(3000, 3000);
    struct timespec wanted = {1000, 0}, left = {0, 0};
    errno = 0;
    result = nanosleep(&wanted, &left);
    printf("nanosleep %d %d %d %d\n", result, errno == EINTR, left.tv_sec > 990 && left.tv_sec < 1000, rung > 0);
    in(3000, 3000);
    result = usleep(900000000);
    printf("usleep %d %d\n", result, rung > 0);
    in(3000, 3000);
    errno = 0;
    result = poll(0, 0, 1000000);
    printf("poll %d %d %d\n", result, errno == EINTR, rung > 0);
    in(3000, 3000);
    errno = 0;
    struct timeval limit = {1000, 0};
    result = select(0, 0, 0, 0, &limit);
    printf("select %d %d %d\n", result, errno == EINTR, rung > 0);
    in(0, 0);
    wanted.tv_sec = 0, wanted.tv_nsec = 1000000;
    result = nanosleep(&wanted, &left);
    printf("to its end %d\n", result);
}

static void held_back(void) {
    sigset_t set, old, came;
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    sigprocmask(SIG_BLOCK, &set, &old);
    in(2000, 0);
    do sigpending(&came);
    while (!sigismember(&came, SIGALRM));
    printf("held back %d\n", rung);
    sigprocmask(SIG_SETMASK, &old, 0);
    printf("let go %d\n", rung);
    sigprocmask(SIG_BLOCK, &set, &old);
    in(2000, 0);
    int result = sigsuspend(&old);
    printf("sigsuspend %d %d %d\n", result, errno == EINTR, rung);
    sigprocmask(SIG_SETMASK, &old, 0);
    signal(SIGALRM, SIG_IGN);
    in(1000, 0);
    struct itimerval now;
    do getitimer(ITIMER_REAL, &now);
    while (now.it_value.tv_usec || now.it_value.tv_sec);
    printf("ignored %d\n", rung);
}

static void numbers(void) {
    printf("%u\n", alarm(100));
    printf("%u\n", alarm(7));
    struct itimerval timer = {{3, 5}, {50, 999000}}, old, now;
    printf("%d\n", setitimer(ITIMER_REAL, &timer, &old));
    printf("%ld %ld %ld\n", old.it_interval.tv_sec, old.it_interval.tv_usec, old.it_value.tv_sec);
    printf("%d\n", getitimer(ITIMER_REAL, &now));
    printf("%ld %ld %ld\n", now.it_interval.tv_sec, now.it_interval.tv_usec, now.it_value.tv_sec);
    printf("%u\n", alarm(0));
    printf("%u\n", alarm(0));
    printf("%u\n", ualarm(500, 0) + ualarm(0, 0) / 1000);
    timer.it_value.tv_usec = 1000000;
    printf("%d %d\n", setitimer(ITIMER_REAL, &timer, 0), errno == EINVAL);
    printf("%d %d\n", setitimer(9, 0, 0), errno == EINVAL);
}

int main(void) {
    numbers();
    loops();
    waits();
    held_back();
    return 0;
}
