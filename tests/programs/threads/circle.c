// Two threads that each wait for what the other has. The second begins to wait when the first has
// done so for a while, and something else has happened since.
#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>
static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;
static sem_t begun;
static void *work(void *x) {
    pthread_mutex_lock(&b);
    sem_post(&begun);
    pthread_mutex_lock(&a);
    return x;
}
int main(void) {
    pthread_t t;
    sem_init(&begun, 0, 0);
    pthread_mutex_lock(&a);
    pthread_create(&t, 0, work, 0);
    sem_wait(&begun);
    usleep(30000);
    pthread_mutex_lock(&b);
    return 0;
}
