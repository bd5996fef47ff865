// A write to null that never happens: compilers give it the largest alignment there is.
#include <stdio.h>

__attribute__((noinline)) static void fail(int why) {
    if (why) *(volatile int *)0 = why;
    puts("no failure");
}

int main(int argc, char **argv) {
    fail(argc > 100);
    return 0;
}
