// What a program tells the processor, and no result shows: pauses, fences, prefetches.
#include <immintrin.h>
#include <stdio.h>

static volatile int flag;

__attribute__((noinline)) static int wait(int turns) {
    int seen = 0;
    for (int i = 0; i < turns; i++) {
        _mm_pause();
        flag = i;
        _mm_sfence();
        _mm_prefetch((const char *)&flag, _MM_HINT_T0);
        seen += flag;
        _mm_lfence();
        _mm_mfence();
        __builtin___clear_cache((char *)&flag, (char *)(&flag + 1));
    }
    return seen;
}

int main(void) {
    int sum = 0;
    for (int i = 0; i < 2000; i++) sum = sum * 3 + wait(i % 7);
    printf("%d\n", sum);
    return 0;
}
