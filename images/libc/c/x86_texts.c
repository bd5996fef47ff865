// Comparing texts in registers (`pcmpistri` and its like).
#include "x86.h"

// Units are bytes or 16 bits, signed or not, as the two lowest bits of `how` say; lengths are those given, or run
// to the first unit that is zero.

static int unit(u8x16 text, int at, int how) {
    if (how & 1) {
        uint16_t wide = ((u16x8)text)[at];
        return how & 2 ? (int16_t)wide : wide;
    }
    return how & 2 ? (int8_t)text[at] : text[at];
}

static int length(u8x16 text, int how) {
    int most = how & 1 ? 8 : 16, at = 0;
    while (at < most && unit(text, at, how) != 0) at++;
    return at;
}

static int limit(int given, int how) {
    int most = how & 1 ? 8 : 16;
    return given < 0 ? (given < -most ? most : -given) : given > most ? most : given;
}

// A bit for each unit of `b`.
static unsigned agreement(u8x16 a, int a_len, u8x16 b, int b_len, int how) {
    int most = how & 1 ? 8 : 16;
    unsigned result = 0;
    for (int j = 0; j < most; j++) {
        int bit = 0;
        switch (how >> 2 & 3) {
        case 0: // Any of a set.
            for (int i = 0; i < a_len && j < b_len; i++) bit |= unit(a, i, how) == unit(b, j, how);
            break;
        case 1: // Within one of several ranges.
            for (int i = 0; i + 1 < a_len && j < b_len; i += 2) {
                bit |= unit(a, i, how) <= unit(b, j, how) && unit(b, j, how) <= unit(a, i + 1, how);
            }
            break;
        case 2: // Each the same; both ended counts.
            bit = j < a_len && j < b_len ? unit(a, j, how) == unit(b, j, how) : j >= a_len && j >= b_len;
            break;
        default: // The whole of `a`, from here on as far as there is room.
            bit = 1;
            for (int i = 0; i < a_len && j + i < most; i++) {
                bit &= j + i < b_len && unit(a, i, how) == unit(b, j + i, how);
            }
        }
        result |= (unsigned)bit << j;
    }
    if (how & 0x10) result ^= how & 0x20 ? (1u << b_len) - 1 : (1u << most) - 1;
    return result;
}

static int first_or_last(unsigned bits, int how) {
    if (!bits) return how & 1 ? 8 : 16;
    return how & 0x40 ? 31 - __builtin_clz(bits) : __builtin_ctz(bits);
}

static i8x16 as_mask(unsigned bits, int how) {
    i8x16 out = {0};
    if (!(how & 0x40)) {
        out[0] = (int8_t)bits, out[1] = (int8_t)(bits >> 8);
        return out;
    }
    for (int i = 0; i < 16; i++) out[i] = (int8_t)-(int)(bits >> (how & 1 ? i / 2 : i) & 1);
    return out;
}

#define TEXTS(result, suffix, value)                                                                        \
    INTRINSIC(result, pcmpestr_##suffix, "sse42.pcmpestr" #suffix "128", u8x16 a, int m, u8x16 b, int n, uint8_t how) { \
        int a_len = limit(m, how), b_len = limit(n, how), most = how & 1 ? 8 : 16;                                 \
        unsigned bits = agreement(a, a_len, b, b_len, how);                                                  \
        (void)most, (void)bits;                                                                              \
        return value;                                                                                        \
    }                                                                                                        \
    INTRINSIC(result, pcmpistr_##suffix, "sse42.pcmpistr" #suffix "128", u8x16 a, u8x16 b, uint8_t how) {   \
        int a_len = length(a, how), b_len = length(b, how), most = how & 1 ? 8 : 16;                               \
        unsigned bits = agreement(a, a_len, b, b_len, how);                                                  \
        (void)most, (void)bits;                                                                              \
        return value;                                                                                        \
    }
TEXTS(int, i, first_or_last(bits, how))
TEXTS(i8x16, m, as_mask(bits, how))
TEXTS(int, ia, bits == 0 && b_len == most)
TEXTS(int, ic, bits != 0)
TEXTS(int, io, (int)(bits & 1))
TEXTS(int, is, a_len < most)
TEXTS(int, iz, b_len < most)

