// A thread that is not the first ends the program, and what runs after that writes.
// flags: -pthread
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

__attribute__((destructor)) static void last(void) { puts("the last word"); }

static void *leaves(void *unused) {
    puts("leaves");
    exit(7);
    return unused;
}

int main(void) {
    pthread_t thread;
    puts("begins");
    pthread_create(&thread, NULL, leaves, NULL);
    pthread_join(thread, NULL);
    return 0;
}
