// Global variables: initialisers with addresses, linkages, aliases, constructors, TLS.
#include <stdint.h>
#include <stdio.h>

int common_int;
__attribute__((weak)) int weak_int = 3;
extern int missing __attribute__((weak));
static int internal_array[10] = {1, 2, 3, [7] = 8};
int *inside = &internal_array[7];
const char *const names[] = {"zero", "one\ttwo", "three\xff\0four", ""};
static const char bytes[6] = {1, 0, -1, 'q', 0, 0};
long address_of_names = (long)names + 8;
double doubles[] = {0.0, -0.0, 1e300, 1.0 / 3, __builtin_inf()};
float floats[] = {1.5f, -2.25e-10f, __builtin_nanf("")};
__attribute__((section("custom"), aligned(64))) int in_section = 9;
static _Thread_local int per_thread = 17;
static struct { void (*f)(void); struct { int *p; short s; } in; } hooks[2];
static void set(void) { common_int += 100; }
struct { char c; void (*f)(void); int64_t d; } record = {'c', set, -7};
int aliased_target = 55;
extern int other_name __attribute__((alias("aliased_target")));
static int helper(int x) { return x + 1; }
int renamed(int) __attribute__((alias("helper")));
inline __attribute__((always_inline)) int inlined(int x) { return x * 3; }
int inlined(int x);

__attribute__((constructor)) static void before(void) { common_int = 1000; }

int main(int argc, char **argv) {
    int *volatile absent = &missing, *volatile placed = &in_section;
    hooks[1].f = set;
    hooks[1].in.p = inside;
    hooks[argc & 1].f();
    record.f();
    per_thread += argc;
    weak_int += *hooks[1].in.p;
    printf("%d %d %d %d\n", common_int, weak_int, absent == 0, *inside);
    printf("%s %s %d %d\n", names[0], *(const char **)address_of_names, bytes[2], names[2][5]);
    printf("%g %g %g %g\n", doubles[2], doubles[4], (double)floats[1], 1 / doubles[1]);
    printf("%d %d %d %d\n", in_section, per_thread, renamed(argc), inlined(argc));
    other_name++;
    printf("%d %d %d\n", aliased_target, (int)record.d, (int)((uintptr_t)placed % 64));
    return weak_int;
}
