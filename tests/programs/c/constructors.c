// Functions that run before main in the order of their priorities, and after it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char order[32];
static int table[10];

static void note(char c) {
    size_t n = strlen(order);
    order[n] = c;
}

__attribute__((constructor(300))) static void third(void) { note('c'); }
__attribute__((constructor(101))) static void first(void) {
    note('a');
    for (int i = 0; i < 10; i++) table[i] = i * i;
}
__attribute__((constructor(200))) static void second(void) { note(table[3] == 9 ? 'b' : '?'); }
__attribute__((constructor)) static void fourth(void) { note('d'); }

__attribute__((destructor(200))) static void late(void) { printf("late %s\n", order); }
__attribute__((destructor)) static void early(void) {
    note('y');
    printf("early %s\n", order);
}

static void handler(void) {
    note('x');
    puts("handler");
}

int main(void) {
    note('m');
    atexit(handler);
    printf("main %s %d\n", order, table[9]);
    return 5;
}
