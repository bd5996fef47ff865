// refused: a call that must be a tail call
// Calls in tail position that the language says must not use up the stack.
#include <stdint.h>
#include <stdio.h>

#define TAIL __attribute__((musttail)) return

typedef struct { const uint8_t *at; int64_t sum, count; } machine;
typedef int64_t (*step)(machine *, int64_t);

static int64_t dispatch(machine *, int64_t);

static int64_t op_add(machine *m, int64_t x) {
    m->sum += x;
    TAIL dispatch(m, x + 1);
}

static int64_t op_double(machine *m, int64_t x) { TAIL dispatch(m, x * 2 & 0xFFFF); }

static int64_t op_back(machine *m, int64_t x) {
    if (m->count-- > 0) m->at -= 4;
    TAIL dispatch(m, x);
}

static int64_t op_xor(machine *m, int64_t x) {
    m->sum ^= x << 3;
    TAIL dispatch(m, x);
}

static int64_t op_stop(machine *m, int64_t x) { return m->sum + x; }

static const step steps[] = {op_stop, op_add, op_double, op_back, op_xor};

static int64_t dispatch(machine *m, int64_t x) { TAIL steps[*m->at++](m, x); }

static uint64_t gcd(uint64_t a, uint64_t b) {
    if (b == 0) return a;
    TAIL gcd(b, a % b);
}

static uint64_t count_down(uint64_t n, uint64_t hash) {
    if (n == 0) return hash;
    TAIL count_down(n - 1, hash * 31 + n);
}

static int even(uint32_t n);
static int odd(uint32_t n) {
    if (n == 0) return 0;
    TAIL even(n - 1);
}
static int even(uint32_t n) {
    if (n == 0) return 1;
    TAIL odd(n - 1);
}

int main(void) {
    static const uint8_t code[] = {1, 4, 2, 3, 1, 0};
    machine m = {code, 0, 3000};
    int64_t result = dispatch(&m, 1);
    printf("%ld %ld %ld\n", result, m.sum, m.count);
    printf("%lu\n", gcd(1134903170u * 3ull, 701408733u * 3ull));
    printf("%lx\n", count_down(20000, 7));
    printf("%d %d\n", even(20000), odd(17777));
    return 0;
}
