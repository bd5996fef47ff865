// The entry is a second name, of a second name at that.
#include <stdio.h>

int start(int argc, char **argv) {
    printf("%d\n", argc);
    return 3;
}
int middle(int, char **) __attribute__((alias("start")));
int main(int, char **) __attribute__((alias("middle")));
