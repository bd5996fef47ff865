// What signals are called.
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    for (int signal = -1; signal < 67; signal++) {
        const char *name = sigabbrev_np(signal);
        printf("%d %s %s\n", signal, name ? name : "-", strsignal(signal));
    }
    psignal(SIGUSR2, "here");
    psignal(40, "");
    psignal(99, NULL);
    return 0;
}
