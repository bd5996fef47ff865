// Waits for itself: a lock that the waiting thread has. It is stopped, and says so.
#include <pthread.h>
#include <stdio.h>
static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static void *work(void *x) { pthread_mutex_lock(&a); return x; }
int main(void) {
    pthread_t t;
    pthread_mutex_lock(&a);
    pthread_create(&t, 0, work, 0);
    pthread_join(t, 0);
    return 0;
}
