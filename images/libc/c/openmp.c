// What clang's -fopenmp calls, and the omp_ functions. The team of a region is the thread that comes to
// it and as many processors as are free. Regions within regions have a team of one. Tasks run at once. `me()`
// says who calls; the thread numbers that compiled code passes are not used.
//
// A region ends with its team, but often the next one is near: a processor that is through looks for a moment
// whether it is called again, which costs two stores and not a start. Then it goes, so that it may compile, or
// run threads. Its thread-local variables stay where they are for the next that takes its seat.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

unsigned bf_cores(void);
int bf_wait(const uint32_t *word, uint32_t while_is, uint64_t timeout_ns);
void bf_wake(uint32_t *word, uint32_t most);
uint64_t bf_clock(void);
uintptr_t *bf_thread(void);
void *malloc(size_t);
void free(void *);
char *getenv(const char *);
_Noreturn void bf_abort(const char *why);

_Bool __bf_ask(void (*run)(void *), void *argument);
_Bool __bf_threads_wait(void);
void __bf_serve(void);
void *__bf_thread_block(void);

typedef struct location location;
typedef void (*microtask)(int32_t *, int32_t *, ...);

enum { LINE = 64, MOST_THREADS = 64, MOST_ARGUMENTS = 60, LOOPS = 8 };

// Moments in ticks of the processor's clock: before a wait sleeps, and before a processor goes that has
// nothing to do.
enum { MOMENT = 1 << 21, REST = 1 << 19 };

#define FOR_EVER (~(uint64_t)0)
#define LOAD(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define STORE(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)
#define ADD(p, v) __atomic_fetch_add(p, v, __ATOMIC_ACQ_REL)

// A loop that threads take pieces of. Threads may be several loops apart (nowait), so there are some.
typedef struct {
    uint32_t number;  // which loop of the region it is, from 1 on
    uint32_t left;    // threads that are through with it
    uint64_t next;    // iterations given out
    uint32_t ordered; // iterations whose ordered part is over
} loop;

typedef struct {
    microtask run;
    int arguments;
    void *argument[MOST_ARGUMENTS];
    uint32_t count;   // threads
    uint32_t level;   // regions around, this one counted
    uint32_t go;      // the count is known
    uint32_t guard;   // held while a loop is set up
    void *copied;
    loop loops[LOOPS];
    // What all change while others look at something else, each in a cache line of its own.
    _Alignas(LINE) uint32_t arrived;
    _Alignas(LINE) uint32_t round;
    _Alignas(LINE) uint32_t ended;   // threads beside the first that are through
    _Alignas(LINE) uint32_t singles; // single constructs that somebody has taken
} team;

// A thread in a team.
typedef struct {
    team *team;
    int32_t number;
    uint32_t loops, singles; // met so far
    uint32_t pushed;         // threads of the next region; 0: as many as there are
    // The loop in hand.
    loop *loop;
    uint32_t kind;
    int64_t lower, step;
    uint64_t trips, chunk;
    uint32_t at, did; // iteration in hand; whether its ordered part is over
} member;

static team alone = {.count = 1};
static uint32_t asked; // omp_set_num_threads
static _Thread_local member own;

// Not inlined: a thread that has just been given its variables asks anew where they are.
__attribute__((noinline)) static member *me(void) {
    if (!own.team) own.team = &alone;
    return &own;
}

// Waits of teams, and wake-ups that cost nothing while nobody sleeps. Whoever changes a word looks for
// sleepers afterwards, whoever sleeps is counted before the word is looked at: one of them sees the other.
// The count is not the team's, which may be gone when its last thread has been heard of.
static uint32_t sleepers;

// Whether a word changes from a value within a number of ticks. Most do at once, in less time than one pause takes
// on some processors, so there are several looks to a pause first. Who looks for longer than most waits take lets
// others run now and then: there may be fewer processors than threads.
static _Bool changes(uint32_t *word, uint32_t value, uint64_t ticks) {
    enum { AT_ONCE = 50, LOOKS = 32, BETWEEN = 8 };
    for (int i = 0; i < AT_ONCE; i++) {
        for (int j = 0; j < LOOKS; j++)
            if (LOAD(word) != value) return 1;
        __builtin_ia32_pause();
    }
    uint64_t start = __builtin_ia32_rdtsc();
    do {
        bf_wait(word, value, 0);
        for (int i = 0; i < BETWEEN; i++) {
            if (LOAD(word) != value) return 1;
            __builtin_ia32_pause();
        }
    } while (__builtin_ia32_rdtsc() - start < ticks);
    return 0;
}

