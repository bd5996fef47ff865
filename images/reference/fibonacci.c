// Twin of modules/fibonacci.rs.
#include <stdint.h>

static uint64_t fib(uint64_t n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

uint64_t fibonacci(uint64_t n) { return fib(n); }
