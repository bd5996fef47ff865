// Variables that a section collects over all files, from its start to its end in order; functions
// that run before and after because a section says so.
#include <stdio.h>

#include "registry.h"

extern struct command __start_commands[], __stop_commands[];
extern char __start_absent[] __attribute__((weak)), __stop_absent[] __attribute__((weak));
int started;

COMMAND(add, 'a') { return x + 1; }
COMMAND(twice, 't') { return x * 2; }

static int own_marks[3] __attribute__((used, section("marks"))) = {1, 2, 3};
extern int __start_marks[] __attribute__((visibility("hidden")));

static void before(void) { started = started * 10 + 1; }
static void earlier(void) { started = started * 10 + 2; }
static void after(void) { printf("after %d\n", started); }
__attribute__((used, section(".init_array"))) static void (*const first)(void) = before;
__attribute__((used, section(".init_array.00101"))) static void (*const zeroth)(void) = earlier;
__attribute__((used, section(".fini_array"))) static void (*const last)(void) = after;

int main(void) {
    int x = 5;
    for (struct command *c = __start_commands; c < __stop_commands; c++) {
        x = c->run(x);
        c->letter++;
        printf("%s %c %d\n", c->name, c->letter, x);
    }
    printf("%ld %d\n", (long)(__stop_commands - __start_commands), started);
    printf("%d %d\n", __start_absent == __stop_absent, !__start_absent);
    printf("%d %d\n", __start_marks == own_marks, __start_marks[2]);
    return 0;
}
