// Labels as values: a threaded interpreter, tables of label differences, jumps out of loops.
#include <stdint.h>
#include <stdio.h>

enum { PUSH, ADD, MUL, SUB, DUP, SWAP, OVER, JUMP_IF, JUMP, PRINT, HALT };

static long run(const int *code, int print) {
    static const void *const labels[] = {&&push, &&add, &&mul, &&sub, &&dup, &&swap, &&over, &&jump_if, &&jump, &&print, &&halt};
    long stack[32], *top = stack, t;
    const int *at = code;
#define NEXT goto *labels[*at++]
    NEXT;
push: *top++ = *at++; NEXT;
add: top--; top[-1] += *top; NEXT;
mul: top--; top[-1] *= *top; NEXT;
sub: top--; top[-1] -= *top; NEXT;
dup: *top = top[-1]; top++; NEXT;
swap: t = top[-1]; top[-1] = top[-2]; top[-2] = t; NEXT;
over: *top = top[-2]; top++; NEXT;
jump_if: at = *--top ? code + *at : at + 1; NEXT;
jump: at = code + *at; NEXT;
print: if (print) printf("%ld ", top[-1]); NEXT;
halt: return top[-1];
}

static int differences(unsigned n) {
    static const int table[] = {&&a - &&a, &&b - &&a, &&c - &&a};
    int r = 0;
    goto *(&&a + table[n % 3]);
a: r += 1;
b: r += 10;
c: r += 100;
    return r;
}

static int collatz(unsigned long n) {
    void *const parity[2] = {&&even, &&odd};
    int steps = 0;
again:
    if (n == 1) return steps;
    steps++;
    goto *parity[n & 1];
even: n /= 2; goto again;
odd: n = 3 * n + 1; goto again;
}

int main(void) {
    // result 1; n times: result * n, n - 1
    static const int factorial[] = {PUSH, 1, PUSH, 10, DUP, PRINT, JUMP_IF, 10, JUMP, 20, SWAP, OVER, MUL, SWAP, PUSH, 1, SUB, JUMP, 4, HALT, SWAP, HALT};
    printf("%ld\n", run(factorial, 1));
    long sum = 0;
    for (int i = 0; i < 1000; i++) sum += run(factorial, 0);
    printf("%ld\n", sum);
    printf("%d %d %d\n", differences(0), differences(1), differences(2));
    for (unsigned n = 1; n < 30; n += 4) printf("%d ", collatz(n));
    puts("");
    int found = 0;
    for (int i = 0; i < 50; i++)
        for (int j = 0; j < 50; j++)
            if (i * j == 1247 && i > 30) {
                found = i * 100 + j;
                goto out;
            }
out:
    printf("%d\n", found);
    return 0;
}
