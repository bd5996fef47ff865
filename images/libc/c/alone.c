// What programs ask of a system with other processes, users and terminals: the program is alone here. What
// cannot be had fails with ENOSYS or as POSIX says of it, what is trivial is done.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#pragma clang diagnostic ignored "-Wunused-parameter" // most is refused whatever it is

static int fail(int error) {
    errno = error;
    return -1;
}

// Other processes.

pid_t fork(void) { return fail(ENOSYS); }
pid_t vfork(void) { return fail(ENOSYS); }
int execve(const char *path, char *const args[], char *const env[]) { return fail(ENOSYS); }
int execv(const char *path, char *const args[]) { return fail(ENOSYS); }
int execvp(const char *name, char *const args[]) { return fail(ENOSYS); }
int execvpe(const char *name, char *const args[], char *const env[]) { return fail(ENOSYS); }
int fexecve(int file, char *const args[], char *const env[]) { return fail(ENOSYS); }
int execl(const char *path, const char *arg, ...) { return fail(ENOSYS); }
int execlp(const char *name, const char *arg, ...) { return fail(ENOSYS); }
int execle(const char *path, const char *arg, ...) { return fail(ENOSYS); }
int posix_spawn(pid_t *id, const char *path, const posix_spawn_file_actions_t *files,
                const posix_spawnattr_t *how, char *const args[], char *const env[]) {
    return ENOSYS;
}
int posix_spawnp(pid_t *id, const char *name, const posix_spawn_file_actions_t *files,
                 const posix_spawnattr_t *how, char *const args[], char *const env[]) {
    return ENOSYS;
}
int daemon(int stay, int keep) { return fail(ENOSYS); }

FILE *popen(const char *command, const char *mode) {
    errno = ENOSYS;
    return NULL;
}
int pclose(FILE *stream) { return fail(ECHILD); }

pid_t wait(int *status) { return fail(ECHILD); }
pid_t waitpid(pid_t id, int *status, int options) { return fail(ECHILD); }
pid_t wait3(int *status, int options, struct rusage *usage) { return fail(ECHILD); }
pid_t wait4(pid_t id, int *status, int options, struct rusage *usage) { return fail(ECHILD); }
int waitid(idtype_t kind, id_t id, siginfo_t *info, int options) { return fail(ECHILD); }

int pipe(int ends[2]) { return fail(ENOSYS); }
int pipe2(int ends[2], int flags) { return fail(ENOSYS); }

// A signal to itself is sent; there is nobody else.
int __bf_send(int signal);
int kill(pid_t id, int signal) {
    if (id > 1 || id < -1) return fail(ESRCH);
    return signal ? __bf_send(signal) : 0;
}
int killpg(pid_t group, int signal) { return group > 1 ? fail(ESRCH) : kill(0, signal); }

pid_t getppid(void) { return 0; }
pid_t getpgrp(void) { return 1; }
pid_t getpgid(pid_t id) { return id > 1 ? fail(ESRCH) : 1; }
pid_t getsid(pid_t id) { return id > 1 ? fail(ESRCH) : 1; }
pid_t setsid(void) { return fail(EPERM); }
int setpgid(pid_t id, pid_t group) { return id > 1 || group > 1 ? fail(ESRCH) : 0; }

// Users: there is one, whose number is 0, and no list of them.

uid_t getuid(void) { return 0; }
uid_t geteuid(void) { return 0; }
gid_t getgid(void) { return 0; }
gid_t getegid(void) { return 0; }
static int same(unsigned id) { return id == 0 || id == -1u ? 0 : fail(EPERM); }
int setuid(uid_t id) { return same(id); }
int seteuid(uid_t id) { return same(id); }
int setgid(gid_t id) { return same(id); }
int setegid(gid_t id) { return same(id); }
int setreuid(uid_t real, uid_t id) { return same(real) | same(id); }
int getgroups(int count, gid_t groups[]) { return 0; }
struct passwd *getpwuid(uid_t id) { return NULL; }
struct passwd *getpwnam(const char *name) { return NULL; }
struct group *getgrgid(gid_t id) { return NULL; }
struct group *getgrnam(const char *name) { return NULL; }
int getpwuid_r(uid_t id, struct passwd *entry, char *room, size_t bytes, struct passwd **found) {
    *found = NULL;
    return 0;
}
int getpwnam_r(const char *name, struct passwd *entry, char *room, size_t bytes, struct passwd **found) {
    *found = NULL;
    return 0;
}
char *getlogin(void) {
    errno = ENXIO;
    return NULL;
}

