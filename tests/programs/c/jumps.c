/* setjmp and longjmp: out of deep calls, through callbacks of the library, nested, again and again,
   from loops that are hot, with values, locals and arguments that have to last. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static jmp_buf back;
static volatile unsigned sink;

__attribute__((noinline)) static void deep(int depth, int value) {
    char room[64];
    memset(room, depth, sizeof room);
    sink += room[depth & 63];
    if (depth == 0)
        longjmp(back, value);
    deep(depth - 1, value);
    sink += room[0];
}

/* 0 becomes 1, everything else stays. */
static void values(void) {
    static const int given[] = {0, 1, 2, -1, 0x7fffffff, -0x7fffffff - 1};
    for (volatile unsigned i = 0; i < sizeof given / sizeof *given; i++) {
        int got = setjmp(back);
        if (got == 0)
            deep((int)i * 3, given[i]);
        printf("%d gives %d\n", given[i], got);
    }
}

/* One buffer that is come back to many times, from a loop that rises meanwhile. */
__attribute__((noinline)) static unsigned long again(int rounds) {
    volatile int round = 0;
    volatile unsigned long sum = 0;
    int got = setjmp(back);
    sum += (unsigned)got * 3u;
    if (round < rounds) {
        round++;
        deep(round % 7, round);
    }
    return sum;
}

/* setjmp within a loop: what was computed before stays, arguments too. */
__attribute__((noinline)) static unsigned long loop(const char *text, double scale, unsigned rounds, __int128 wide) {
    unsigned long sum = strlen(text);
    unsigned long squares = (unsigned long)(scale * scale);
    for (volatile unsigned i = 0; i < rounds; i++) {
        switch (setjmp(back)) {
        case 0:
            if (i % 3 == 0)
                longjmp(back, 5);
            if (i % 3 == 1)
                deep(4, 6);
            sink += i;
            break;
        case 5:
            sink += 5;
            break;
        case 6:
            sink += strlen(text);
            break;
        default:
            abort();
        }
    }
    return sum + squares + (unsigned long)(wide >> 64) + (unsigned long)wide;
}

/* Buffers in buffers, each left for its own. */
struct layer {
    jmp_buf at;
    struct layer *outer;
    int number;
};

static struct layer *innermost;

__attribute__((noinline)) static void fail(int levels) {
    while (levels-- > 0)
        innermost = innermost->outer;
    longjmp(innermost->at, innermost->number + 1);
}

__attribute__((noinline)) static int nest(int depth, int levels) {
    struct layer own = {.outer = innermost, .number = depth};
    innermost = &own;
    int got = setjmp(own.at);
    if (got != 0) {
        innermost = own.outer;
        return got * 1000 + depth;
    }
    int inner = depth == 0 ? (fail(levels), 0) : nest(depth - 1, levels);
    innermost = own.outer;
    return inner + 1;
}

/* Through the frames of a library function. */
static int compared;

static int compare(const void *a, const void *b) {
    if (++compared == 40)
        longjmp(back, 7);
    return *(const int *)a - *(const int *)b;
}

static void callback(void) {
    int numbers[64];
    for (int i = 0; i < 64; i++)
        numbers[i] = i * 37 % 64;
    for (int i = 0; i < 3; i++) {
        compared = i * 20;
        int got = setjmp(back);
        if (got == 0)
            qsort(numbers, 64, sizeof *numbers, compare);
        printf("sorting: %d\n", got);
        if (got)
            break;
    }
}

static void handler(int number) {
    longjmp(back, number);
}

static sigjmp_buf signal_back;

static void second_handler(int number) {
    siglongjmp(signal_back, number + 100);
}

static void signals(void) {
    signal(SIGUSR1, handler);
    int got = setjmp(back);
    if (!got)
        raise(SIGUSR1);
    printf("signal: %s\n", got == SIGUSR1 ? "usr1" : "other");
    signal(SIGUSR2, second_handler);
    got = sigsetjmp(signal_back, 1);
    if (!got)
        raise(SIGUSR2);
    printf("signal: %s\n", got == SIGUSR2 + 100 ? "usr2" : "other");
}

/* Arguments beyond the registers, by value and variable ones. */
struct large {
    int numbers[20];
    double real;
};

