// Names of files that fit patterns, in a folder that is made here.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *names[] = {"a.c", "b.c", "abc", ".hidden", "d/x.c", "d/y.h", "d/e/x.c", "f/x.c", "f/a*b", "z[1]", "q,r"};

static int told(const char *path, int error) {
    printf("told %s %d\n", path, error == ENOENT);
    return 0;
}

static void show(const glob_t *found, int result, size_t from) {
    printf("%d", result);
    if (!result || result == GLOB_ABORTED) {
        printf(" %zu", found->gl_pathc);
        for (size_t i = from; !result && found->gl_pathv[i]; i++) printf(" %s", found->gl_pathv[i]);
    }
    puts("");
}

int main(int argc, char **argv) {
    const char *base = argc > 1 ? argv[1] : "glob.tmp";
    mkdir(base, 0755);
    if (chdir(base)) return 1;
    mkdir("d", 0755), mkdir("d/e", 0755), mkdir("f", 0755);
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) close(open(names[i], O_CREAT | O_WRONLY, 0644));
    static const char *patterns[] = {"*", "*.c", "?.c", "[ab]*", "*/*.c", "*/", "d*", "*/*/x.c", ".*d*", "none*", "none", "a.c", "d/../*.c", "./*.c", "f/a\\*b", "f/*\\**", "z\\[1\\]", "z[[]1]",
                                     "{a,b}.c", "{d,f}/*.{c,h}", "{a.c,none,abc}", "{}", "{a", "q{\\,,x}r", "d//x*", "", "d/.", "[", "nodir/*", "{[ab],d/x}.c", "*/e", "d/x.c/*"};
    static const int flags[] = {0, GLOB_MARK, GLOB_NOCHECK, GLOB_BRACE, GLOB_BRACE | GLOB_NOCHECK, GLOB_NOMAGIC, GLOB_PERIOD, GLOB_NOESCAPE, GLOB_ERR, GLOB_ONLYDIR | GLOB_MARK, GLOB_BRACE | GLOB_NOMAGIC};
    for (unsigned i = 0; i < sizeof patterns / sizeof *patterns; i++)
        for (unsigned j = 0; j < sizeof flags / sizeof *flags; j++) {
            // glibc marks a folder twice where the pattern has its slash.
            size_t n = strlen(patterns[i]);
            if (n && patterns[i][n - 1] == '/' && flags[j] & GLOB_MARK) continue;
            // And lists folders for a part without special bytes if it escapes some.
            if (strchr(patterns[i], '\\') && flags[j] & GLOB_ONLYDIR) continue;
            glob_t found;
            int result = glob(patterns[i], flags[j], 0, &found);
            printf("%s %x: ", patterns[i], flags[j]);
            show(&found, result, 0);
            if (!result) globfree(&found);
        }
    glob_t found = {.gl_offs = 2};
    show(&found, glob("*.c", GLOB_DOOFFS, told, &found), 2);
    show(&found, glob("nodir/*", GLOB_DOOFFS | GLOB_APPEND, told, &found), 2);
    show(&found, glob("d/*", GLOB_DOOFFS | GLOB_APPEND, told, &found), 2);
    if (!found.gl_pathv) return 2;
    printf("%d %d\n", found.gl_pathv[0] == 0, found.gl_pathv[1] == 0);
    globfree(&found);
    setenv("HOME", "d", 1);
    show(&found, glob("~/*", GLOB_TILDE, 0, &found), 0);
    globfree(&found);
    for (int i = sizeof names / sizeof *names - 1; i >= 0; i--) remove(names[i]);
    rmdir("d/e"), rmdir("d"), rmdir("f");
    if (chdir("..")) return 1;
    return rmdir(base);
}
