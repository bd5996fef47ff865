// flags: -frounding-math
// Which exceptions of arithmetic were raised, in programs that say that they ask.
#include <fenv.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>

#pragma STDC FENV_ACCESS ON

// The denormal one is the processor's own.
enum { ALL = FE_ALL_EXCEPT };

static void show(const char *name) {
    int raised = fetestexcept(ALL);
    printf("%-22s%s%s%s%s%s\n", name, raised & FE_INVALID ? " invalid" : "", raised & FE_DIVBYZERO ? " zero" : "",
           raised & FE_OVERFLOW ? " overflow" : "", raised & FE_UNDERFLOW ? " underflow" : "", raised & FE_INEXACT ? " inexact" : "");
    feclearexcept(ALL);
}

static volatile double one = 1, zero = 0, three = 3, most = DBL_MAX, least = DBL_MIN, tiny = 5e-324;
static volatile float fone = 1, fzero = 0, fthree = 3, fmost = FLT_MAX, fleast = FLT_MIN;

// Nothing uses the results.
static void unused(double a, double b) {
    double lost = a / b;
    (void)lost;
}

static double sum_of(int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) sum += i;
    return sum;
}

static int hot(int i) {
    feclearexcept(ALL);
    double quotient = (double)i / 4;
    int inexact = fetestexcept(FE_INEXACT) != 0;
    double third = quotient / 3;
    inexact += 2 * (fetestexcept(FE_INEXACT) != 0);
    return inexact + (third > 1e9);
}

int main(void) {
    volatile double d;
    volatile float f;
    volatile int n;
    volatile long l, some = 1;
    feclearexcept(ALL);
    show("nothing");
    d = one + three, show("1 + 3");
    d = one / three, show("1 / 3");
    d = one / zero, show("1 / 0");
    d = zero / zero, show("0 / 0");
    d = most * three, show("most * 3");
    d = least / three, show("least / 3");
    d = tiny / three, show("tiny / 3");
    d = -one - three, show("-1 - 3");
    f = fone / fthree, show("1 / 3, float");
    f = fone / fzero, show("1 / 0, float");
    f = fmost + fmost, show("most + most, float");
    f = fleast * fleast, show("least * least, float");
    unused(one, zero), show("unused");
    f = (float)(one / three), show("to float");
    f = (float)most, show("most to float");
    d = fthree, show("to double");
    n = (int)three, show("3 to int");
    n = (int)(three / 2), show("1.5 to int");
    n = (int)most, show("most to int");
    l = (long)-most, show("-most to long");
    d = (double)(INT64_MAX - some), show("of long");
    n = INT32_MAX;
    f = (float)n, show("of int");
    d = sqrt(three), show("root of 3");
    d = sqrt(-one), show("root of -1");
    d = sqrt(three + one), show("root of 4");
    double nan = zero / zero;
    feclearexcept(ALL);
    n = nan < one, show("no number <");
    n = nan == one, show("no number ==");
    n = isless(nan, one), show("isless");
    n = nan >= one, show("no number >=");
    d = sum_of(100), show("a sum");
    d = one / three + zero / zero;
    fexcept_t flags;
    fegetexceptflag(&flags, FE_INVALID);
    fenv_t environment;
    feholdexcept(&environment);
    show("held");
    d = one / zero;
    feupdateenv(&environment);
    show("both");
    feraiseexcept(FE_OVERFLOW | FE_UNDERFLOW);
    printf("%d %d\n", fetestexcept(FE_OVERFLOW) == FE_OVERFLOW, fetestexcept(FE_DIVBYZERO));
    fesetenv(&environment);
    show("set");
    fesetexceptflag(&flags, FE_INVALID);
    show("flag");
    d = one / zero;
    fesetenv(FE_DFL_ENV);
    show("the first one");
    int counts[4] = {0};
    for (int i = 0; i < 30000; i++) counts[hot(i) & 3]++;
    printf("%d %d %d %d\n", counts[0], counts[1], counts[2], counts[3]);
    return 0;
}
