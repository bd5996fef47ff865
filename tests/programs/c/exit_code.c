// Ending by exit from within, with handlers run in reverse order and output flushed.
#include <stdio.h>
#include <stdlib.h>

static int level;

static void last(void) { printf("last, level %d\n", level); }
static void middle(void) {
    puts("middle");
    atexit(last);
}
static void first(void) { printf("first, no newline at the end"), level++; }

static void descend(int n) {
    level = n;
    if (n == 7) {
        puts("leaving");
        exit(42);
    }
    descend(n + 1);
    puts("never");
}

int main(void) {
    atexit(first);
    atexit(middle);
    atexit(last);
    descend(0);
    return 1;
}
