// What fails, and the errno that says why: two C libraries must agree. Files are only read here.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const self = "/proc/self/exe";

#define SAY(call)                                \
    do {                                         \
        errno = 0;                               \
        long result = (long)(call);              \
        printf("%s = %ld, %d\n", #call, result < 0 ? -1 : result, errno); \
    } while (0)

static void texts(void) {
    for (int code = -2; code < 140; code++) {
        char own[60] = "", small[8] = "";
        printf("%d %s|%s", code, strerror(code), strerror_r(code, own, sizeof own));
        if (strerrordesc_np(code)) printf("|%s %s", strerrordesc_np(code), strerrorname_np(code));
        extern int __xpg_strerror_r(int, char *, size_t);
        printf("|%d %d\n", __xpg_strerror_r(code, own, sizeof own), __xpg_strerror_r(code, small, sizeof small));
    }
    errno = EXDEV;
    printf("%m\n");
}

static void opening(void) {
    static const int flags[] = {O_RDONLY, O_CLOEXEC, O_NONBLOCK, O_NOCTTY, O_NOFOLLOW, O_LARGEFILE, O_CREAT, O_APPEND, O_SYNC, O_CLOEXEC | O_NONBLOCK | O_CREAT};
    for (unsigned i = 0; i < sizeof flags / sizeof *flags; i++) {
        // There are no links here; there it is one.
        int fd = open(flags[i] & O_NOFOLLOW ? "/etc/passwd" : self, flags[i], 0600);
        printf("%u %d\n", i, fd);
        close(fd);
    }
    SAY(open(self, O_CREAT | O_EXCL, 0600));
    SAY(open(self, O_RDONLY | O_DIRECTORY));
    SAY(open("/nowhere/file", O_RDONLY));
    SAY(open("/nowhere/file", O_WRONLY));
    SAY(open("/etc/passwd/file", O_RDONLY));
    SAY(open("/etc", O_WRONLY));
    SAY(open("", O_RDONLY));
    SAY(open(0, O_RDONLY));
    char name[5000] = "/";
    memset(name + 1, 'x', 300);
    SAY(open(name, O_RDONLY));
    for (int i = 0; i < 4998; i += 2) memcpy(name + i, "/.", 2);
    SAY(open(name, O_RDONLY));
    SAY(fopen("/nowhere", "r") != 0);
    SAY(fopen(self, "wx") != 0);
    SAY(fopen(self, "q") != 0);
    SAY(fopen(self, "") != 0);
    SAY(fopen("/etc", "w") != 0);
    FILE *file = fopen(self, "rbe");
    SAY(file != 0);
    SAY(fseek(file, -1, SEEK_SET));
    SAY(fseek(file, 0, 99));
    SAY(fputc('x', file));
    SAY(ferror(file) != 0);
    int fd = fileno(file);
    SAY(fclose(file));
    SAY(close(fd));
}

static void descriptors(void) {
    char byte = 0;
    SAY(close(77));
    SAY(close(-1));
    SAY(read(77, &byte, 1));
    SAY(write(77, &byte, 1));
    SAY(write(-5, &byte, 1));
    SAY(lseek(77, 0, SEEK_SET));
    SAY(lseek(1, 0, SEEK_CUR));
    SAY(isatty(0));
    SAY(isatty(77));
    int fd = open(self, O_RDONLY);
    SAY(isatty(fd));
    SAY(write(fd, &byte, 1));
    SAY(lseek(fd, -1, SEEK_SET));
    SAY(lseek(fd, 0, 99));
    SAY(lseek(fd, 1, SEEK_SET));
    SAY(read(fd, &byte, 1));
    printf("%c\n", byte);
    SAY(close(fd));
    SAY(read(fd, &byte, 1));
    SAY(close(0));
    SAY(close(0));
    SAY(read(0, &byte, 1));
    SAY(isatty(0));
    // The lowest that is free.
    SAY(open(self, O_RDONLY));
    SAY(lseek(0, 2, SEEK_SET));
    SAY(read(0, &byte, 1));
    printf("%c\n", byte);
    SAY(close(2));
    SAY(write(2, "x", 1));
    SAY(fputs("x", stderr) < 0);
    SAY(fclose(stderr));
    SAY(close(0));
}

static void memory(void) {
    volatile size_t huge = (size_t)1 << 62, most = -(size_t)1;
    void *volatile p = 0;
    SAY((p = malloc(huge)) != 0);
    SAY((p = calloc(huge, 8)) != 0);
    SAY((p = calloc(huge, 1)) != 0);
    SAY((p = realloc(0, huge)) != 0);
    SAY((p = aligned_alloc(64, huge)) != 0);
    SAY((p = malloc(most)) != 0);
    void *kept = malloc(10);
    SAY((p = realloc(kept, huge)) != 0);
    SAY((p = reallocarray(kept, huge, 8)) != 0);
    free(kept);
    SAY(posix_memalign((void **)&p, 3, 8));
    SAY(posix_memalign((void **)&p, 64, huge));
}

int main(void) {
    texts();
    opening();
    descriptors();
    memory();
    return 0;
}
