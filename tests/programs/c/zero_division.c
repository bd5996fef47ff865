// A signed division by zero: ends with the status of a division error, whoever sees it first.
// dies: of a division error
#include <stdio.h>

static volatile int ten = 10, zero;

int main(void) {
    printf("%d\n", ten / 3);
    fflush(stdout);
    printf("%d\n", ten / zero);
    return 0;
}
