// Ending by abort: what was flushed is there, handlers do not run.
#include <stdio.h>
#include <stdlib.h>

static void never(void) { puts("handler"); }

int main(void) {
    atexit(never);
    puts("before");
    fflush(stdout);
    volatile int x = 3;
    if (x == 3) abort();
    puts("after");
    return 0;
}
