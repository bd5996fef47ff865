// Streams in memory, parts of paths, and what a program that is alone may ask; prints the same everywhere.
#define _GNU_SOURCE
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <unistd.h>

#undef basename
char *__xpg_basename(char *);

static void parts(const char *path) {
    char one[64], other[64];
    strcpy(one, path);
    strcpy(other, path);
    printf("[%s] [%s] [%s]\n", path, dirname(one), __xpg_basename(other));
}

static void grows(void) {
    char *text = NULL;
    size_t length = 99;
    FILE *f = open_memstream(&text, &length);
    fflush(f);
    printf("%zu [%s]\n", length, text);
    fprintf(f, "%d and %s", 12, "more");
    fflush(f);
    printf("%zu [%s] %ld\n", length, text, ftell(f));
    for (int i = 0; i < 3000; i++) fputs("abc", f);
    fflush(f);
    printf("%zu %c%c\n", length, text[0], text[length - 1]);
    fseek(f, 3, SEEK_SET);
    fputs("XY", f);
    fflush(f);
    printf("%zu %.12s\n", length, text);
    printf("%d\n", fclose(f));
    printf("%zu [%s]\n", length, text);
    free(text);
}

static void fixed(void) {
    char room[16] = "0123456789", line[32];
    FILE *f = fmemopen(room, 10, "r");
    printf("%s %d", fgets(line, 5, f), getc(f));
    fseek(f, -2, SEEK_END);
    printf(" %d %d %d %d\n", getc(f), getc(f), getc(f), feof(f) != 0);
    fclose(f);
    f = fmemopen(room, sizeof room, "w");
    fputs("hello", f);
    fclose(f);
    printf("%s\n", room);
    f = fmemopen(room, sizeof room, "a");
    fputs(", all", f);
    fclose(f);
    printf("%s\n", room);
    f = fmemopen(room, sizeof room, "r+");
    printf("%c", getc(f));
    fseek(f, 1, SEEK_SET);
    fputs("EL", f);
    fclose(f);
    printf(" %s\n", room);
    int number = 0;
    f = fmemopen("17 apples", 9, "r");
    printf("%d", fscanf(f, "%d %31s", &number, line));
    printf(" %d %s\n", number, line);
    fclose(f);
}

int main(void) {
    const char *paths[] = {"/usr/lib", "/usr/", "usr", "/", ".", "..", "", "a/b/", "//a//b//", "x//y", "///"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) parts(paths[i]);
    printf("[%s] [%s]\n", dirname(NULL), __xpg_basename(NULL));
    grows();
    fixed();
    errno = 0;
    int status, got = waitpid(-1, &status, 0);
    printf("%d %d\n", got, errno == ECHILD);
    fd_set out;
    FD_ZERO(&out);
    FD_SET(1, &out);
    got = select(2, NULL, &out, NULL, NULL);
    printf("%d %d\n", got, FD_ISSET(1, &out) != 0);
    struct timeval moment = {0, 1000};
    printf("%d\n", select(0, NULL, NULL, NULL, &moment));
    printf("%d\n", getpagesize());
    return 0;
}
