// The host calls on Linux system calls, and a start: with this, the project's C library links
// into an ordinary process without any other library, so that it can be tested natively
// against the system's.
#include <stddef.h>
#include <stdint.h>

static long call(long number, long a, long b, long c, long d, long e, long f) {
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

enum {
    READ = 0, WRITE = 1, OPEN = 2, CLOSE = 3, STAT = 4, FSTAT = 5, SEEK = 8, MMAP = 9, IOCTL = 16, READ_AT = 17,
    WRITE_AT = 18, DUP2 = 33, CONTROL = 72, SYNC_ONE = 74, RESIZE = 77, RENAME = 82, MAKE_FOLDER = 83,
    REMOVE_FOLDER = 84, REMOVE = 87, READ_LINK = 89, ARCH_PRCTL = 158, SYNC = 162, LIST = 217, CLOCK = 228, EXIT = 231
};

// Linux gives the negative of an error's number, as host calls do.
long bf_write(int fd, const void *p, size_t n) { return call(WRITE, fd, (long)p, (long)n, 0, 0, 0); }

long bf_read(int fd, void *p, size_t n) { return call(READ, fd, (long)p, (long)n, 0, 0, 0); }

int bf_open(const char *path, int flags) { return (int)call(OPEN, (long)path, flags, 0644, 0, 0, 0); }

long bf_write_at(int fd, const void *p, size_t n, long offset) {
    return call(WRITE_AT, fd, (long)p, (long)n, offset, 0, 0);
}

long bf_read_at(int fd, void *p, size_t n, long offset) { return call(READ_AT, fd, (long)p, (long)n, offset, 0, 0); }

int bf_resize(int fd, long size) { return (int)call(RESIZE, fd, size, 0, 0, 0, 0); }

int bf_sync(int fd) { return (int)(fd < 0 ? call(SYNC, 0, 0, 0, 0, 0, 0) : call(SYNC_ONE, fd, 0, 0, 0, 0, 0)); }

int bf_duplicate(int fd, int to, int exactly) {
    return (int)(exactly ? call(DUP2, fd, to, 0, 0, 0, 0) : call(CONTROL, fd, 0, to, 0, 0, 0));
}

int bf_flags(int fd, int change) {
    enum { GET = 3, SET = 4 };
    if (change >= 0) call(CONTROL, fd, SET, change, 0, 0, 0);
    return (int)call(CONTROL, fd, GET, 0, 0, 0, 0) & ~0100000;
}

int bf_status(int fd, const char *path, uint64_t *to) {
    enum { KIND = 0170000, FOLDER = 0040000, FILE = 0100000, NO_DEVICE = -6 };
    // `struct stat`, in words of 64 bits.
    uint64_t status[24];
    long result = path ? call(STAT, (long)path, (long)status, 0, 0, 0, 0) : call(FSTAT, fd, (long)status, 0, 0, 0, 0);
    if (result) return (int)result;
    unsigned kind = (unsigned)status[3] & KIND;
    to[0] = kind == FILE ? 1 : kind == FOLDER ? 2 : 3;
    to[1] = kind == FILE ? status[6] : 0;
    to[2] = status[1];
    to[3] = status[11] * 1000000000 + status[12];
    return path && to[0] == 3 ? NO_DEVICE : 0;
}

long bf_path(int fd, char *to, size_t room) {
    char name[32] = "/proc/self/fd/";
    int digits = 1, at = 14;
    for (int rest = fd / 10; rest; rest /= 10) digits++;
    for (int i = digits - 1, rest = fd; i >= 0; i--, rest /= 10) name[at + i] = (char)('0' + rest % 10);
    return call(READ_LINK, (long)name, (long)to, (long)room, 0, 0, 0);
}

long bf_list(int fd, void *to, size_t room) { return call(LIST, fd, (long)to, (long)room, 0, 0, 0); }

int bf_rename(const char *from, const char *to) { return (int)call(RENAME, (long)from, (long)to, 0, 0, 0, 0); }

int bf_remove(const char *path, int folder) {
    return (int)call(folder ? REMOVE_FOLDER : REMOVE, (long)path, 0, 0, 0, 0, 0);
}

int bf_make_folder(const char *path) { return (int)call(MAKE_FOLDER, (long)path, 0755, 0, 0, 0, 0); }

int bf_close(int fd) { return (int)call(CLOSE, fd, 0, 0, 0, 0, 0); }

long bf_seek(int fd, long offset, int whence) { return call(SEEK, fd, offset, whence, 0, 0, 0); }

long bf_map(int fd, const void **at) {
    // Readable, private.
    long size = bf_seek(fd, 0, 2);
    if (size <= 0) return size;
    long address = call(MMAP, 0, size, 1, 2, fd, 0);
    if (address < 0 && address > -4096) return address;
    *at = (const void *)address;
    return size;
}

int bf_terminal(int fd) {
    enum { GET = 0x5401, NO_TERMINAL = -25 };
    char settings[64];
    long result = call(IOCTL, fd, GET, (long)settings, 0, 0, 0);
    return result == 0 ? 1 : result == NO_TERMINAL ? 0 : (int)result;
}

void *bf_grow(size_t bytes) {
    enum { ROOM = 1 << 30 };
    static char *start, *next;
    if (!start) {
        // Anonymous, private, readable and writable.
        long address = call(MMAP, 0, ROOM, 3, 0x22, -1, 0);
        if (address < 0) return 0;
        start = next = (char *)address;
    }
    if (bytes > (size_t)(start + ROOM - next)) return 0;
    char *result = next;
    next += bytes;
    return result;
}

uint32_t bf_raised(uint32_t clear, uint32_t raise) {
    uint32_t before = __builtin_ia32_stmxcsr();
    __builtin_ia32_ldmxcsr((before & ~(clear & 0x3f)) | (raise & 0x3f));
    return before & 0x3f;
}

uint64_t bf_clock(void) {
    long now[2];
    call(CLOCK, 1, (long)now, 0, 0, 0, 0);
    return (uint64_t)now[0] * 1000000000u + (uint64_t)now[1];
}

uint64_t bf_date(void) {
    long now[2];
    call(CLOCK, 0, (long)now, 0, 0, 0, 0);
    return (uint64_t)now[0] * 1000000000u + (uint64_t)now[1];
}

void bf_cpuid(uint32_t leaf, uint32_t part, uint32_t *answer) {
    __asm__("cpuid"
            : "=a"(answer[0]), "=b"(answer[1]), "=c"(answer[2]), "=d"(answer[3])
            : "0"(leaf), "2"(part));
}

_Noreturn void bf_exit(int status) {
    for (;;) call(EXIT, status, 0, 0, 0, 0, 0);
}

_Noreturn void bf_abort(const char *why) {
    size_t n = 0;
    while (why[n]) n++;
    bf_write(2, why, n);
    bf_write(2, "\n", 1);
    bf_exit(134);
}

// One thread, on one processor.
unsigned bf_cores(void) { return 1; }

unsigned bf_core(void) { return 0; }

int bf_start(void (*function)(void *), void *argument) {
    (void)function, (void)argument;
    return -1;
}

int bf_wait(const uint32_t *word, uint32_t while_is, uint64_t timeout_ns) {
    uint64_t start = bf_clock();
    while (*(volatile const uint32_t *)word == while_is)
        if (bf_clock() - start >= timeout_ns) return 1;
    return 0;
}

void bf_wake(uint32_t *word, uint32_t most) { (void)word, (void)most; }

uintptr_t *bf_thread(void) {
    static uintptr_t words[3];
    return words;
}

void bf_call(void (*function)(void *), void *argument) { function(argument); }

_Noreturn void bf_leave(void) { bf_abort("bf_leave"); }

void bf_catch(void (*function)(void *, unsigned long), void *frame) {
    void *back[6]; // five for the compiler, then what was thrown
    back[5] = 0;
    *(void **)frame = back;
    (void)__builtin_setjmp(back);
    function(frame, *(volatile unsigned long *)&back[5]);
}

_Noreturn void bf_throw(void *frame, unsigned long number) {
    void **back = *(void ***)frame;
    back[5] = (void *)number;
    __builtin_longjmp(back, 1);
}

// A program with thread-local variables has its own.
__attribute__((weak)) const char __bf_tls_template[16] = {0};
__attribute__((weak)) const size_t __bf_tls_size = 0, __bf_tls_align = 16;

int main(int argc, char **argv, char **variables);
int __bf_finish(int status);
extern char **environ;

#ifndef NO_START
// Called with the stack as the kernel made it: argc, then argv, then the environment.
__attribute__((used)) static void start(long *stack) {
    // Thread-local variables lie below what FS points to, and are zero at first in this library.
    static char variables[4096] __attribute__((aligned(64)));
    enum { SET_FS = 0x1002 };
    char *end = variables + sizeof variables - 64;
    *(char **)end = end;
    call(ARCH_PRCTL, SET_FS, (long)end, 0, 0, 0, 0);
    char **arguments = (char **)(stack + 1);
    environ = arguments + stack[0] + 1;
    bf_exit(__bf_finish(main((int)stack[0], arguments, environ)));
}

__asm__(".globl _start\n_start:\n  mov %rsp, %rdi\n  and $-16, %rsp\n  call start\n  hlt\n");
#endif