int gethostname(char *to, size_t bytes) {
    static const char name[] = "bareflow";
    if (bytes < sizeof name) return fail(ENAMETOOLONG);
    memcpy(to, name, sizeof name);
    return 0;
}

// Limits: there are none to be set.

int getrlimit(__rlimit_resource_t what, struct rlimit *to) {
    to->rlim_cur = to->rlim_max = what == RLIMIT_NOFILE ? 1024 : RLIM_INFINITY;
    return 0;
}
int setrlimit(__rlimit_resource_t what, const struct rlimit *to) { return 0; }
int getrlimit64(__rlimit_resource_t, struct rlimit64 *) __attribute__((alias("getrlimit")));
int setrlimit64(__rlimit_resource_t, const struct rlimit64 *) __attribute__((alias("setrlimit")));
int statvfs(const char *path, struct statvfs *to) { return fail(ENOSYS); }
int fstatvfs(int file, struct statvfs *to) { return fail(ENOSYS); }
int getdtablesize(void) { return 1024; }
int getpagesize(void) { return 4096; }
int getpriority(__priority_which_t which, id_t who) { return 0; }
int setpriority(__priority_which_t which, id_t who, int value) { return 0; }
int nice(int more) { return 0; }
int mlock(const void *at, size_t bytes) { return 0; }
int munlock(const void *at, size_t bytes) { return 0; }

// A mapping cannot grow where it is; who may move it maps anew.
void *mremap(void *at, size_t bytes, size_t wanted, int flags, ...) {
    if (wanted <= bytes) return at;
    errno = ENOMEM;
    return MAP_FAILED;
}

// Terminals: the console has no size and no modes that could be set.

int ioctl(int file, unsigned long what, ...) {
    if (fcntl(file, F_GETFL) < 0) return -1;
    return fail(ENOTTY);
}
int tcgetattr(int file, struct termios *to) {
    if (!isatty(file)) return -1;
    memset(to, 0, sizeof *to);
    to->c_iflag = ICRNL;
    to->c_oflag = OPOST | ONLCR;
    to->c_cflag = CS8 | CREAD | CLOCAL | B115200;
    to->c_lflag = ISIG | ICANON | ECHO;
    return 0;
}
int tcsetattr(int file, int when, const struct termios *wanted) {
    struct termios present;
    if (tcgetattr(file, &present) < 0) return -1;
    return memcmp(&present, wanted, sizeof present) ? fail(EINVAL) : 0;
}
int tcflush(int file, int which) { return isatty(file) ? 0 : -1; }
int tcdrain(int file) { return isatty(file) ? 0 : -1; }
char *ttyname(int file) {
    if (fcntl(file, F_GETFL) >= 0) errno = ENOTTY;
    return NULL;
}

// Libraries: all of the program is linked.

void *dlopen(const char *path, int mode) { return NULL; }
int dlclose(void *library) { return -1; }
char *dlerror(void) { return "there are no shared libraries"; }
int dladdr(const void *address, Dl_info *to) { return 0; }

// Calls that lead here: the machine names them where a program ends with a fault, and programs find none.

int backtrace(void **to, int most) { return 0; }
char **backtrace_symbols(void *const *calls, int count) { return NULL; }
void backtrace_symbols_fd(void *const *calls, int count, int file) {}

// Waiting for descriptors: files and the console are always ready (`poll`).

int select(int count, fd_set *in, fd_set *out, fd_set *other, struct timeval *limit) {
    int ready = 0;
    for (int file = 0; file < count; file++) {
        int wanted = (in && FD_ISSET(file, in)) + (out && FD_ISSET(file, out));
        if (other && FD_ISSET(file, other)) FD_CLR(file, other);
        if (wanted && fcntl(file, F_GETFL) < 0) return -1;
        ready += wanted;
    }
    if (!ready && limit) {
        struct timespec span = {limit->tv_sec, limit->tv_usec * 1000};
        if (nanosleep(&span, NULL)) return -1;
    }
    return ready;
}
int pselect(int count, fd_set *in, fd_set *out, fd_set *other, const struct timespec *limit, const sigset_t *mask) {
    struct timeval span = {limit ? limit->tv_sec : 0, limit ? limit->tv_nsec / 1000 : 0};
    return select(count, in, out, other, limit ? &span : NULL);
}
int ppoll(struct pollfd *list, nfds_t count, const struct timespec *limit, const sigset_t *mask) {
    return poll(list, count, limit ? (int)(limit->tv_sec * 1000 + limit->tv_nsec / 1000000) : -1);
}
