// A queue of linked places after Michael and Scott (1996), in whose words a place and a count share 64 bits.
// flags: -pthread
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>

enum { PLACES = 256, THREADS = 4, EACH = 1500 };
typedef struct {
    _Atomic uint64_t next;
    uint32_t value;
} place;
static place places[PLACES];
static _Atomic uint64_t head, tail, spare;

static uint32_t at(uint64_t word) { return (uint32_t)word; }
static uint64_t word(uint32_t place, uint64_t old) { return (old >> 32) + 1 << 32 | place; }

static uint32_t take_spare(void) {
    uint64_t old = atomic_load(&spare);
    while (at(old) && !atomic_compare_exchange_weak(
                          &spare, &old, word(at(atomic_load(&places[at(old)].next)), old)));
    return at(old);
}

static void give_spare(uint32_t n) {
    uint64_t old = atomic_load(&spare);
    do {
        atomic_store(&places[n].next, word(at(old), atomic_load(&places[n].next)));
    } while (!atomic_compare_exchange_weak(&spare, &old, word(n, old)));
}

static int put(uint32_t value) {
    uint32_t n = take_spare();
    if (!n) return 0;
    places[n].value = value;
    atomic_store(&places[n].next, word(0, atomic_load(&places[n].next)));
    for (;;) {
        uint64_t last = atomic_load(&tail), next = atomic_load(&places[at(last)].next);
        if (last != atomic_load(&tail)) continue;
        if (at(next)) {
            atomic_compare_exchange_strong(&tail, &last, word(at(next), last));
        } else if (atomic_compare_exchange_strong(&places[at(last)].next, &next, word(n, next))) {
            atomic_compare_exchange_strong(&tail, &last, word(n, last));
            return 1;
        }
    }
}

static int take(uint32_t *value) {
    for (;;) {
        uint64_t first = atomic_load(&head), last = atomic_load(&tail);
        uint64_t next = atomic_load(&places[at(first)].next);
        if (first != atomic_load(&head)) continue;
        if (at(first) == at(last)) {
            if (!at(next)) return 0;
            atomic_compare_exchange_strong(&tail, &last, word(at(next), last));
            continue;
        }
        *value = places[at(next)].value;
        if (atomic_compare_exchange_strong(&head, &first, word(at(next), first))) {
            give_spare(at(first));
            return 1;
        }
    }
}

static atomic_ulong sum, count;

static void *work(void *argument) {
    uint32_t own = (uint32_t)(uintptr_t)argument, value;
    for (uint32_t i = 0; i < EACH;) {
        i += put(own * EACH + i);
        if (i % 2 && take(&value)) atomic_fetch_add(&sum, value), atomic_fetch_add(&count, 1);
        // Full: makes room.
        if (atomic_load(&spare) << 32 == 0 && take(&value))
            atomic_fetch_add(&sum, value), atomic_fetch_add(&count, 1);
    }
    return NULL;
}

int main(void) {
    for (uint32_t n = 2; n < PLACES; n++) give_spare(n);
    atomic_store(&head, 1);
    atomic_store(&tail, 1);
    pthread_t threads[THREADS];
    for (uintptr_t i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, work, (void *)i);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    for (uint32_t value; take(&value);) sum += value, count += 1;
    printf("%lu %lu\n", sum, count);
}
