// A division without a result in the handler itself, which holds its signal back.
// dies: of a division error
#include <signal.h>
#include <stdio.h>

static volatile int ten = 10, zero;

static void again(int signal) {
    printf("called with %d\n", signal);
    fflush(stdout);
    printf("%d\n", ten % zero);
}

int main(void) {
    signal(SIGFPE, again);
    printf("%d\n", ten / zero);
    return 0;
}
