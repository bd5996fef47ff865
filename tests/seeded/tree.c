// Threads that start threads themselves, so that several look for a free processor at once; what none is free for
// a parent runs itself, while it waits.
#include <pthread.h>
#include <stdio.h>

enum { DEPTH = 4, ROUNDS = 3 };

typedef struct {
    unsigned depth, number, result;
} Node;

static unsigned step(unsigned x) { return (x << 3) ^ (x >> 5) ^ 0x55; }

static void *grow(void *given) {
    Node *node = given;
    unsigned x = node->number;
    for (int i = 0; i < 10; i++) x = step(x + node->depth);
    if (node->depth > 0) {
        Node below[2];
        pthread_t threads[2];
        for (unsigned i = 0; i < 2; i++) {
            below[i] = (Node){node->depth - 1, node->number * 2 + i, 0};
            if (pthread_create(&threads[i], NULL, grow, &below[i]) != 0) return NULL;
        }
        for (unsigned i = 0; i < 2; i++) {
            pthread_join(threads[i], NULL);
            x = x * 7 + below[i].result;
        }
    }
    node->result = x;
    return NULL;
}

int main(void) {
    unsigned sum = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        Node root = {DEPTH, round + 1, 0};
        grow(&root);
        sum = sum * 31 + root.result;
    }
    printf("%u\n", sum);
}
