// disk: data
// Files that a program makes, by descriptors: flags of open, places, sizes, names, errors.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static void say(const char *what, long result) {
    if (result < 0) printf("%s: %s\n", what, strerror(errno));
    else printf("%s: %ld\n", what, result);
    errno = 0;
}

static void show(const char *path) {
    char bytes[64];
    int f = open(path, O_RDONLY);
    if (f < 0) {
        say(path, -1);
        return;
    }
    printf("%s:", path);
    long n, all = 0;
    unsigned sum = 0;
    while ((n = read(f, bytes, sizeof bytes)) > 0) {
        for (long i = 0; i < n; i++) {
            sum = sum * 31 + (unsigned char)bytes[i];
            if (all + i < 40) printf("%c", bytes[i] >= ' ' ? bytes[i] : '.');
        }
        all += n;
    }
    printf(" (%ld, %08x)\n", all, sum);
    close(f);
}

static long size_of(const char *path) {
    struct stat s;
    return stat(path, &s) < 0 ? -1 : (long)s.st_size;
}

static void flags(void) {
    say("none", open("w/none", O_WRONLY));
    say("create", open("w/a", O_WRONLY | O_CREAT, 0644) < 0 ? -1 : 0);
    say("again", open("w/a", O_WRONLY | O_CREAT | O_EXCL, 0644));
    int f = open("w/a", O_RDWR | O_TRUNC | O_CLOEXEC);
    say("write", write(f, "hello, world", 12));
    char c[4] = "";
    say("pread", pread(f, c, 3, 7));
    printf("%s at %ld\n", c, (long)lseek(f, 0, SEEK_CUR));
    say("pwrite", pwrite(f, "W", 1, 7));
    say("seek", lseek(f, -5, SEEK_END));
    say("read", read(f, c, 3));
    printf("%s\n", c);
    say("before", lseek(f, -1, SEEK_SET));
    say("beyond", lseek(f, 20, SEEK_SET));
    say("hole", write(f, "!", 1));
    struct stat s;
    say("fstat", fstat(f, &s));
    printf("%ld bytes, regular %d\n", (long)s.st_size, S_ISREG(s.st_mode));
    say("fsync", fsync(f));
    say("fdatasync", fdatasync(f));
    say("close", close(f));
    say("closed", write(f, "x", 1));
    show("w/a");
    f = open("w/a", O_WRONLY);
    say("only written", read(f, c, 1));
    close(f);
    f = open("w/a", O_RDONLY);
    say("only read", write(f, "x", 1));
    say("only read, resized", ftruncate(f, 0));
    close(f);
    f = open("w/a", O_WRONLY | O_APPEND);
    lseek(f, 0, SEEK_SET);
    say("append", write(f, "+end", 4));
    printf("appends %d\n", !!(fcntl(f, F_GETFL) & O_APPEND));
    close(f);
    show("w/a");
    say("truncate", truncate("w/a", 5));
    show("w/a");
    f = open("w/a", O_RDWR);
    say("ftruncate", ftruncate(f, 9));
    say("ftruncate back", ftruncate(f, -1));
    close(f);
    show("w/a");
    say("folder written", open("w", O_WRONLY));
    say("folder made", open("w", O_RDONLY | O_CREAT | O_EXCL, 0644));
    say("file as folder", open("w/a", O_RDONLY | O_DIRECTORY));
    say("below a file", open("w/a/b", O_RDONLY));
    say("made below a file", open("w/a/b", O_WRONLY | O_CREAT, 0644));
    say("made in none", open("w/none/b", O_WRONLY | O_CREAT, 0644));
    say("empty", open("", O_RDONLY));
    say("long", open("w/"
                     "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123"
                     "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123"
                     "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123",
                     O_RDONLY));
    f = creat("w/created", 0644);
    struct iovec pieces[] = {{"one, ", 5}, {"two, ", 5}, {"three", 5}};
    say("writev", writev(f, pieces, 3));
    say("close", close(f));
    show("w/created");
}

