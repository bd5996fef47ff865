// Handlers of divisions that have no result: how they leave, what they are told, and what they hold back.
// flags: -D_GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static sigjmp_buf back;
static jmp_buf plain;
static volatile int calls;

static void told(int signal, siginfo_t *info, void *context) {
    calls++;
    siglongjmp(back, 100 * signal + 10 * info->si_code + (info->si_signo == signal) + 2 * (context != 0));
}

static void short_one(int signal) {
    calls++;
    siglongjmp(back, signal);
}

static void set(int flags) {
    struct sigaction new;
    memset(&new, 0, sizeof new);
    new.sa_sigaction = told;
    new.sa_flags = SA_SIGINFO | flags;
    sigaction(SIGFPE, &new, 0);
}

static volatile int ten = 10, zero, minus_one = -1, least = INT_MIN;
static volatile unsigned uten = 10, uzero;
static volatile long lten = 10, lzero, lleast = LONG_MIN, lminus_one = -1;
static volatile unsigned long ulten = 10, ulzero;
static volatile short sten = 10, szero, sleast = SHRT_MIN, sminus_one = -1;
static volatile signed char cten = 10, czero, cleast = SCHAR_MIN;
static volatile __int128 wten = 10, wzero;
static volatile unsigned __int128 uwten = 10, uwzero;

#define TRY(what)                                                   \
    do {                                                            \
        int came = sigsetjmp(back, 1);                              \
        if (came == 0)                                              \
            printf("%s is %ld\n", #what, (long)(what));             \
        else                                                        \
            printf("%s: %d, call %d\n", #what, came, calls);        \
    } while (0)

static void kinds(void) {
    TRY(ten / 3);
    TRY(ten / zero);
    TRY(ten % zero);
    TRY(zero / zero);
    TRY(least / minus_one);
    TRY((least + 1) / minus_one);
    TRY(least % minus_one);
    TRY(ten / minus_one);
    TRY(uten / uzero);
    TRY(uten % uzero);
    TRY(uten / (uzero + 3));
    TRY(lten / lzero);
    TRY(lten % lzero);
    TRY(lleast / lminus_one);
    TRY(lleast % lminus_one);
    TRY(ulten / ulzero);
    TRY(ulten % ulzero);
    TRY(ulten / (ulzero - 1));
    TRY(sten / szero);
    TRY(sleast / sminus_one);
    TRY(cten % czero);
    TRY(cleast / -1);
    TRY(wten / wzero);
    TRY(wten % wzero);
    TRY(uwten / uwzero);
    TRY(uwten % (uwzero + 7));
    TRY(div(ten, zero).quot);
    TRY(ldiv(lten, lzero).rem);
}

// What changed before the division is there behind it.
static __attribute__((noinline)) int quotient(int a, int b) { return a / b; }

static int hot(int rounds) {
    volatile int failed = 0, sum = 0;
    for (volatile int i = 0; i < rounds; i++) {
        if (sigsetjmp(back, 1)) {
            failed++;
            continue;
        }
        sum += quotient(1000, i % 7);
    }
    return sum * 1000 + failed;
}

typedef int four __attribute__((vector_size(16)));
static __attribute__((noinline)) four quotients(four a, four b) { return a / b; }

static void lanes(void) {
    four a = {1, 2, 3, INT_MIN};
    volatile four b = {1, 1, 1, 1};
    for (int i = 0; i < 6; i++) {
        if (sigsetjmp(back, 1)) {
            printf("lanes %d\n", i);
            continue;
        }
        b[0] = b[1] = b[2] = b[3] = 1 + i;
        if (i > 0 && i < 5) b[i - 1] = i == 4 ? -1 : 0;
        four c = quotients(a, b);
        printf("%d %d %d %d\n", c[0], c[1], c[2], c[3]);
    }
}

// Calls between the division and where it leads to.
static __attribute__((noinline)) int deep(int n, int by) { return n == 0 ? ten / by : deep(n - 1, by) + 1; }

// Nobody puts back what is held back, which a second division would die of.
static void with_mask(void) {
    sigset_t set;
    if (setjmp(plain) == 0) {
        struct sigaction new = {.sa_handler = short_one};
        sigaction(SIGFPE, &new, 0);
        if (sigsetjmp(back, 0) == 0) printf("%d\n", ten / zero);
        sigprocmask(SIG_BLOCK, 0, &set);
        printf("held back: %d\n", sigismember(&set, SIGFPE));
        sigemptyset(&set);
        sigaddset(&set, SIGFPE);
        sigprocmask(SIG_UNBLOCK, &set, 0);
    }
    if (sigsetjmp(back, 1) == 0) printf("%d\n", ten / zero);
    sigprocmask(SIG_BLOCK, 0, &set);
    printf("held back: %d\n", sigismember(&set, SIGFPE));
}

static volatile sig_atomic_t raised;
static void count(int signal) { raised = 10 * raised + signal; }

static void masks(void) {
    sigset_t both, old, came;
    signal(SIGUSR1, count);
    signal(SIGUSR2, count);
    sigemptyset(&both);
    sigaddset(&both, SIGUSR1);
    sigaddset(&both, SIGUSR2);
    sigprocmask(SIG_BLOCK, &both, &old);
    raise(SIGUSR2);
    raise(SIGUSR1);
    raise(SIGUSR1);
    sigpending(&came);
    printf("%d %d %d\n", raised, sigismember(&came, SIGUSR1), sigismember(&came, SIGFPE));
    sigdelset(&both, SIGUSR2);
    sigprocmask(SIG_SETMASK, &both, 0);
    printf("%d\n", raised);
    printf("%d %d\n", sigsuspend(&old), errno == EINTR);
    printf("%d\n", raised);
    sigprocmask(SIG_SETMASK, &old, &came);
    printf("%d %d\n", raised, sigismember(&came, SIGUSR1));
    printf("%d\n", sigprocmask(9, &old, 0) == -1 && errno == EINVAL);
}

static void leaves(int signal) {
    printf("left with %d\n", signal);
    exit(0);
}

int main(void) {
    set(0);
    kinds();
    calls = 0;
    printf("%d\n", hot(2000));
    lanes();
    if (sigsetjmp(back, 1) == 0) printf("%d\n", deep(5, 2)), printf("%d\n", deep(40, zero));
    with_mask();
    masks();
    struct sigaction old;
    signal(SIGFPE, leaves);
    sigaction(SIGFPE, 0, &old);
    printf("%d %d\n", old.sa_handler == leaves, (old.sa_flags & SA_RESTART) != 0);
    printf("%d\n", ten / zero);
    return 1;
}
