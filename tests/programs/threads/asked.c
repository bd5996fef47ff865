// Signals that are held back and asked for: of one thread, of a thread for all others, with a time; sleeping until
// a moment.
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static sigset_t asked;
static volatile sig_atomic_t handled;

static void handle(int signal) { handled = signal; }

static void *take_all(void *count) {
    for (int signal; sigwait(&asked, &signal) == 0 && signal != SIGTERM;) ++*(int *)count;
    return NULL;
}

static long long now(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int main(void) {
    sigemptyset(&asked);
    sigaddset(&asked, SIGUSR1);
    sigaddset(&asked, SIGTERM);
    sigaddset(&asked, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &asked, NULL);

    int signal = 0;
    raise(SIGUSR1);
    sigwait(&asked, &signal);
    printf("raised: %d\n", signal == SIGUSR1);
    kill(getpid(), SIGUSR1);
    siginfo_t info;
    signal = sigwaitinfo(&asked, &info);
    printf("sent: %d, %d\n", signal == SIGUSR1, info.si_signo == signal && info.si_code == SI_USER);

    struct timespec none = {0, 0}, some = {0, 20000000}, wrong = {0, 1000000000};
    printf("none: %d %s\n", sigtimedwait(&asked, &info, &none), strerror(errno));
    long long start = now(CLOCK_MONOTONIC);
    printf("in time: %d %s", sigtimedwait(&asked, NULL, &some), strerror(errno));
    printf(" %d\n", now(CLOCK_MONOTONIC) - start >= 20000000);
    printf("wrong: %d %s\n", sigtimedwait(&asked, NULL, &wrong), strerror(errno));

    struct itimerval soon = {{0, 0}, {0, 5000}};
    setitimer(ITIMER_REAL, &soon, NULL);
    sigwait(&asked, &signal);
    printf("alarm: %d\n", signal == SIGALRM);

    struct sigaction action = {.sa_handler = handle};
    sigaction(SIGUSR2, &action, NULL);
    pthread_kill(pthread_self(), SIGUSR2);
    printf("to itself: %d, there: %d\n", handled == SIGUSR2, pthread_kill(pthread_self(), 0));

    struct timespec until, left;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 10000000;
    if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
    printf("until: %d", clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &until, NULL));
    printf(" %d", now(CLOCK_REALTIME) >= until.tv_sec * 1000000000LL + until.tv_nsec);
    printf(" %d\n", clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &until, NULL));
    printf("for: %d %d %d\n", clock_nanosleep(CLOCK_MONOTONIC, 0, &some, &left),
           clock_nanosleep(CLOCK_MONOTONIC, 0, &wrong, &left) == EINVAL,
           clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &some, NULL) == EINVAL);
    printf("slept: %d %d\n", nanosleep(&wrong, NULL), errno == EINVAL);

    pthread_t thread;
    int count = 0;
    pthread_create(&thread, NULL, take_all, &count);
    kill(getpid(), SIGUSR1);
    kill(getpid(), SIGTERM);
    pthread_join(thread, NULL);
    printf("by a thread: %d\n", count <= 1);
    return 0;
}
