// Functions that know how large their target is; the argument says which of them is to
// overflow it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char small[8], text[64] = "a text of some length";

int main(int argc, char **argv) {
    int which = atoi(argv[1]);
    volatile size_t length = which ? 20 : 7;
    puts("before");
    fflush(stdout);
    char *volatile from = which ? text : "short";
    if (which == 0 || which == 1) memcpy(small, text, length);
    if (which == 0 || which == 2) memmove(small, text, length);
    if (which == 0 || which == 3) memset(small, 'x', length);
    if (which == 0 || which == 4) strcpy(small, from);
    if (which == 0 || which == 5) strncpy(small, from, length);
    small[0] = 0;
    if (which == 0 || which == 6) strcat(small, from);
    small[0] = 0;
    if (which == 0 || which == 7) strncat(small, from, length);
    if (which == 0 || which == 8) stpcpy(small, from);
    if (which == 9) abort();
    puts(small);
    return 0;
}