static void wait_while(uint32_t *word, uint32_t value) {
    if (changes(word, value, MOMENT)) return;
    __atomic_fetch_add(&sleepers, 1, __ATOMIC_SEQ_CST);
    while (LOAD(word) == value) bf_wait(word, value, FOR_EVER);
    __atomic_fetch_sub(&sleepers, 1, __ATOMIC_SEQ_CST);
}

static void wake(uint32_t *word) {
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (__atomic_load_n(&sleepers, __ATOMIC_SEQ_CST)) bf_wake(word, ~0u);
}

// Locks of one word: 0 free, 1 held, 2 held and somebody may wait.
static void lock(uint32_t *word) {
    for (uint64_t start = __builtin_ia32_rdtsc();;) {
        uint32_t is = 0;
        if (__atomic_compare_exchange_n(word, &is, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) return;
        if (__builtin_ia32_rdtsc() - start > MOMENT) break;
        changes(word, is, MOMENT);
    }
    while (__atomic_exchange_n(word, 2, __ATOMIC_ACQUIRE)) bf_wait(word, 2, FOR_EVER);
}

static void unlock(uint32_t *word) {
    if (__atomic_exchange_n(word, 0, __ATOMIC_RELEASE) == 2) bf_wake(word, 1);
}

static void barrier(team *t) {
    if (t->count == 1) return;
    uint32_t round = LOAD(&t->round);
    if (ADD(&t->arrived, 1) + 1 == t->count) {
        STORE(&t->arrived, 0);
        STORE(&t->round, round + 1);
        wake(&t->round);
    } else {
        wait_while(&t->round, round);
    }
}

static void call(team *t, int32_t number) {
    void **a = t->argument;
    int32_t thread = number, bound = 0;
#define FOUR(i) a[i], a[i + 1], a[i + 2], a[i + 3]
    // Arguments that a function does not have do no harm.
    if (t->arguments <= 4)
        t->run(&thread, &bound, FOUR(0));
    else if (t->arguments <= 12)
        t->run(&thread, &bound, FOUR(0), FOUR(4), FOUR(8));
    else if (t->arguments <= 28)
        t->run(&thread, &bound, FOUR(0), FOUR(4), FOUR(8), FOUR(12), FOUR(16), FOUR(20), FOUR(24));
    else
        t->run(&thread, &bound, FOUR(0), FOUR(4), FOUR(8), FOUR(12), FOUR(16), FOUR(20), FOUR(24),
               FOUR(28), FOUR(32), FOUR(36), FOUR(40), FOUR(44), FOUR(48), FOUR(52), FOUR(56));
#undef FOUR
}

__attribute__((noinline)) static void take_part(team *t, int32_t number) {
    member *m = me();
    member before = *m;
    *m = (member){.team = t, .number = number};
    call(t, number);
    *m = before;
}

// A place for a processor of a team. Who takes part has one as long as it stays.
typedef struct {
    _Alignas(LINE) uint32_t state;
    int32_t number;
    team *team;
    void *block; // thread-local variables; kept for the next
} seat;

// States: nobody is there; somebody looks whether it is called; a thread fills it in; it is called.
enum { EMPTY, RESTS, TAKEN, CALLED };

static seat seats[MOST_THREADS];

static _Bool take_seat(seat *s, uint32_t from) {
    return LOAD(&s->state) == from &&
           __atomic_compare_exchange_n(&s->state, &from, TAKEN, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

// What a processor in a seat does: the regions it is called to, until none comes for a moment.
__attribute__((noinline)) static void sit(seat *s) {
    do {
        team *t = s->team;
        wait_while(&t->go, 0);
        take_part(t, s->number);
        STORE(&s->state, RESTS);
        // The team is gone when the last has been counted, so nothing of it is looked at then.
        uint32_t *ended = &t->ended;
        ADD(ended, 1);
        wake(ended);
        for (uint64_t start = __builtin_ia32_rdtsc(); LOAD(&s->state) == RESTS;) {
            if (changes(&s->state, RESTS, REST / 16)) break;
            uint32_t rests = RESTS;
            if ((__builtin_ia32_rdtsc() - start > REST || __bf_threads_wait()) &&
                __atomic_compare_exchange_n(&s->state, &rests, EMPTY, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
                return;
        }
        while (changes(&s->state, TAKEN, MOMENT), LOAD(&s->state) != CALLED);
    } while (1);
}

static void come(void *argument) {
    seat *s = argument;
    uintptr_t *pointer = bf_thread() + 2, before = *pointer;
    *pointer = (uintptr_t)s->block;
    sit(s);
    *pointer = before;
    __bf_serve();
}

static uint32_t default_threads(void) {
    static uint32_t wanted; // by the environment; 1 more than that
    if (asked) return asked;
    uint32_t known = LOAD(&wanted);
    if (!known) {
        const char *text = getenv("OMP_NUM_THREADS");
        for (; text && *text >= '0' && *text <= '9'; text++) known = known * 10 + (uint32_t)(*text - '0');
        STORE(&wanted, ++known);
    }
    return known > 1 ? known - 1 : bf_cores();
}

// Fills a seat in; what it is called by may still be far.
static void give(seat *s, team *t, uint32_t number) {
    s->team = t;
    s->number = (int32_t)number;
}

static void fork(microtask run, int count, void **arguments) {
    member *m = me();
    team t = {.run = run, .arguments = count, .level = m->team->level + 1};
    for (int i = 0; i < count; i++) t.argument[i] = arguments[i];
    uint32_t most = m->pushed ? m->pushed : default_threads();
    m->pushed = 0;
    if (m->team->level > 0) most = 1;
    if (most > MOST_THREADS) most = MOST_THREADS;
    // Those who are there, then who else is free.
    uint32_t got = 1;
    for (seat *s = seats; got < most && s < seats + MOST_THREADS; s++)
        if (take_seat(s, RESTS)) {
            give(s, &t, got++);
            STORE(&s->state, CALLED);
        }
    for (seat *s = seats; got < most && s < seats + MOST_THREADS; s++) {
        if (!take_seat(s, EMPTY)) continue;
        if (!s->block) s->block = __bf_thread_block();
        give(s, &t, got);
        if (!s->block || !__bf_ask(come, s)) {
            STORE(&s->state, EMPTY);
            break;
        }
        STORE(&s->state, CALLED);
        got++;
    }
    t.count = got;
    if (got > 1) {
        STORE(&t.go, 1);
        wake(&t.go);
    }
    take_part(&t, 0);
    for (uint32_t ended; (ended = LOAD(&t.ended)) + 1 < got;) wait_while(&t.ended, ended);
}

void __kmpc_fork_call(location *at, int32_t count, microtask run, ...) {
    (void)at;
    if (count > MOST_ARGUMENTS)
        bf_abort("a parallel region uses more than 60 variables from outside; put some into a struct");
    void *arguments[MOST_ARGUMENTS];
    va_list list;
    va_start(list, run);
    for (int i = 0; i < count; i++) arguments[i] = va_arg(list, void *);
    va_end(list);
    fork(run, count, arguments);
}

// Regions of one thread, one in another.
typedef struct {
    member before;
    team team;
} serial;

void __kmpc_serialized_parallel(location *at, int32_t thread) {
    (void)at, (void)thread;
    member *m = me();
    serial *s = malloc(sizeof *s);
    if (!s) __builtin_trap();
    *s = (serial){.before = *m, .team = {.count = 1, .level = m->team->level + 1}};
    s->team.copied = s;
    *m = (member){.team = &s->team};
}

void __kmpc_end_serialized_parallel(location *at, int32_t thread) {
    (void)at, (void)thread;
    member *m = me();
    serial *s = (serial *)((char *)m->team - offsetof(serial, team));
    *m = s->before;
    free(s);
}

void __kmpc_fork_call_if(location *at, int32_t count, microtask run, int32_t condition, void *argument) {
    if (condition) {
        fork(run, count, &argument);
        return;
    }
    __kmpc_serialized_parallel(at, 0);
    int32_t thread = 0, bound = 0;
    run(&thread, &bound, argument);
    __kmpc_end_serialized_parallel(at, 0);
}

int32_t __kmpc_global_thread_num(location *at) {
    (void)at;
    return me()->number;
}

int32_t __kmpc_global_num_threads(location *at) {
    (void)at;
    return (int32_t)me()->team->count;
}

void __kmpc_push_num_threads(location *at, int32_t thread, int32_t count) {
    (void)at, (void)thread;
    me()->pushed = count > 0 ? (uint32_t)count : 0;
}

void __kmpc_barrier(location *at, int32_t thread) {
    (void)at, (void)thread;
    barrier(me()->team);
}

int32_t __kmpc_cancel_barrier(location *at, int32_t thread) {
    __kmpc_barrier(at, thread);
    return 0;
}

void __kmpc_flush(location *at) {
    (void)at;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

int32_t __kmpc_master(location *at, int32_t thread) {
    (void)at, (void)thread;
    return me()->number == 0;
}

void __kmpc_end_master(location *at, int32_t thread) { (void)at, (void)thread; }

int32_t __kmpc_masked(location *at, int32_t thread, int32_t filter) {
    (void)at, (void)thread;
    return me()->number == filter;
}

void __kmpc_end_masked(location *at, int32_t thread) { (void)at, (void)thread; }

int32_t __kmpc_single(location *at, int32_t thread) {
    (void)at, (void)thread;
    member *m = me();
    uint32_t before = m->singles++;
    return __atomic_compare_exchange_n(&m->team->singles, &before, before + 1, 0, __ATOMIC_ACQ_REL,
                                       __ATOMIC_RELAXED);
}

void __kmpc_end_single(location *at, int32_t thread) { (void)at, (void)thread; }

void __kmpc_copyprivate(location *at, int32_t thread, size_t size, void *data,
                        void (*copy)(void *, void *), int32_t did) {
    (void)at, (void)thread, (void)size;
    team *t = me()->team;
    if (did) STORE(&t->copied, data);
    barrier(t);
    if (!did) copy(data, LOAD(&t->copied));
    barrier(t);
}

typedef uint32_t name[8];

void __kmpc_critical(location *at, int32_t thread, name *n) {
    (void)at, (void)thread;
    lock(*n);
}

void __kmpc_critical_with_hint(location *at, int32_t thread, name *n, uint32_t hint) {
    (void)hint;
    __kmpc_critical(at, thread, n);
}

void __kmpc_end_critical(location *at, int32_t thread, name *n) {
    (void)at, (void)thread;
    unlock(*n);
}

// Reductions are done one thread after the other, by the threads themselves.
int32_t __kmpc_reduce_nowait(location *at, int32_t thread, int32_t count, size_t size, void *data,
                             void (*reduce)(void *, void *), name *n) {
    (void)at, (void)thread, (void)count, (void)size, (void)data, (void)reduce;
    lock(*n);
    return 1;
}

void __kmpc_end_reduce_nowait(location *at, int32_t thread, name *n) {
    (void)at, (void)thread;
    unlock(*n);
}

int32_t __kmpc_reduce(location *at, int32_t thread, int32_t count, size_t size, void *data,
                      void (*reduce)(void *, void *), name *n) {
    return __kmpc_reduce_nowait(at, thread, count, size, data, reduce, n);
}

void __kmpc_end_reduce(location *at, int32_t thread, name *n) {
    (void)at, (void)thread;
    unlock(*n);
    barrier(me()->team);
}

// Loops. Kinds of schedule, without what clang adds in the upper bits; ordered ones are 32 further.
enum { STATIC_CHUNKED = 33, STATIC = 34, DYNAMIC = 35, GUIDED = 36, ORDERED = 32, KIND = 0xff };

static uint32_t kind_of(int32_t schedule) {
    uint32_t kind = (uint32_t)schedule & KIND;
    return kind > 64 && kind < 80 ? kind - ORDERED : kind;
}

static void begin_loop(member *m) {
    team *t = m->team;
    uint32_t number = ++m->loops;
    loop *l = &t->loops[number % LOOPS];
    for (;;) {
        lock(&t->guard);
        if (l->number != number && (l->number == 0 || LOAD(&l->left) == t->count))
            *l = (loop){.number = number};
        _Bool ready = l->number == number;
        unlock(&t->guard);
        if (ready) break;
    }
    m->loop = l;
}

// The next piece: the first iteration and the number of them, 0 when there are no more.
static uint64_t take(member *m, uint64_t *first) {
    uint64_t count = m->team->count, next = LOAD(&m->loop->next), size;
    do {
        if (next >= m->trips) return 0;
        uint64_t left = m->trips - next;
        size = m->chunk;
        if (m->kind == GUIDED && left / (2 * count) > size) size = left / (2 * count);
        if (size > left) size = left;
    } while (!__atomic_compare_exchange_n(&m->loop->next, &next, next + size, 1, __ATOMIC_ACQ_REL,
                                          __ATOMIC_ACQUIRE));
    *first = next;
    return size;
}

static void wait_for_turn(member *m) {
    for (uint32_t now; (now = LOAD(&m->loop->ordered)) != m->at;) wait_while(&m->loop->ordered, now);
}

static void pass_turn(member *m) {
    STORE(&m->loop->ordered, m->at + 1);
    wake(&m->loop->ordered);
}

void __kmpc_ordered(location *at, int32_t thread) {
    (void)at, (void)thread;
    member *m = me();
    if (m->loop) wait_for_turn(m);
}

void __kmpc_end_ordered(location *at, int32_t thread) {
    (void)at, (void)thread;
    member *m = me();
    if (!m->loop) return;
    pass_turn(m);
    m->did = 1;
}

// An iteration of an ordered loop is over.
static void end_iteration(void) {
    member *m = me();
    if (!m->loop) return;
    if (!m->did) {
        wait_for_turn(m);
        pass_turn(m);
    }
    m->at++;
    m->did = 0;
}

#define TRIPS(U, lower, upper, step)                                     \
    ((step) > 0 ? ((lower) > (upper) ? 0 : ((U)(upper) - (U)(lower)) / (U)(step) + 1) \
                : ((lower) < (upper) ? 0 : ((U)(lower) - (U)(upper)) / (U)(-(step)) + 1))

#define LOOP_FUNCTIONS(SUFFIX, T, U, S)                                                              \
    void __kmpc_for_static_init_##SUFFIX(location *at, int32_t thread, int32_t schedule,             \
                                         int32_t *last, T *lower, T *upper, S *stride, S step,       \
                                         S chunk) {                                                  \
        (void)at, (void)thread;                                                                      \
        member *m = me();                                                                            \
        U number = (U)m->number, count = (U)m->team->count;                                          \
        U trips = TRIPS(U, *lower, *upper, step);                                                    \
        if (trips == 0) {                                                                            \
            if (last) *last = 0;                                                                     \
            *stride = step;                                                                          \
            return;                                                                                  \
        }                                                                                            \
        if (kind_of(schedule) == STATIC_CHUNKED) {                                                   \
            U size = chunk < 1 ? 1 : (U)chunk;                                                       \
            U span = size * (U)step;                                                                 \
            *stride = (S)(span * count);                                                             \
            *lower = (T)((U)*lower + span * number);                                                 \
            *upper = (T)((U)*lower + span - (U)step);                                                \
            if (last) *last = number == (trips - 1) / size % count;                                  \
            return;                                                                                  \
        }                                                                                            \
        U size = trips / count, more = trips % count;                                                \
        U first = number * size + (number < more ? number : more);                                   \
        U own_size = size + (number < more);                                                         \
        if (last) *last = own_size > 0 && first + own_size == trips;                                 \
        *stride = (S)(trips * (U)step);                                                              \
        *lower = (T)((U)*lower + first * (U)step);                                                   \
        if (own_size == 0 && step < 0) {                                                             \
            *upper = (T)((U)*lower + 1);                                                             \
            return;                                                                                  \
        }                                                                                            \
        *upper = (T)((U)*lower + own_size * (U)step - (U)step);                                      \
    }                                                                                                \
    void __kmpc_dispatch_init_##SUFFIX(location *at, int32_t thread, int32_t schedule, T lower,      \
                                       T upper, S step, S chunk) {                                   \
        (void)at, (void)thread;                                                                      \
        member *m = me();                                                                            \
        begin_loop(m);                                                                               \
        m->kind = kind_of(schedule);                                                                 \
        m->lower = (int64_t)lower;                                                                   \
        m->step = (int64_t)step;                                                                     \
        m->trips = TRIPS(U, lower, upper, step);                                                     \
        m->chunk = chunk < 1 ? 1 : (uint64_t)chunk;                                                  \
        if (m->kind == STATIC) m->chunk = (m->trips + m->team->count - 1) / m->team->count;          \
        m->did = 0;                                                                                  \
    }                                                                                                \
    int32_t __kmpc_dispatch_next_##SUFFIX(location *at, int32_t thread, int32_t *last, T *lower,     \
                                          T *upper, S *stride) {                                     \
        (void)at, (void)thread;                                                                      \
        member *m = me();                                                                            \
        uint64_t first, size = take(m, &first);                                                      \
        if (size == 0) {                                                                             \
            ADD(&m->loop->left, 1);                                                                  \
            m->loop = NULL;                                                                          \
            return 0;                                                                                \
        }                                                                                            \
        m->at = (uint32_t)first;                                                                     \
        *lower = (T)((U)m->lower + (U)first * (U)m->step);                                           \
        *upper = (T)((U)m->lower + (U)(first + size - 1) * (U)m->step);                              \
        if (stride) *stride = (S)m->step;                                                            \
        if (last) *last = first + size == m->trips;                                                  \
        return 1;                                                                                    \
    }                                                                                                \
    void __kmpc_dispatch_fini_##SUFFIX(location *at, int32_t thread) {                               \
        (void)at, (void)thread;                                                                      \
        end_iteration();                                                                             \
    }

LOOP_FUNCTIONS(4, int32_t, uint32_t, int32_t)
LOOP_FUNCTIONS(4u, uint32_t, uint32_t, int32_t)
LOOP_FUNCTIONS(8, int64_t, uint64_t, int64_t)
LOOP_FUNCTIONS(8u, uint64_t, uint64_t, int64_t)

void __kmpc_for_static_fini(location *at, int32_t thread) { (void)at, (void)thread; }

void __kmpc_dispatch_deinit(location *at, int32_t thread) { (void)at, (void)thread; }

// Tasks run at once, by whoever comes to them.
typedef struct task {
    void *shared;
    int32_t (*run)(int32_t, struct task *);
    int32_t part;
} task;

// What stands before a task: who runs it. One that is not tied to a thread comes in parts: it gives itself up
// again after each, and returns, to go on with the next part when it is called again.
typedef struct {
    enum { WAITS, RUNS, INSIDE } state; // nobody runs it; it is called from here; compiled code called it itself
    _Bool again;                        // another part is to come
} state;

static state *state_of(task *t) { return (state *)t - 1; }

task *__kmpc_omp_task_alloc(location *at, int32_t thread, int32_t flags, size_t size, size_t shared,
                            int32_t (*run)(int32_t, task *)) {
    (void)at, (void)thread, (void)flags;
    _Static_assert(sizeof(state) <= 16, "a task is aligned to 16 bytes");
    size = (size + 15) & ~(size_t)15;
    char *whole = malloc(16 + size + shared);
    if (!whole) __builtin_trap();
    task *t = (task *)(whole + 16);
    *t = (task){.shared = (char *)t + size, .run = run};
    *state_of(t) = (state){.state = WAITS};
    return t;
}

static void free_task(task *t) { free((char *)t - 16); }

int32_t __kmpc_omp_task(location *at, int32_t thread, task *t) {
    (void)at, (void)thread;
    state *s = state_of(t);
    if (s->state == RUNS) {
        s->again = 1;
        return 0;
    }
    if (s->state == INSIDE) {
        t->run(me()->number, t);
        return 0;
    }
    s->state = RUNS;
    do {
        s->again = 0;
        t->run(me()->number, t);
    } while (s->again);
    free_task(t);
    return 0;
}

int32_t __kmpc_omp_task_with_deps(location *at, int32_t thread, task *t, int32_t count, void *list,
                                  int32_t more, void *further) {
    (void)count, (void)list, (void)more, (void)further;
    return __kmpc_omp_task(at, thread, t);
}

void __kmpc_taskloop(location *at, int32_t thread, task *t, int32_t condition, uint64_t *lower,
                     uint64_t *upper, int64_t step, int32_t nogroup, int32_t schedule, uint64_t grain,
                     void *duplicate) {
    (void)condition, (void)lower, (void)upper, (void)step, (void)nogroup, (void)schedule, (void)grain;
    (void)duplicate;
    __kmpc_omp_task(at, thread, t);
}

void __kmpc_omp_task_begin_if0(location *at, int32_t thread, task *t) {
    (void)at, (void)thread;
    state_of(t)->state = INSIDE;
}

void __kmpc_omp_task_complete_if0(location *at, int32_t thread, task *t) {
    (void)at, (void)thread;
    free_task(t);
}

void __kmpc_omp_wait_deps(location *at, int32_t thread, int32_t count, void *list, int32_t more,
                          void *further) {
    (void)at, (void)thread, (void)count, (void)list, (void)more, (void)further;
}

int32_t __kmpc_omp_taskwait(location *at, int32_t thread) {
    (void)at, (void)thread;
    return 0;
}

int32_t __kmpc_omp_taskyield(location *at, int32_t thread, int32_t part) {
    (void)at, (void)thread, (void)part;
    return 0;
}

void __kmpc_taskgroup(location *at, int32_t thread) { (void)at, (void)thread; }

void __kmpc_end_taskgroup(location *at, int32_t thread) { (void)at, (void)thread; }

// The library's own functions.
int omp_get_thread_num(void) { return me()->number; }

int omp_get_num_threads(void) { return (int)me()->team->count; }

int omp_get_max_threads(void) { return (int)default_threads(); }

int omp_get_num_procs(void) { return (int)bf_cores(); }

int omp_get_thread_limit(void) { return MOST_THREADS; }

int omp_in_parallel(void) { return me()->team->count > 1; }

int omp_get_level(void) { return (int)me()->team->level; }

int omp_get_active_level(void) { return omp_in_parallel(); }

int omp_get_max_active_levels(void) { return 1; }

void omp_set_max_active_levels(int levels) { (void)levels; }

void omp_set_num_threads(int count) { asked = count > 0 ? (uint32_t)count : 0; }

int omp_get_dynamic(void) { return 1; }

void omp_set_dynamic(int on) { (void)on; }

int omp_get_nested(void) { return 0; }

void omp_set_nested(int on) { (void)on; }

int omp_in_final(void) { return 1; }

int omp_get_cancellation(void) { return 0; }

double omp_get_wtime(void) { return (double)bf_clock() * 1e-9; }

double omp_get_wtick(void) { return 1e-9; }

void omp_init_lock(uint32_t *word) { *word = 0; }

void omp_destroy_lock(uint32_t *word) { (void)word; }

void omp_set_lock(uint32_t *word) { lock(word); }

void omp_unset_lock(uint32_t *word) { unlock(word); }

int omp_test_lock(uint32_t *word) {
    uint32_t is_free = 0;
    return __atomic_compare_exchange_n(word, &is_free, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

// A lock that its owner may take again: the lock, the depth, and in a place of its own the owner.
typedef struct {
    uint32_t word, depth;
    member *owner;
} nest;

void omp_init_nest_lock(nest **at) {
    *at = malloc(sizeof(nest));
    if (!*at) __builtin_trap();
    **at = (nest){0};
}

void omp_destroy_nest_lock(nest **at) { free(*at); }

int omp_test_nest_lock(nest **at) {
    nest *n = *at;
    member *m = me();
    if (LOAD(&n->owner) != m) {
        if (!omp_test_lock(&n->word)) return 0;
        STORE(&n->owner, m);
    }
    return (int)++n->depth;
}

void omp_set_nest_lock(nest **at) {
    nest *n = *at;
    member *m = me();
    if (LOAD(&n->owner) != m) {
        lock(&n->word);
        STORE(&n->owner, m);
    }
    n->depth++;
}

void omp_unset_nest_lock(nest **at) {
    nest *n = *at;
    if (--n->depth) return;
    STORE(&n->owner, NULL);
    unlock(&n->word);
}
