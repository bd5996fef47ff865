// flags: -fno-builtin
// Functions that a resolver chooses before anything else runs, by hand and for processors.
#include <cpuid.h>
#include <stdio.h>

struct wide { long words[5]; };

static int resolved;
static int plain(int x) { return x; }
static int doubled(int x) { return x * 2; }
static int (*choose(void))(int) {
    resolved++;
    return doubled;
}
int work(int) __attribute__((ifunc("choose")));

static struct wide turned(struct wide w, signed char by) {
    for (int i = 0; i < 5; i++) w.words[i] += by * i;
    return w;
}
static struct wide (*choose_wide(void))(struct wide, signed char) { return turned; }
struct wide turn(struct wide, signed char) __attribute__((ifunc("choose_wide")));

__attribute__((target_clones("default", "sse4.2", "avx2"))) int sum(const int *list, int n) {
    int total = 0;
    for (int i = 0; i < n; i++) total += list[i];
    return total;
}

static int at_start;
__attribute__((constructor)) static void early(void) { at_start = work(4); }

int (*const pointer)(int) = work;

int main(void) {
    int list[40], total = 0;
    for (int i = 0; i < 40; i++) list[i] = i * i;
    struct wide w = turn((struct wide){{1, 2, 3, 4, 5}}, -3);
    for (int i = 0; i < 2000; i++) total += work(i) + pointer(i) + sum(list, i % 40);
    printf("%d %d %d %d\n", total, at_start, pointer == work, sum(list, 40));
    printf("%ld %ld %ld %d\n", w.words[0], w.words[3], w.words[4], plain(3));
    // Whatever processor it is, both ways of asking agree.
    unsigned a, b, c = 0, d;
    __builtin_cpu_init();
    __get_cpuid(1, &a, &b, &c, &d);
    printf("%d %d\n", !!__builtin_cpu_supports("sse2"), !!__builtin_cpu_supports("cmov"));
    printf("%d %d\n", !!__builtin_cpu_supports("popcnt") == (c >> 23 & 1),
           !!__builtin_cpu_supports("aes") == (c >> 25 & 1));
    return 0;
}
