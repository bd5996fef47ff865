// Runs the C twin of a module (ENTRY) on one argument and prints its result.
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

uint64_t ENTRY(uint64_t n);

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    printf("%" PRIu64 "\n", ENTRY(strtoull(argv[1], 0, 10)));
    return 0;
}
