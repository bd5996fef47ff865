// Control flow: switches, computed goto, recursion, function pointers, loops with breaks.
#include <stdio.h>

enum op { PUSH, ADD, MUL, DUP, JNZ, HALT };

__attribute__((noinline)) static long run(const int *code, long start) {
    static const void *const labels[] = {&&push, &&add, &&mul, &&dup, &&jnz, &&halt};
    long stack[16];
    int top = 0;
    stack[top] = start;
    goto *labels[*code];
push: stack[++top] = code[1]; code += 2; goto *labels[*code];
add: top--; stack[top] += stack[top + 1]; code++; goto *labels[*code];
mul: top--; stack[top] *= stack[top + 1]; code++; goto *labels[*code];
dup: stack[top + 1] = stack[top]; top++; code++; goto *labels[*code];
jnz: if (stack[top] < 1000) code += code[1]; else code += 2; goto *labels[*code];
halt: return stack[top];
}

__attribute__((noinline)) static int classify(long x) {
    switch (x) {
    case -5: return 1;
    case 0 ... 9: return 2;
    case 10: case 12: case 14: return 3;
    case 1L << 40: return 4;
    case 99: x++; // falls through
    case 100: return (int)x;
    default: return 0;
    }
}

static int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
static int twice(int x) { return 2 * x; }
static int square(int x) { return x * x; }
static int (*const table[])(int) = {twice, square, fib};

int main(int argc, char **argv) {
    static const int code[] = {DUP, MUL, PUSH, 1, ADD, JNZ, -5, HALT};
    long total = 0;
    for (long x = -10; x < 120; x++) total = total * 3 + classify(x);
    int i = 0, j = 0;
    do {
        if (i % 7 == 3) continue;
        for (;; j++) {
            if ((i * j) % 11 == 5) break;
            if (j > 50) goto out;
        }
    } while (++i < 40);
out:
    printf("%ld %ld %d %d\n", run(code, argc + 1), total, i, j);
    printf("%d %d\n", classify((1L << 40) + argc - 1), table[argc % 3](7) + table[2](argc + 10));
    return classify(98 + argc);
}
