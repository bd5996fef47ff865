// Thread-local variables: initialised, zero, aligned, arrays, addresses of them.
#include <stdint.h>
#include <stdio.h>

static _Thread_local int counter = 5;
static _Thread_local int zero;
static _Thread_local struct { char name[12]; double weight; int *volatile link; } record = {"record", 2.5, 0};
static _Thread_local _Alignas(64) char wide[100];
_Thread_local long visible = -7;
extern _Thread_local long visible;

static int *address(void) { return &counter; }

static int next(void) {
    static _Thread_local int calls = 100;
    return calls++;
}

int main(void) {
    for (int i = 0; i < 3; i++) counter += next();
    *address() *= 2;
    zero -= 3;
    record.link = &zero;
    *record.link += 10;
    wide[99] = 'z';
    record.weight *= visible;
    visible = counter;
    printf("%d %d %s %g %d %c %ld\n", counter, zero, record.name, record.weight, (int)((uintptr_t)wide % 64), wide[99], visible);
    printf("%d\n", address() == &counter);
    return 0;
}
