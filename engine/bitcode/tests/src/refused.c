// Functions that cannot be run, each for its own reason, and one that can.
#include <stdio.h>

__float128 extended(__float128 x) { return x * 3; }
unsigned long unknown(void) {
    unsigned lo, hi;
    __asm__ volatile("rdpmc" : "=a"(lo), "=d"(hi));
    return (unsigned long)hi << 32 | lo;
}
int segment(int __attribute__((address_space(256))) * p) { return *p; }
__attribute__((naked)) int bare(void) { __asm__("ret"); }
__attribute__((ms_abi)) int foreign(int x) { return x; }
int jumps(int x) {
    __asm__ goto("jmp %l0" : : : : away);
    return x;
away:
    return -1;
}

int main(int argc, char **argv) { return argc; }
