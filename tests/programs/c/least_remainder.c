// The least number by -1 has no quotient that fits; its remainder is not computed either.
// dies: of a division error
#include <limits.h>
#include <stdio.h>

static volatile long least = LONG_MIN, minus_one = -1;

int main(void) {
    printf("%ld %ld %ld\n", (least + 1) % minus_one, least % 10, least % -7);
    fflush(stdout);
    printf("%ld\n", least % minus_one);
    return 0;
}
