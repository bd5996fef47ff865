// The host calls for a program that lli runs, and the function that lli is told to start at.
#define NO_START
#include "shim.c"

int bf_lli(int argc, char **argv, char **variables) {
    environ = variables;
    bf_exit(__bf_finish(main(argc, argv, variables)));
}
