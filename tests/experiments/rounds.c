// One function with a loop, called N times.
__attribute__((noinline)) static unsigned long rounds(unsigned long seed) {
    for (int i = 0; i < 100; i++) seed = seed * 3 + (seed >> 7);
    return seed;
}

unsigned long start(unsigned long n) {
    unsigned long sum = 0;
    for (unsigned long i = 0; i < n; i++) sum += rounds(sum + i);
    return sum;
}
