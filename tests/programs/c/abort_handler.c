// The handler of what `abort` raises: it may leave, and one that returns changes nothing.
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static jmp_buf back;
static void leave(int signal) { longjmp(back, signal); }
static void comes_back(int signal) {
    printf("handler of %d\n", signal);
    fflush(stdout);
}

int main(void) {
    sigset_t set;
    signal(SIGABRT, leave);
    if (setjmp(back) == 0) abort();
    printf("left\n");
    sigemptyset(&set);
    sigprocmask(SIG_SETMASK, &set, 0);
    signal(SIGABRT, comes_back);
    fflush(stdout);
    abort();
}
