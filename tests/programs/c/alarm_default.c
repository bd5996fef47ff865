// An alarm that nothing handles ends the program.
#include <stdio.h>
#include <sys/time.h>

static volatile unsigned long count;

int main(void) {
    struct itimerval timer = {{0, 0}, {0, 3000}};
    printf("begins\n");
    fflush(stdout);
    setitimer(ITIMER_REAL, &timer, 0);
    for (;;) count++;
}
