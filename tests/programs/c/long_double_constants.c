// Numbers of the type `long double` that are constants alone: nothing computes one, and no variable holds one.
#include <stdio.h>

int main(void) {
    printf("%Lf %Lg %d %La\n", 1.5L, -2.25L, 7, 0x1.8p+100L);
    return 0;
}
