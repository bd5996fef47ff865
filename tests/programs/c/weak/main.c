// Weak definitions that are overridden, or not, or missing; aliases; hidden symbols; inline
// functions that several files have.
#include "weak.h"
#include <stdio.h>

__attribute__((weak)) int overridden(void) { return 1; }
__attribute__((weak)) int kept(void) { return 10; }
__attribute__((weak)) extern int missing(void);
__attribute__((weak)) int value = 3;
extern int missing_value __attribute__((weak));

static int original(int x) { return x * 3 + 1; }
int alias(int) __attribute__((alias("original")));
int weak_alias(int) __attribute__((weak, alias("original")));
static int numbers[4] = {1, 2, 3, 4};
extern int renamed[4] __attribute__((alias("numbers")));

int main(void) {
    printf("%d %d %d\n", overridden(), kept(), value);
    printf("%d %d\n", missing ? missing() : -1, &missing_value ? missing_value : -2);
    numbers[2] = 30;
    printf("%d %d %d\n", alias(5), weak_alias(6), renamed[2]);
    printf("%d %d %d\n", alias == original, here(), there());
    printf("%d %d\n", in_both(4), elsewhere(4));
    int (*volatile p)(void) = overridden;
    printf("%d %d\n", p(), p == other_overridden());
    return 0;
}
