// Atomic accesses in every ordering, read-modify-write operations, fences.
#include <stdatomic.h>
#include <stdio.h>

static _Atomic int counter = 5;
static _Atomic long total;
static _Atomic unsigned char byte = 200;
static _Atomic(int *) cell;
static int target = 42, plain = 0x1234;

int main(int argc, char **argv) {
    atomic_store_explicit(&counter, argc + 10, memory_order_release);
    int a = atomic_load_explicit(&counter, memory_order_acquire);
    int b = atomic_fetch_add_explicit(&counter, 7, memory_order_relaxed);
    int c = atomic_fetch_sub(&counter, 3);
    int d = atomic_fetch_or(&counter, 0x100);
    int e = atomic_fetch_and(&counter, 0x1F5);
    int f = atomic_fetch_xor(&counter, 0xFF);
    int g = __atomic_fetch_nand(&plain, 0xF0, __ATOMIC_ACQ_REL);
    unsigned char h = atomic_fetch_add(&byte, 100);
    int expected = 1;
    _Bool first = atomic_compare_exchange_strong(&counter, &expected, 77);
    _Bool then = atomic_compare_exchange_weak_explicit(&counter, &expected, 77,
                                                       memory_order_acq_rel, memory_order_relaxed);
    atomic_thread_fence(memory_order_seq_cst);
    atomic_signal_fence(memory_order_acquire);
    atomic_store(&cell, &target);
    int *old = atomic_exchange(&cell, (int *)0);
    int m = __atomic_fetch_max(&plain, 1000, __ATOMIC_SEQ_CST);
    int n = __atomic_fetch_min(&plain, -4, __ATOMIC_SEQ_CST);
    total += a * 3L;
    volatile int v = b;
    v += c;
    printf("%d %d %d %d %d %d %d %d\n", a, b, c, d, e, f, g, h);
    printf("%d %d %d %d %d %d %d\n", first, then, expected, *old, m, n, (int)counter + plain);
    printf("%ld %d %d\n", (long)total, (int)byte, v);
    return argc;
}
