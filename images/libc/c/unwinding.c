// Exceptions: the attempts that calls have become which something may be thrown out of (`unwinding` of the
// engine's `program` says how), and who throws. What a clause takes is the languages' own.
#include <stdint.h>
#include <unwind.h>

enum kind { END, END_WITH_CLEANUP, CATCH, FILTER };

struct clause {
    const void *type; // null: everything; of a filter: a list up to a null
    int32_t number;
    int32_t kind;
};

struct attempt {
    void *of_machine;
    struct attempt *outer;
    const struct clause *clauses;
    struct _Unwind_Exception *exception;
    int32_t number;
    int32_t thrown;
};

void bf_catch(void (*call)(void *, unsigned long), void *at);
_Noreturn void bf_throw(void *at, unsigned long number);

// Of the C++ library: whether an exception is of a type, or, without one, whatever. It remembers where in what
// was thrown the type lies. Programs in other languages are without it.
__attribute__((weak)) int __bf_cxx_takes(struct _Unwind_Exception *exception, const void *type);

// Of the C++ library as well: keeps the types that a function lists which an exception must not leave.
__attribute__((weak)) void __bf_cxx_outside(struct _Unwind_Exception *exception, const void *const *listed);

// The innermost attempt under way.
_Thread_local struct attempt *__bf_attempts;

// Makes the call of an attempt; whether something was thrown to it.
int32_t __bf_attempt(struct attempt *own, void (*call)(void *, unsigned long)) {
    own->outer = __bf_attempts;
    own->thrown = 0;
    __bf_attempts = own;
    bf_catch(call, own);
    __bf_attempts = own->outer;
    return own->thrown;
}

static int takes(struct _Unwind_Exception *exception, const void *type) {
    if (__bf_cxx_takes) return __bf_cxx_takes(exception, type);
    return !type;
}

static int fits(struct _Unwind_Exception *exception, const struct clause *clause) {
    if (clause->kind == CATCH) return takes(exception, clause->type);
    for (const void *const *type = clause->type; *type; type++)
        if (takes(exception, *type)) return 0;
    if (__bf_cxx_outside) __bf_cxx_outside(exception, clause->type);
    return 1;
}

// The first clause that fits, or the last one, which ends them.
static const struct clause *find(struct _Unwind_Exception *exception, const struct clause *clause) {
    while (clause->kind >= CATCH && !fits(exception, clause)) clause++;
    return clause;
}

static _Noreturn void deliver(struct attempt *to, struct _Unwind_Exception *exception, int32_t number) {
    to->exception = exception;
    to->number = number;
    to->thrown = 1;
    bf_throw(to, 1);
}

// Goes to the next cleanup, or to the attempt that catches.
static _Noreturn void go_on(struct _Unwind_Exception *exception) {
    struct attempt *at = __bf_attempts;
    for (; at != (struct attempt *)exception->private_1; at = at->outer) {
        const struct clause *last = at->clauses;
        while (last->kind >= CATCH) last++;
        if (last->kind == END_WITH_CLEANUP) deliver(at, exception, 0);
    }
    deliver(at, exception, (int32_t)exception->private_2);
}

// Comes back only where nobody catches: nothing was cleaned up then.
_Unwind_Reason_Code _Unwind_RaiseException(struct _Unwind_Exception *exception) {
    for (struct attempt *at = __bf_attempts; at; at = at->outer) {
        const struct clause *clause = find(exception, at->clauses);
        if (clause->kind < CATCH) continue;
        exception->private_1 = (uintptr_t)at;
        exception->private_2 = (uint32_t)clause->number;
        go_on(exception);
    }
    return _URC_END_OF_STACK;
}

void _Unwind_Resume(struct _Unwind_Exception *exception) { go_on(exception); }

void _Unwind_DeleteException(struct _Unwind_Exception *exception) {
    if (exception->exception_cleanup)
        exception->exception_cleanup(_URC_FOREIGN_EXCEPTION_CAUGHT, exception);
}
