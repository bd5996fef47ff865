// Programs that cannot go on.
#include <stdint.h>
#include <limits.h>

uint64_t divide(uint64_t n) { return 10 / n; }
uint64_t remainder_of(uint64_t n) { return 10 % (uint8_t)n; }
uint64_t negative(uint64_t n) { return INT_MIN / (int)n; }
uint64_t negative_remainder(uint64_t n) { return LONG_MIN % (long)n; }
uint64_t wide(uint64_t n) { return (uint64_t)((unsigned __int128)10 / n); }
uint64_t odd(uint64_t n) { return (uint64_t)((_BitInt(19))5 / (_BitInt(19))n); }
uint64_t huge(uint64_t n) { return (uint64_t)((unsigned _BitInt(300))5 % n); }
uint64_t forever(uint64_t n) { return n == 77 ? 0 : forever(n + 1) + 1; }
uint64_t large(uint64_t n) { volatile char room[60000]; room[n % 60000] = 1; return large(n + 1) + room[5]; }
uint64_t dynamic(uint64_t n) { volatile char *p = __builtin_alloca(n); p[0] = 1; return p[0]; }
uint64_t nowhere(uint64_t n) { uint64_t (*f)(uint64_t) = (uint64_t (*)(uint64_t))n; return f(1); }
uint64_t missing(uint64_t n);
uint64_t unresolved(uint64_t n) { return n ? missing(n) : 5; }
extern int missing_data;
uint64_t unresolved_data(uint64_t n) { return n ? missing_data : 6; }
__attribute__((weak)) extern int weak_data;
uint64_t weak(uint64_t n) { return n + (&weak_data != 0); }
uint64_t unreachable(uint64_t n) { if (n) __builtin_unreachable(); return 1; }
uint64_t trapped(uint64_t n) { if (n) __builtin_trap(); return 1; }
uint64_t sums(uint64_t n) { return (uint64_t)((long double)n * 2.5L); }
uint64_t good(uint64_t n) { return n * 2; }
