// The parts of paths, as POSIX and GNU have them, and what the system calls its processor.
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

// What libgen.h has; its basename is a macro, which would hide the other.
char *__xpg_basename(char *path);
char *dirname(char *path);

int main(void) {
    static const char *const paths[] = {
        "", "/", "//", "///", ".", "..", "a", "a/", "a//", "/a", "/a/", "//a", "a/b", "a/b/", "a//b",
        "/a/b", "/a//b//", "/usr/lib/x.so", "./x", "../x/", "a b/c d", "//a//b",
    };
    for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++) {
        char one[32], two[32];
        strcpy(one, paths[i]);
        strcpy(two, paths[i]);
        printf("'%s': '%s' '%s' '%s'\n", paths[i], dirname(one), __xpg_basename(two), basename(paths[i]));
    }
    printf("%s %s\n", dirname(NULL), __xpg_basename(NULL));
    struct utsname names;
    printf("%d %s %d\n", uname(&names), names.machine, strlen(names.sysname) > 0);
}
