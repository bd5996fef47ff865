// flags: -fcommon
// A program of several files: shared types, variables and functions, statics of equal name.
#include "shapes.h"
#include <stdio.h>

static int counter = 1000;
int shared = 5;
const char *const title = "linked";
int tentative;

static void log_it(const char *what) { printf("main %s %d\n", what, counter++); }

int main(void) {
    log_it(title);
    shape *s[3] = {make_square(2), make_circle(1.5), make_square(4)};
    double total = 0;
    for (int i = 0; i < 3; i++) total += s[i]->area(s[i]);
    printf("%.6f %d %d\n", total, made, shared);
    grow(s, 3, 2);
    total = 0;
    for (int i = 0; i < 3; i++) total += s[i]->area(s[i]);
    printf("%.6f %d\n", total, shared);
    printf("%s %s %d\n", name_of(s[0]), name_of(s[1]), same_name(s[0], s[2]));
    tentative += 4;
    printf("%d %d\n", bump(), bump());
    log_it("end");
    callbacks[0](7);
    callbacks[1](8);
    return tentative;
}

int twice(int x) { return 2 * x; }
