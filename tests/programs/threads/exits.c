// A thread that is not the first ends the program.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
static void *work(void *x) { printf("leaving\n"); exit(7); return x; }
int main(void) {
    pthread_t t;
    pthread_create(&t, 0, work, 0);
    pthread_join(t, 0);
    return 0;
}
