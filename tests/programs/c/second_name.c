// The entry is a second name, of a second name at that, of a function that no other file sees.
#include <stdio.h>

__attribute__((used)) static int start(int argc, char **argv) {
    printf("%d\n", argc);
    return 3;
}
int middle(int, char **) __attribute__((alias("start")));
int main(int, char **) __attribute__((alias("middle")));
