// System calls by number: the few that programs make without the C library (Linux, x86-64).
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

_Bool __bf_thread_wait(const uint32_t *word, uint32_t while_is, uint64_t timeout_ns);
void bf_wake(uint32_t *word, uint32_t most);
uint64_t bf_clock(void);
uint64_t bf_date(void);
int sched_yield(void);
uint32_t __bf_thread_id(void);

enum { GETTID = 186, FUTEX = 202, GETRANDOM = 318, SCHED_YIELD = 24 };
enum { WAIT = 0, WAKE = 1, WAIT_BITSET = 9, WAKE_BITSET = 10, COMMAND = 127, BY_DATE = 256 };

static long fail(int error) {
    errno = error;
    return -1;
}

// Nanoseconds until a wait ends. WAIT gives a span, WAIT_BITSET a moment (futex(2)).
static uint64_t left(long operation, const struct timespec *t) {
    if (!t) return ~(uint64_t)0;
    uint64_t ns = (uint64_t)t->tv_sec * 1000000000 + (uint64_t)t->tv_nsec;
    if ((operation & COMMAND) == WAIT) return ns;
    uint64_t now = operation & BY_DATE ? bf_date() : bf_clock();
    return ns > now ? ns - now : 0;
}

static long futex(uint32_t *word, long operation, uint32_t value, const struct timespec *timeout) {
    switch (operation & COMMAND) {
    case WAIT:
    case WAIT_BITSET:
        if (__atomic_load_n(word, __ATOMIC_SEQ_CST) != value) return fail(EAGAIN);
        return __bf_thread_wait(word, value, left(operation, timeout)) ? 0 : fail(ETIMEDOUT);
    case WAKE:
    case WAKE_BITSET:
        bf_wake(word, value);
        return 0;
    default:
        return fail(ENOSYS);
    }
}

// Numbers that nobody guesses by chance (Steele, Lea and Flood, "Fast splittable pseudorandom number
// generators", 2014), of the clock: not for secrets, for which the machine has no source.
static long fill(unsigned char *to, size_t bytes) {
    static uint64_t state;
    uint64_t x = __atomic_add_fetch(&state, bf_clock() ^ bf_date() << 20, __ATOMIC_RELAXED);
    for (size_t i = 0; i < bytes; i++) {
        if (i % 8 == 0) x += 0x9e3779b97f4a7c15;
        uint64_t z = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
        z = (z ^ z >> 27) * 0x94d049bb133111eb;
        to[i] = (unsigned char)((z ^ z >> 31) >> i % 8 * 8);
    }
    return (long)bytes;
}

long syscall(long number, ...) {
    va_list list;
    va_start(list, number);
    long a = va_arg(list, long), b = va_arg(list, long), c = va_arg(list, long), d = va_arg(list, long);
    va_end(list);
    switch (number) {
    case FUTEX:
        return futex((uint32_t *)a, b, (uint32_t)c, (const struct timespec *)d);
    case GETTID:
        return (long)__bf_thread_id();
    case SCHED_YIELD:
        return sched_yield();
    case GETRANDOM:
        return fill((unsigned char *)a, (size_t)b);
    default:
        return fail(ENOSYS);
    }
}

long getrandom(void *to, size_t bytes, unsigned flags) {
    (void)flags;
    return fill(to, bytes);
}

int getentropy(void *to, size_t bytes) {
    if (bytes > 256) return (int)fail(EIO);
    fill(to, bytes);
    return 0;
}

int bf_duplicate(int file, int to, int exactly);
int bf_flags(int file, int change);

static int done(int result) { return result < 0 ? (int)fail(-result) : result; }

// Nobody else has a file, so every lock can be had.
int fcntl(int file, int command, ...) {
    enum { DUP = 0, GET_FD = 1, SET_FD = 2, GET = 3, SET = 4, GET_LOCK = 5, SET_LOCK = 6, WAIT_LOCK = 7 };
    enum { DUP_CLOEXEC = 1030, GET_OWN_LOCK = 36, SET_OWN_LOCK = 37, WAIT_OWN_LOCK = 38, UNLOCKED = 2 };
    va_list list;
    va_start(list, command);
    long argument = va_arg(list, long);
    va_end(list);
    int flags = done(bf_flags(file, command == SET ? (int)argument & 0x7fffffff : -1));
    if (flags < 0) return -1;
    switch (command) {
    case DUP:
    case DUP_CLOEXEC:
        return done(bf_duplicate(file, (int)argument, 0));
    case GET:
        return flags;
    case GET_LOCK:
    case GET_OWN_LOCK:
        *(short *)argument = UNLOCKED;
        return 0;
    case GET_FD:
    case SET_FD:
    case SET:
    case SET_LOCK:
    case WAIT_LOCK:
    case SET_OWN_LOCK:
    case WAIT_OWN_LOCK:
        return 0;
    default:
        return (int)fail(EINVAL);
    }
}

int fcntl64(int, int, ...) __attribute__((alias("fcntl")));
