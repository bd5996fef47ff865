// A handler that is called once and returns: the division is tried again, and ends the program.
// dies: of a division error
#include <signal.h>
#include <stdio.h>
#include <string.h>

static volatile int ten = 10, zero;

static void once(int signal) {
    printf("called with %d\n", signal);
    fflush(stdout);
}

int main(void) {
    struct sigaction new;
    memset(&new, 0, sizeof new);
    new.sa_handler = once;
    new.sa_flags = SA_RESETHAND;
    sigaction(SIGFPE, &new, 0);
    printf("%d\n", ten / zero);
    return 0;
}
