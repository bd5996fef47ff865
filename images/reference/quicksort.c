// Twin of modules/quicksort.rs.
#include "random.h"

enum { MAX = 1 << 19 };
static uint32_t data[MAX];

static void sort(uint32_t *first, uint64_t len) {
    while (len > 16) {
        uint32_t a = first[0], b = first[len / 2], c = first[len - 1];
        uint32_t low = a < b ? a : b, high = a < b ? b : a;
        uint32_t pivot = c < low ? low : c > high ? high : c;
        uint64_t i = 0, j = len - 1;
        for (;;) {
            while (first[i] < pivot) i++;
            while (first[j] > pivot) j--;
            if (i >= j) break;
            uint32_t t = first[i];
            first[i++] = first[j];
            first[j--] = t;
        }
        if (i < len - i) {
            sort(first, i);
            first += i;
            len -= i;
        } else {
            sort(first + i, len - i);
            len = i;
        }
    }
    for (uint64_t i = 1; i < len; i++) {
        uint32_t value = first[i];
        uint64_t hole = i;
        for (; hole > 0 && first[hole - 1] > value; hole--) first[hole] = first[hole - 1];
        first[hole] = value;
    }
}

uint64_t quicksort(uint64_t n) {
    if (n > MAX) n = MAX;
    uint64_t state = 1, total = 0;
    for (uint64_t i = 0; i < n; i++) data[i] = (uint32_t)(next_random(&state) >> 32);
    sort(data, n);
    for (uint64_t i = 0; i < n; i++) {
        if (i > 0 && data[i] < data[i - 1]) return 0;
        total += (i + 1) * data[i];
    }
    return total;
}
