// Functions and variables that nobody defines and that can be done without.
#include <stdio.h>

extern int hook(int) __attribute__((weak));
extern void trace(const char *, int) __attribute__((weak));
extern int setting __attribute__((weak));
static int (*const table[2])(int) = {hook, 0};

__attribute__((noinline)) static int work(int n) {
    int sum = 0;
    for (int i = 0; i < n; i++) {
        sum += hook ? hook(i) : i;
        if (trace) trace("work", i);
        if (table[i & 1]) sum += table[i & 1](sum);
    }
    return sum + (&setting ? setting : -1);
}

int main(void) {
    int sum = 0;
    for (int i = 0; i < 3000; i++) sum = sum * 5 + work(i % 11);
    printf("%d %s %d\n", sum, hook ? "some" : "none", table[0] == table[1]);
    return 0;
}
