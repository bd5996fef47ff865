// The program of the simulated machines (`mod.rs`): an entry and 24 functions that it calls. Made to
// bitcode by `clang-22 -O1 -emit-llvm -c workload.c`.
#define WORK(i)                                                     \
    __attribute__((noinline)) long work##i(long n) {                \
        long sum = i;                                               \
        for (long k = 0; k < n; k++) sum = sum * (2 * i + 3) + k;   \
        return sum;                                                 \
    }
#define ALL(each)                                                                                \
    each(1) each(2) each(3) each(4) each(5) each(6) each(7) each(8) each(9) each(10) each(11)    \
    each(12) each(13) each(14) each(15) each(16) each(17) each(18) each(19) each(20) each(21)    \
    each(22) each(23) each(24)
#define CALL(i) sum += work##i(n + i);

ALL(WORK)

long entry(long n) {
    long sum = 0;
    ALL(CALL)
    return sum;
}
