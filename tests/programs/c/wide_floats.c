// clang: 22
// Integers of more than 128 bits to floats and back, rounded once and to even. What is beyond a format
// is left out, of which LLVM's native code makes anything.
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef _BitInt(129) narrow;
typedef unsigned _BitInt(192) middle;
typedef _BitInt(256) wide;
typedef unsigned _BitInt(1100) vast;

static void show_double(const char *name, double x) {
    unsigned long bits;
    memcpy(&bits, &x, sizeof bits);
    printf("%s %016lx ", name, bits);
}

static void show_float(const char *name, float x) {
    unsigned bits;
    memcpy(&bits, &x, sizeof bits);
    printf("%s %08x ", name, bits);
}

static void show(middle x) {
    printf("%016lx%016lx%016lx ", (long)(x >> 128), (long)(x >> 64), (long)x);
}

__attribute__((noinline)) static double narrow_to_double(narrow x) { return x; }
__attribute__((noinline)) static float narrow_to_float(narrow x) { return x; }
__attribute__((noinline)) static double middle_to_double(middle x) { return x; }
__attribute__((noinline)) static float middle_to_float(middle x) { return x; }
__attribute__((noinline)) static double wide_to_double(wide x) { return x; }
__attribute__((noinline)) static float wide_to_float(wide x) { return x; }
__attribute__((noinline)) static double vast_to_double(vast x) { return x; }
__attribute__((noinline)) static narrow double_to_narrow(double x) { return x; }
__attribute__((noinline)) static middle double_to_middle(double x) { return x; }
__attribute__((noinline)) static wide float_to_wide(float x) { return x; }

// Ones at the top, then zeros down to a last one: what decides about rounding lies anywhere.
static void around(int top, int places, int last) {
    middle x = ((middle)1 << top) - ((middle)1 << (top > places ? top - places : 0));
    for (int more = 0; more < 3; more++) {
        middle y = x + (more == 0 ? 0 : more == 1 ? (middle)1 << last : -((middle)1 << last));
        show_double("d", middle_to_double(y));
        show_float("f", middle_to_float(y >> 64));
        show_double("n", narrow_to_double((narrow)(y >> 62)));
        show_float("n", narrow_to_float(-(narrow)(y >> 64)));
        show_double("w", wide_to_double(-(wide)y << 40));
        show_float("w", wide_to_float((wide)y >> 65));
        puts("");
    }
}

int main(void) {
    for (int top = 60; top < 192; top += 13) {
        for (int places = 23; places < 56; places += 1 + places % 4) around(top, places, top / 3);
    }
    show_double("zero", wide_to_double(0));
    show_double("one", wide_to_double(1));
    show_double("minus one", narrow_to_double(-1));
    show_double("least", narrow_to_double((narrow)((middle)1 << 128)));
    show_float("large", middle_to_float(~(middle)0 >> 65));
    show_double("vast", vast_to_double((vast)3 << 1021));
    puts("");
    double number = 1.0 + 0x1p-52;
    for (int power = -3; power < 127; power += 5) {
        double x = ldexp(number, power);
        show(double_to_middle(x));
        show((middle)double_to_narrow(-x));
        show((middle)float_to_wide((float)-x));
        puts("");
    }
    return 0;
}
