// A division of 128 bits by zero, which is a function's.
// dies: of a division error
#include <stdio.h>

static volatile __int128 ten = 10, zero;

int main(void) {
    printf("%d\n", (int)(ten / 3));
    fflush(stdout);
    printf("%d\n", (int)(ten % zero));
    return 0;
}
