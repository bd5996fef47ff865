// sscanf: numbers, words, sets, counts, widths, failures.
#include <stdio.h>
#include <string.h>

int main(void) {
    int a = 0, b = 0, c = 0, n = 0;
    unsigned u = 0, x = 0;
    long l = 0;
    short s = 0;
    char ch = 0, word[20] = "", set[20] = "", rest[40] = "";
    double d = 0;
    float f = 0;
    printf("%d", sscanf("12 -7 +3", "%d%d%d", &a, &b, &c));
    printf(" %d %d %d\n", a, b, c);
    printf("%d", sscanf("42,0x1f,017,0b", "%u,%x,%i", &u, &x, &a));
    printf(" %u %u %d\n", u, x, a);
    printf("%d", sscanf("3.25e2 -.5 word", "%lf %f %19s", &d, &f, word));
    printf(" %g %g %s\n", d, (double)f, word);
    printf("%d", sscanf("key = value # comment", "%19[a-z] = %19[^#]#%39[^\n]", word, set, rest));
    printf(" [%s] [%s] [%s]\n", word, set, rest);
    printf("%d", sscanf("1234567890", "%3d%2hd%ld%n", &a, &s, &l, &n));
    printf(" %d %d %ld %d\n", a, s, l, n);
    printf("%d", sscanf("x y", "%c %c", &ch, word));
    printf(" %c %c\n", ch, word[0]);
    printf("%d", sscanf("10 skip 20", "%d %*s %d", &a, &b));
    printf(" %d %d\n", a, b);
    printf("%d %d %d\n", sscanf("abc", "%d", &a), sscanf("", "%d", &a), sscanf("5 abc", "%d %d", &a, &b));
    printf("%d", sscanf("12:34:56", "%d:%d:%d", &a, &b, &c));
    printf(" %d\n", a * 3600 + b * 60 + c);
    printf("%d", sscanf("50%", "%d%%", &a));
    printf(" %d\n", a);
    printf("%d", sscanf("-129 300 70000", "%hhd %hhu %hu", (signed char *)&ch, (unsigned char *)word, (unsigned short *)&s));
    printf(" %d %d %d\n", (signed char)ch, (unsigned char)word[0], (unsigned short)s);
    const char *csv = "3,apple,1.5\n14,pear,0.25\n9,fig,12\n";
    double total = 0;
    while (sscanf(csv, "%d,%19[^,],%lf%n", &a, word, &d, &n) == 3) {
        printf("%s x%d ", word, a);
        total += a * d;
        csv += n + 1;
    }
    printf("= %g\n", total);
    return 0;
}
