#include "shapes.h"
#include <stdio.h>

int tentative;

void grow(shape **list, int n, double by) {
    for (int i = 0; i < n; i++) list[i]->size *= by, shared += twice(i);
}

int bump(void) {
    static int counter;
    return counter += tentative;
}

static void show(int x) { printf("other %d %s\n", x, title); }
static void show_twice(int x) { show(twice(x)); }
void (*const callbacks[2])(int) = {show, show_twice};
