// What begins like a number and is none. The C standard (C17, 7.21.6.2, paragraphs 9 and 10) takes
// the longest text that is a number or the beginning of one, and has the conversion fail unless it
// is a whole one.
#include <stdio.h>

int main(void) {
    static const char *const floats[] = {"in", "inf", "infi", "infin", "infinit", "infinity", "infx", "infinix", "infinityx", "na", "nan",
        "nax", "nan(", "nan(a", "nan(ab)", "nan()", "nan(-)", "nanx", "0x", "0x.", "0xp", "0xg", "0x1p", "0x1p+", "0x1p+2", "0x.p1", "0x.8z",
        "1e", "1e+", "1ex", "1.e1", ".", ".e1", ".5", "-", "-.", "+.x", "1..2", "-inf", "-nanx"};
    for (unsigned i = 0; i < sizeof floats / sizeof *floats; i++) {
        float f = -9;
        char rest[20] = "-";
        int n = -1, got = sscanf(floats[i], "%f%n%19s", &f, &n, rest);
        printf("%s:%d %g %d %s\n", floats[i], got, f != f ? 77 : f, n, rest);
    }
    static const char *const integers[] = {"0x", "0xg", "0x1g", "09", "-", "+0x", "0"};
    for (unsigned i = 0; i < sizeof integers / sizeof *integers; i++) {
        int a = -9, n = -1, got = sscanf(integers[i], "%i%n", &a, &n);
        printf("%s:%d %d %d", integers[i], got, a, n);
        got = sscanf(integers[i], "%x%n", &a, &n);
        printf(" %d %d %d\n", got, a, n);
    }
    float f = -9;
    int a = -9;
    printf("%d %d %d %d %d\n", sscanf("0x12", "%2x", &a), sscanf("0x12", "%3x", &a), a, sscanf("infinity", "%4f", &f), sscanf("1e5", "%2f", &f));
    char text[6] = "-";
    printf("%d %s\n", sscanf("abc", "%5c", text), text);
    return 0;
}
