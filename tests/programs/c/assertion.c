// A failed assertion ends the program as abort does.
#include <assert.h>
#include <stdio.h>

static int check(int x) {
    assert(x < 5 && "too large");
    return x;
}

int main(void) {
    setvbuf(stdout, 0, _IONBF, 0);
    for (volatile int i = 3; i < 10; i++) printf("%d\n", check(i));
    return 0;
}
