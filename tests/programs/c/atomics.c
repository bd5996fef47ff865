// Atomic operations of all sizes and kinds; one thread sees them in order.
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>

static _Atomic uint8_t a8 = 250;
static _Atomic int16_t a16 = -32000;
static _Atomic int32_t a32 = 5;
static _Atomic uint64_t a64 = 1ull << 40;
static _Atomic(const char *) text = "first";
static atomic_flag flag = ATOMIC_FLAG_INIT;
static _Atomic _Bool ready;
static _Atomic double real = 1.5;
static atomic_int counts[4];

static struct node { struct node *next; int value; } nodes[5];
static _Atomic(struct node *) top;

static void push(struct node *n) {
    n->next = atomic_load(&top);
    while (!atomic_compare_exchange_weak(&top, &n->next, n)) {}
}

static struct node *pop(void) {
    struct node *n = atomic_load_explicit(&top, memory_order_acquire);
    while (n && !atomic_compare_exchange_strong_explicit(&top, &n, n->next, memory_order_acq_rel, memory_order_relaxed)) {}
    return n;
}

int main(void) {
    printf("%d %d\n", (int)atomic_fetch_add(&a8, 10), (int)a8);
    printf("%d %d\n", (int)atomic_fetch_sub(&a16, 1000), (int)a16);
    printf("%d", atomic_fetch_or(&a32, 48));
    printf(" %d", atomic_fetch_and(&a32, 33));
    printf(" %d", atomic_fetch_xor(&a32, -1));
    printf(" %d\n", a32);
    printf("%lx %lx\n", atomic_exchange(&a64, 77), atomic_load_explicit(&a64, memory_order_relaxed));
    a32 += 5;
    a32 *= 3;
    a8--;
    a64 <<= 33;
    printf("%d %d %lx\n", a32, a8, a64);
    int expected = 0;
    int done = atomic_compare_exchange_strong(&a32, &expected, 9);
    printf("%d %d", done, expected);
    done = atomic_compare_exchange_strong(&a32, &expected, 9);
    printf(" %d %d\n", done, a32);
    const char *was = atomic_exchange(&text, "second");
    printf("%s %s\n", was, text);
    printf("%d %d", atomic_flag_test_and_set(&flag), atomic_flag_test_and_set(&flag));
    atomic_flag_clear(&flag);
    printf(" %d\n", atomic_flag_test_and_set(&flag));
    atomic_store_explicit(&ready, 1, memory_order_release);
    atomic_thread_fence(memory_order_seq_cst);
    real = real * 4;
    real += 0.25;
    printf("%d %g\n", ready, real);
    for (int i = 0; i < 100; i++) atomic_fetch_add_explicit(&counts[i * i % 4], i, memory_order_relaxed);
    printf("%d %d %d %d\n", counts[0], counts[1], counts[2], counts[3]);
    for (int i = 0; i < 5; i++) nodes[i].value = i * i, push(&nodes[i]);
    for (struct node *n; (n = pop());) printf("%d ", n->value);
    puts("");
    int plain = 7;
    printf("%d %d", __sync_fetch_and_add(&plain, 3), __sync_add_and_fetch(&plain, 3));
    printf(" %d %d\n", __sync_bool_compare_and_swap(&plain, 13, 1), __atomic_fetch_nand(&plain, 1, __ATOMIC_SEQ_CST));
    unsigned low = 5;
    __atomic_fetch_max(&low, 9, __ATOMIC_RELAXED);
    int least = __atomic_min_fetch(&plain, -100, __ATOMIC_RELAXED);
    printf("%d %u %d\n", plain, low, least);
    return 0;
}
