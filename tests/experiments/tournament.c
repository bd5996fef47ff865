// Ten kernels, each in two versions that give the same: the second repeats a tenth of the work
// and throws the result away. `tournament(which)` calls one of them some hundred times, with
// inputs that change from call to call.
#include <stdint.h>
#include <string.h>

static uint64_t volatile wasted;
static uint64_t mix(uint64_t h, uint64_t w) { return (h ^ w) * 0x100000001b3u; }

static uint8_t bytes[4096];
static uint32_t words[1024];
static double grid[34 * 34], numbers[1024];
static uint32_t links[1024];

// Work on the part of the input from `from` to `to`, in hundredths of it.
static inline uint64_t hash_part(uint64_t n, int from, int to) {
    uint64_t h = n;
    for (uint64_t i = n * from / 100; i < n * to / 100; i++) h = mix(h, bytes[i & 4095]);
    return h;
}
static inline uint64_t sieve_part(uint64_t n, int from, int to) {
    uint64_t count = 0;
    for (uint64_t i = n * from / 100; i < n * to / 100; i++) {
        uint64_t prime = i > 1;
        for (uint64_t d = 2; d * d <= i && prime; d++) prime = i % d != 0;
        count += prime;
    }
    return count;
}
static inline uint64_t dot_part(uint64_t n, int from, int to) {
    double sum = 0;
    for (uint64_t i = n * from / 100; i < n * to / 100; i++) sum += numbers[i & 1023] * numbers[(i * 7) & 1023];
    return (uint64_t)(int64_t)(sum * 1024);
}
static inline uint64_t chase_part(uint64_t n, int from, int to) {
    uint32_t at = n & 1023;
    for (uint64_t i = n * from / 100; i < n * to / 100; i++) at = links[at];
    return at;
}
static inline uint64_t stencil_part(uint64_t n, int from, int to) {
    double sum = 0;
    for (uint64_t t = n * from / 100; t < n * to / 100; t++) {
        uint64_t at = 35 + t % 1000;
        sum += grid[at] * 0.5 + (grid[at - 1] + grid[at + 1] + grid[at - 34] + grid[at + 34]) * 0.125;
    }
    return (uint64_t)(int64_t)(sum * 1024);
}
static inline uint64_t count_part(uint64_t n, int from, int to) {
    uint64_t lines = 0, words_seen = 0, inside = 0;
    for (uint64_t i = n * from / 100; i < n * to / 100; i++) {
        uint8_t c = bytes[i & 4095];
        lines += c == '\n';
        if (c <= ' ') inside = 0;
        else if (!inside) inside = 1, words_seen++;
    }
    return lines * 100000 + words_seen;
}
static inline uint64_t gcd_part(uint64_t n, int from, int to) {
    uint64_t sum = 0;
    for (uint64_t i = n * from / 100; i < n * to / 100; i++) {
        uint64_t a = words[i & 1023], b = words[(i + 1) & 1023] | 1;
        for (int turns = 0; b && turns < 12; turns++) { uint64_t t = a % b; a = b; b = t; }
        sum += a;
    }
    return sum;
}
static inline uint64_t bits_part(uint64_t n, int from, int to) {
    uint64_t sum = 0;
    for (uint64_t i = n * from / 100; i < n * to / 100; i++) {
        // Without a branch that depends on the input: how well those are foreseen changes from
        // process to process, by more than a tenth.
        sum = sum * 3 + __builtin_popcount(words[i & 1023] ^ (uint32_t)sum);
    }
    return sum;
}
static inline uint64_t collatz_part(uint64_t n, int from, int to) {
    uint64_t steps = 0;
    for (uint64_t i = n * from / 100; i < n * to / 100; i++)
        for (uint64_t v = i + 1, left = 40; v != 1 && left; left--, steps++) v = v & 1 ? v * 3 + 1 : v / 2;
    return steps;
}
static inline uint64_t random_part(uint64_t n, int from, int to) {
    uint64_t s = n, h = 0;
    for (uint64_t i = n * from / 100; i < n * to / 100; i++) {
        s = s * 6364136223846793005u + 1442695040888963407u;
        h ^= words[s >> 54];
    }
    return h;
}

#define VERSIONS(name)                                                                     \
    __attribute__((noinline)) uint64_t name##_fast(uint64_t n) { return name##_part(n, 0, 100); } \
    __attribute__((noinline)) uint64_t name##_slow(uint64_t n) {                           \
        wasted = name##_part(n, 45, 55);                                                   \
        return name##_part(n, 0, 100);                                                     \
    }
VERSIONS(hash)
VERSIONS(sieve)
VERSIONS(dot)
VERSIONS(chase)
VERSIONS(stencil)
VERSIONS(count)
VERSIONS(gcd)
VERSIONS(bits)
VERSIONS(collatz)
VERSIONS(random)

typedef uint64_t (*version)(uint64_t);
static version const volatile fast[] = {hash_fast, sieve_fast, dot_fast, chase_fast, stencil_fast,
                                        count_fast, gcd_fast, bits_fast, collatz_fast, random_fast};
static version const volatile slow[] = {hash_slow, sieve_slow, dot_slow, chase_slow, stencil_slow,
                                        count_slow, gcd_slow, bits_slow, collatz_slow, random_slow};
// Sizes of inputs, so that each takes some ten microseconds.
static const uint64_t sizes[] = {8000, 800, 18000, 6000, 8000, 8000, 240, 3000, 240, 8000};

static void prepare(void) {
    uint64_t s = 42;
    for (int i = 0; i < 4096; i++) { s = mix(s, i); bytes[i] = (s >> 20) % 96 + 8; }
    for (int i = 0; i < 1024; i++) {
        s = mix(s, i);
        words[i] = s >> 17;
        numbers[i] = (s >> 40) * 1e-6;
        links[i] = (i * 389 + 7) & 1023;
    }
    for (int i = 0; i < 34 * 34; i++) grid[i] = i * 0.01;
}

// `which`: number of the kernel, plus 16 for its slow version, plus 256 for every call of it.
uint64_t tournament(uint64_t which) {
    static int prepared;
    if (!prepared) { prepare(); prepared = 1; }
    uint64_t at = which & 15, h = which & 15;
    version run = which & 16 ? slow[at] : fast[at];
    for (uint64_t i = 0, calls = which >> 8; i < calls; i++) {
        // Three sizes of input, in no simple order.
        uint64_t n = sizes[at];
        n = (h >> 33) % 3 == 0 ? n : (h >> 33) % 3 == 1 ? n * 5 / 4 : n * 3 / 4;
        h = mix(h, run(n / 4 * 4));
        h = mix(h, i);
    }
    return h;
}