static void duplicates(void) {
    int f = open("w/dup", O_RDWR | O_CREAT | O_TRUNC, 0644);
    int g = dup(f);
    printf("another %d\n", g > f);
    write(f, "abc", 3);
    write(g, "def", 3);
    printf("together at %ld\n", (long)lseek(f, 0, SEEK_CUR));
    int h = open("w/dup", O_RDONLY);
    char c[8] = "";
    printf("%ld %s\n", (long)read(h, c, 7), c);
    close(f);
    say("still open", write(g, "ghi", 3));
    int k = fcntl(g, F_DUPFD, 50);
    printf("at least 50: %d\n", k);
    say("close", close(g));
    say("dup2", dup2(k, 60) == 60 ? 0 : -1);
    close(k);
    say("60", write(60, "jkl", 3));
    say("dup2 of none", dup2(99, 61));
    close(60);
    close(h);
    show("w/dup");
    // Standard output to a file and back.
    fflush(stdout);
    int saved = dup(1);
    f = open("w/out", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    dup2(f, 1);
    close(f);
    puts("into the file");
    fflush(stdout);
    dup2(saved, 1);
    close(saved);
    puts("back");
    show("w/out");
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    f = open("w/dup", O_RDWR);
    say("lock", fcntl(f, F_SETLK, &lock));
    say("descriptor flags", fcntl(f, F_SETFD, FD_CLOEXEC));
    close(f);
    say("flags of none", fcntl(99, F_GETFL));
}

static void names(void) {
    show("w/a");
    say("rename", rename("w/a", "w/b"));
    show("w/a");
    show("w/b");
    say("rename none", rename("w/a", "w/c"));
    int f = creat("w/c", 0644);
    write(f, "old c", 5);
    close(f);
    say("replace", rename("w/b", "w/c"));
    show("w/c");
    say("to itself", rename("w/c", "w/c"));
    say("mkdir", mkdir("w/d", 0755));
    say("mkdir again", mkdir("w/d", 0755));
    say("mkdir in none", mkdir("w/none/d", 0755));
    say("mkdir, slash", mkdir("w/d/e/", 0755));
    say("move", rename("w/c", "w/d/e/a much longer name than the one before.text"));
    show("w/d/e/a much longer name than the one before.text");
    say("file onto folder", rename("w/created", "w/d"));
    say("folder onto file", rename("w/d", "w/created"));
    say("into itself", rename("w/d", "w/d/e/f"));
    say("folder", rename("w/d/e", "w/moved"));
    show("w/moved/a much longer name than the one before.text");
    say("rmdir of a file", rmdir("w/created"));
    say("rmdir of a full one", rmdir("w/moved"));
    say("unlink of a folder", unlink("w/d") < 0 && (errno == EISDIR || errno == EPERM) ? 0 : -1);
    say("rmdir", rmdir("w/d"));
    say("rmdir again", rmdir("w/d"));
    say("unlink", unlink("w/moved/a much longer name than the one before.text"));
    say("unlink again", unlink("w/moved/a much longer name than the one before.text"));
    say("remove a folder", remove("w/moved"));
    say("remove a file", remove("w/created"));
    say("access", access("w/dup", R_OK | W_OK));
    say("access of none", access("w/none", F_OK));
    // A file without a name.
    f = open("w/gone", O_RDWR | O_CREAT, 0644);
    write(f, "still here", 10);
    say("unlink", unlink("w/gone"));
    show("w/gone");
    write(f, ", longer", 8);
    char c[32] = "";
    say("pread", pread(f, c, 31, 0));
    printf("%s\n", c);
    say("close", close(f));
}

static void paths(void) {
    mkdir("w/p", 0755);
    int f = creat("./w//p/./x", 0644);
    write(f, "x", 1);
    close(f);
    printf("%ld %ld %ld %ld\n", size_of("w/p/x"), size_of("./w/p/x"), size_of("w/p/../p/x"), size_of("w//p///x"));
    say("slash", size_of("w/p/x/"));
    say("dot", size_of("w/p/x/."));
    say("none above", size_of("w/none/../p/x"));
    say("file above", size_of("w/p/x/../x"));
    say("chdir", chdir("w/p"));
    printf("%ld\n", size_of("x"));
    char cwd[4096];
    if (getcwd(cwd, sizeof cwd)) printf("...%s\n", strlen(cwd) > 4 ? cwd + strlen(cwd) - 4 : cwd);
    say("chdir to none", chdir("none"));
    say("chdir to a file", chdir("x"));
    say("chdir up", chdir("../.."));
    printf("%ld\n", size_of("w/p/x"));
    int d = open("w/p", O_RDONLY | O_DIRECTORY);
    f = openat(d, "y", O_WRONLY | O_CREAT, 0644);
    say("openat", write(f, "yy", 2));
    close(f);
    struct stat s;
    say("fstatat", fstatat(d, "y", &s, 0));
    say("mkdirat", mkdirat(d, "z", 0755));
    say("renameat", renameat(d, "y", d, "z/y"));
    say("unlinkat", unlinkat(d, "z/y", 0));
    say("unlinkat", unlinkat(d, "z", AT_REMOVEDIR));
    close(d);
    unlink("w/p/x");
    rmdir("w/p");
}

static void mapped(void) {
    int f = open("w/map", O_RDWR | O_CREAT | O_TRUNC, 0644);
    ftruncate(f, 10000);
    char *m = mmap(0, 10000, PROT_READ | PROT_WRITE, MAP_SHARED, f, 0);
    memset(m + 5000, 'm', 100);
    say("msync", msync(m, 10000, MS_SYNC));
    char c[4] = "";
    pread(f, c, 3, 5050);
    printf("%s\n", c);
    strcpy(m, "at the start");
    say("munmap", munmap(m, 10000));
    m = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE, f, 4096);
    printf("%c %d\n", m[5000 - 4096], m[8191]);
    m[0] = 'x';
    munmap(m, 8192);
    close(f);
    show("w/map");
    f = open("w/map", O_RDONLY);
    say("map read only", mmap(0, 4096, PROT_WRITE, MAP_SHARED, f, 0) == MAP_FAILED ? -1 : 0);
    close(f);
}

// Larger than any buffer, in places that come in no order.
static void large(void) {
    static unsigned char piece[7001];
    int f = open("w/large", O_RDWR | O_CREAT | O_TRUNC, 0644);
    for (int i = 0; i < 300; i++) {
        int at = i * 149 % 300;
        for (unsigned j = 0; j < sizeof piece; j++) piece[j] = (unsigned char)(at * 7 + j * j);
        if (pwrite(f, piece, sizeof piece, (off_t)at * 7001) != 7001) say("pwrite", -1);
    }
    say("size", lseek(f, 0, SEEK_END));
    close(f);
    show("w/large");
    say("unlink", unlink("w/large"));
}

int main(void) {
    say("mkdir", mkdir("w", 0755));
    flags();
    duplicates();
    names();
    paths();
    mapped();
    large();
    // For the next program.
    remove("w/dup"), remove("w/out"), remove("w/map");
    say("rmdir", rmdir("w"));
    return 0;
}
