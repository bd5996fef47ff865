// How deep a program is, by the addresses of its frames: engines of scripts end a recursion so. Whoever asks may be
// interpreted, compiled, or have become so since the limit was set.
#include <stdint.h>
#include <stdio.h>

static uintptr_t limit;

__attribute__((noinline)) static uintptr_t here(void) { return (uintptr_t)__builtin_frame_address(0); }

__attribute__((noinline)) static void set_limit(uintptr_t room) { limit = here() - room; }

__attribute__((noinline)) static int too_deep(void) { return (uintptr_t)__builtin_frame_address(0) < limit; }

__attribute__((noinline)) static int down(int depth) {
    volatile char some[64];
    some[depth & 63] = (char)depth;
    if (too_deep() || depth == 1000000) return depth;
    int reached = down(depth + 1);
    return reached + (some[depth & 63] != (char)depth);
}

// The same with frames that tell where they are themselves.
__attribute__((noinline)) static int down_by_itself(int depth) {
    volatile char some[64];
    some[depth & 63] = (char)depth;
    if ((uintptr_t)__builtin_frame_address(0) < limit || depth == 1000000) return depth;
    int reached = down_by_itself(depth + 1);
    return reached + (some[depth & 63] != (char)depth);
}

int main(void) {
    for (int round = 0; round < 40; round++) {
        // At first and later on another way, so that whoever sets it is compiled before, or after, the others are.
        if (round % 10 == 0) set_limit(round < 20 ? 60000 : 30000);
        if (too_deep()) printf("round %d: too deep in main\n", round);
        int reached = down(0), alone = down_by_itself(0);
        if (reached < 50 || reached > 200000) printf("round %d: %d\n", round, reached);
        if (alone < 50 || alone > 200000) printf("round %d: %d by itself\n", round, alone);
        if (too_deep()) printf("round %d: too deep afterwards\n", round);
    }
    // Limits set before and after what is compiled since.
    for (int call = 0; call < 20000; call++)
        if (too_deep()) return printf("too deep at %d\n", call), 1;
    set_limit(400000);
    for (int call = 0; call < 200; call++) set_limit(40000);
    int reached = down(0);
    if (reached < 50 || reached > 200000) printf("at last %d\n", reached);
    puts("as deep as it may be");
    return 0;
}
