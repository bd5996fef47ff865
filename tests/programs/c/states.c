// Which registers the system keeps when it turns to something else, asked as programs ask before they use wide vectors.
#include <cpuid.h>
#include <stdint.h>
#include <stdio.h>

__attribute__((target("xsave"))) static uint64_t by_name(void) { return __builtin_ia32_xgetbv(0); }

static uint64_t by_assembly(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

int main(void) {
    uint32_t a, b, c, d;
    __cpuid(1, a, b, c, d);
    int can_ask = c >> 27 & 1, has_wide = c >> 28 & 1;
    uint64_t kept = can_ask ? by_name() : 0;
    printf("the same by assembly: %d\n", !can_ask || by_assembly() == kept);
    printf("those of all processors: %d\n", !can_ask || (kept & 3) == 3);
    __builtin_cpu_init();
    int wide = __builtin_cpu_supports("avx") != 0, wider = __builtin_cpu_supports("avx512f") != 0;
    printf("wide ones: %d\n", wide == (has_wide && (kept & 6) == 6));
    printf("wider ones, where they are used: %d\n", !wider || (kept & 0xe6) == 0xe6);
    return 0;
}
