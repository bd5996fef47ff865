// The least number of 128 bits by -1: a function divides, and knows of zero only.
#include <stdio.h>

static volatile __int128 least = (__int128)((unsigned __int128)1 << 127), minus_one = -1;

int main(void) {
    __int128 quotient = least / minus_one, rest = least % minus_one;
    printf("%d %d\n", quotient == least, rest == 0);
    return 0;
}
