// Atomic operations (one thread: their results, not their order).
#include <stdint.h>
static uint64_t hash;
static void mix(uint64_t v) { hash = (hash ^ v) * 0x100000001b3ull; hash ^= hash >> 29; }
#define TEST(T) { static T x; T old, e; x = (T)seed; \
    old = __atomic_fetch_add(&x, (T)7, __ATOMIC_SEQ_CST); mix(old); mix(__atomic_sub_fetch(&x, (T)3, __ATOMIC_RELAXED)); mix(__atomic_fetch_and(&x, (T)0xf7, __ATOMIC_ACQUIRE)); \
    mix(__atomic_fetch_or(&x, (T)0x21, __ATOMIC_RELEASE)); mix(__atomic_fetch_xor(&x, (T)seed, __ATOMIC_ACQ_REL)); mix(__atomic_fetch_nand(&x, (T)0x5f, __ATOMIC_SEQ_CST)); \
    mix(__atomic_exchange_n(&x, (T)99, __ATOMIC_SEQ_CST)); mix(__atomic_load_n(&x, __ATOMIC_ACQUIRE)); __atomic_store_n(&x, (T)(seed >> 4), __ATOMIC_SEQ_CST); __atomic_store_n(&x, (T)(x + 1), __ATOMIC_RELEASE); \
    mix(__atomic_fetch_min(&x, (T)50, __ATOMIC_SEQ_CST)); mix(__atomic_fetch_max(&x, (T)60, __ATOMIC_SEQ_CST)); \
    e = x; mix(__atomic_compare_exchange_n(&x, &e, (T)5, 0, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)); mix(e); e = 6; mix(__atomic_compare_exchange_n(&x, &e, (T)8, 1, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)); mix(e); mix(x); }
static _Atomic double d = 1.5; static _Atomic float f = 2.5f; static int *_Atomic p; static int cells[4]; static _Bool flag;
uint64_t run(uint64_t seed) {
    hash = seed;
    TEST(int8_t) TEST(uint8_t) TEST(int16_t) TEST(uint16_t) TEST(int32_t) TEST(uint32_t) TEST(int64_t) TEST(uint64_t)
    d += (double)(seed & 15); d -= 0.25; f += 1; f = f * 2; mix((uint64_t)(d * 8)); mix((uint64_t)(f * 8));
    p = cells; mix(p == cells); int *q = __atomic_exchange_n((int **)&p, cells + 2, __ATOMIC_SEQ_CST); mix(q - cells); mix(p - cells);
    mix(__atomic_test_and_set(&flag, __ATOMIC_SEQ_CST)); mix(__atomic_test_and_set(&flag, __ATOMIC_SEQ_CST)); __atomic_clear(&flag, __ATOMIC_SEQ_CST);
    __atomic_thread_fence(__ATOMIC_SEQ_CST); __atomic_signal_fence(__ATOMIC_SEQ_CST);
    volatile int v = (int)seed; v += 3; v = v * v; mix(v);
    return hash;
}
