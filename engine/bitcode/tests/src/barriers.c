// Inline assembly without instructions, as programs use it to hide values from a compiler.
#include <stdio.h>

static inline int hide(int x) {
    __asm__ volatile("" : "+r"(x));
    return x;
}

int main(int argc, char **argv) {
    int array[4] = {1, 2, 3, 4};
    double d = 1.5;
    long undefined;
    __asm__ volatile("" ::: "memory");
    __asm__ volatile("" : : "r"(array) : "memory");
    __asm__("" : "+m"(array[2]));
    __asm__("# nothing" : "+x"(d));
    __asm__ volatile("nop");
    __asm__("" : "=r"(undefined) : "0"(7L));
    printf("%d %d %g %ld\n", hide(argc + 1), array[2], d, undefined);
    return hide(3);
}
