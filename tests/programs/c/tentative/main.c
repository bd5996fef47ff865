// flags: -fcommon
// Definitions without a value in several files are one variable, as large and as aligned as any.
#include <stdio.h>

int numbers[4];
int small;
long strong = 7;
char aligned __attribute__((aligned(128)));
extern void fill(void);
extern long total(void);

int main(void) {
    fill();
    printf("%d %d %ld %ld\n", numbers[3], small, strong, total());
    printf("%d %d\n", (int)((unsigned long)&aligned % 128), (int)((unsigned long)numbers % 64));
    return 0;
}
