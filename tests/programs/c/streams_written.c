// disk: data
// Streams that write, that do both, that are opened anew; folders that are listed.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void say(const char *what, long result) {
    if (result < 0) printf("%s: %s\n", what, strerror(errno));
    else printf("%s: %ld\n", what, result);
    errno = 0;
}

static void show(const char *path) {
    FILE *f = fopen(path, "r");
    if (!f) {
        say(path, -1);
        return;
    }
    printf("%s: [", path);
    int c;
    while ((c = getc(f)) != EOF) putchar(c == '\n' ? '|' : c);
    puts("]");
    fclose(f);
}

static void modes(void) {
    FILE *f = fopen("s/t", "w");
    say("fprintf", fprintf(f, "line %d\n", 1));
    say("fputs", fputs("line 2\n", f) < 0 ? -1 : 0);
    say("ftell", ftell(f));
    say("read", fgetc(f) == EOF ? 0 : 1);
    printf("error %d\n", !!ferror(f));
    clearerr(f);
    say("fclose", fclose(f));
    show("s/t");
    f = fopen("s/t", "a");
    fprintf(f, "line 3\n");
    rewind(f);
    fprintf(f, "line 4\n");
    say("ftell", ftell(f));
    fclose(f);
    show("s/t");
    f = fopen("s/t", "r+");
    char line[32];
    fgets(line, sizeof line, f);
    fseek(f, 0, SEEK_CUR);
    fputs("LINE", f);
    fflush(f);
    say("at", ftell(f));
    fgets(line, sizeof line, f);
    printf("rest %s", line);
    fseek(f, 5, SEEK_SET);
    fputc('9', f);
    rewind(f);
    fgets(line, sizeof line, f);
    printf("first %s", line);
    fclose(f);
    show("s/t");
    f = fopen("s/t", "w+");
    say("emptied", fgetc(f) == EOF ? 0 : 1);
    fwrite("abcdefgh", 2, 4, f);
    rewind(f);
    size_t n = fread(line, 1, 5, f);
    line[n] = 0;
    printf("%zu %s\n", n, line);
    fseek(f, -2, SEEK_CUR);
    fputs("XY", f);
    fseek(f, 0, SEEK_END);
    fputs("!", f);
    fpos_t place;
    fgetpos(f, &place);
    fputs("?", f);
    fsetpos(f, &place);
    fputs("#", f);
    fclose(f);
    show("s/t");
    f = fopen("s/t", "a+");
    n = fread(line, 1, 3, f);
    line[n] = 0;
    printf("%s\n", line);
    fseek(f, 0, SEEK_SET);
    fputs("end", f);
    fclose(f);
    show("s/t");
    say("exclusive", fopen("s/t", "wx") ? 0 : -1);
    say("no such mode", fopen("s/t", "q") ? 0 : -1);
    f = fopen("s/t", "r");
    say("written", fputc('x', f) == EOF ? -1 : 0);
    fclose(f);
    f = fopen("s/large", "w");
    for (int i = 0; i < 20000; i++) fprintf(f, "%d,", i);
    say("large", ftell(f));
    fclose(f);
    f = fopen("s/large", "r");
    fseeko(f, -6, SEEK_END);
    int last = 0;
    say("fscanf", fscanf(f, "%d", &last));
    printf("%d at %ld\n", last, (long)ftello(f));
    fclose(f);
    remove("s/large");
}

static void others(void) {
    int d = open("s/fd", O_RDWR | O_CREAT | O_TRUNC, 0644);
    FILE *f = fdopen(d, "w");
    printf("same %d\n", fileno(f) == d);
    fputs("by descriptor", f);
    fclose(f);
    show("s/fd");
    say("closed", write(d, "x", 1));
    say("fdopen of none", fdopen(99, "r") ? 0 : -1);
    f = fopen("s/fd", "r");
    f = freopen("s/re", "w", f);
    fputs("opened anew", f);
    fclose(f);
    show("s/re");
    f = tmpfile();
    fputs("temporary", f);
    rewind(f);
    char text[32] = "";
    fgets(text, sizeof text, f);
    printf("%s\n", text);
    say("fclose", fclose(f));
    char name[] = "s/nameXXXXXX";
    d = mkstemp(name);
    printf("%d %d\n", d >= 0, strcmp(name, "s/nameXXXXXX") != 0);
    say("write", write(d, "1234", 4));
    close(d);
    struct stat s;
    say("stat", stat(name, &s));
    printf("%ld\n", (long)s.st_size);
    remove(name);
    char folder[] = "s/dirXXXXXX";
    printf("%d\n", mkdtemp(folder) == folder && stat(folder, &s) == 0 && S_ISDIR(s.st_mode));
    rmdir(folder);
    char bad[] = "s/name";
    say("bad template", mkstemp(bad));
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void list(const char *path) {
    DIR *d = opendir(path);
    if (!d) {
        say(path, -1);
        return;
    }
    char *names[200];
    int n = 0;
    struct dirent *e;
    while ((e = readdir(d)) && n < 200) {
        char name[300];
        snprintf(name, sizeof name, "%s%s", e->d_name, e->d_type == DT_DIR ? "/" : "");
        names[n++] = strdup(name);
    }
    qsort(names, (size_t)n, sizeof *names, by_name);
    printf("%s: %d:", path, n);
    for (int i = 0; i < n; i++) {
        if (i < 12) printf(" %s", names[i]);
        free(names[i]);
    }
    puts("");
    rewinddir(d);
    int again = 0;
    while (readdir(d)) again++;
    printf("again %d, closed %d\n", again, closedir(d));
}

static int no_dots(const struct dirent *e) { return e->d_name[0] != '.'; }

static void folders(void) {
    mkdir("s/list", 0755);
    for (int i = 0; i < 90; i++) {
        char name[80];
        snprintf(name, sizeof name, "s/list/file with a rather long name, number %02d.txt", i);
        FILE *f = fopen(name, "w");
        fprintf(f, "%d", i);
        fclose(f);
    }
    mkdir("s/list/A folder", 0755);
    list("s/list");
    list("s");
    list("s/t");
    list("s/none");
    struct dirent **found;
    int n = scandir("s/list", &found, no_dots, alphasort);
    printf("%d: %s, %s\n", n, found[0]->d_name, found[n - 1]->d_name);
    for (int i = 0; i < n; i++) {
        char name[400];
        snprintf(name, sizeof name, "s/list/%s", found[i]->d_name);
        if (remove(name)) say(name, -1);
        free(found[i]);
    }
    free(found);
    list("s/list");
    say("rmdir", rmdir("s/list"));
}

int main(void) {
    say("mkdir", mkdir("s", 0755));
    modes();
    others();
    folders();
    remove("s/t"), remove("s/fd"), remove("s/re");
    say("rmdir", rmdir("s"));
    // Left open, and written when the program ends.
    FILE *f = fopen("left open", "w");
    fputs("not closed", f);
    return 0;
}