__attribute__((noinline)) static struct large many(struct large given, int count, ...) {
    va_list list;
    volatile int total = 0;
    va_start(list, count);
    if (setjmp(back) == 0)
        deep(3, 1);
    for (int i = 0; i < count; i++)
        total += i % 2 ? (int)va_arg(list, double) : va_arg(list, int);
    va_end(list);
    va_start(list, count);
    given.numbers[3] = total + va_arg(list, int);
    va_end(list);
    given.real *= 2;
    return given;
}

/* With variables of odd alignment, and labels whose addresses are taken. */
__attribute__((noinline)) static int labels(int given) {
    static const void *const where[] = {&&one, &&two, &&three};
    _Alignas(64) volatile char line[64];
    volatile int passed = 0, way = given;
    line[0] = (char)way;
    if ((uintptr_t)line % 64)
        return -1;
    if (setjmp(back)) {
        passed = passed + 10;
        if (passed >= 30)
            return passed + line[0];
    }
    goto *where[way];
one:
    passed = passed + 1;
    longjmp(back, 1);
two:
    passed = passed + 2;
    way = 0;
    deep(2, 2);
three:
    passed = passed + 3;
    goto *where[passed % 2];
}

/* Errors as interpreters have them: protected calls of functions that throw. */
struct state {
    jmp_buf *handler;
    const char *message;
    unsigned caught;
};

__attribute__((noinline)) static int protect(struct state *state, int (*function)(struct state *, int), int argument) {
    jmp_buf own, *outer = state->handler;
    int result = -1;
    state->handler = &own;
    if (_setjmp(own) == 0)
        result = function(state, argument);
    else
        state->caught++;
    state->handler = outer;
    return result;
}

__attribute__((noreturn)) static void throw_it(struct state *state, const char *message) {
    state->message = message;
    _longjmp(*state->handler, 1);
}

static int half(struct state *state, int number) {
    if (number % 2)
        throw_it(state, "odd");
    return number / 2;
}

static int chain(struct state *state, int number) {
    if (number > 9)
        return chain(state, number - 7) + protect(state, half, number);
    if (number == 9)
        throw_it(state, "nine");
    return half(state, number);
}

static void protected_calls(void) {
    struct state state = {0};
    long sum = 0;
    for (int i = 0; i < 2000; i++)
        sum += protect(&state, i % 3 ? chain : half, i % 61);
    printf("protected: %ld, %u caught, last %s\n", sum, state.caught, state.message);
}

#ifdef __clang__
static void *builtin_back[5];

__attribute__((noinline)) static void builtin_away(int depth) {
    if (depth == 0)
        __builtin_longjmp(builtin_back, 1);
    builtin_away(depth - 1);
    sink++;
}
#endif

__attribute__((noinline)) static int builtin(void) {
    volatile int passed = 1;
#ifdef __clang__
    if (__builtin_setjmp(builtin_back) == 0) {
        passed = 2;
        builtin_away(5);
    }
#else
    passed = 2;
#endif
    return passed;
}

int main(int argc, char **argv) {
    (void)argv;
    values();
    printf("again: %lu\n", again(3000));
    printf("loop: %lu\n", loop("text", 1.5 * argc, 3000, (__int128)argc << 64 | 9));
    for (int depth = 0; depth < 6; depth++)
        for (int levels = 0; levels <= depth; levels++) {
            innermost = NULL;
            printf(" %d", nest(depth, levels));
        }
    printf("\nfar: %d\n", (innermost = NULL, nest(100, 60)));
    callback();
    signals();
    struct large given = {.numbers = {[3] = 1, [19] = 19}, .real = 1.25};
    struct large got = many(given, 6, 1, 2.0, 3, 4.0, 5, 6.0);
    printf("large: %d %d %g\n", got.numbers[3], got.numbers[19], got.real);
    for (int way = 0; way < 3; way++)
        printf("labels: %d\n", labels(way));
    protected_calls();
    printf("builtin: %d\n", builtin());
    volatile int last = 0;
    int code = setjmp(back);
    if (last < 3) {
        last++;
        deep(last, 10 + last);
    }
    printf("main: %d\n", code);
    return code;
}
