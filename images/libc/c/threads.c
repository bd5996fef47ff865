// The thread-local variables of the library, which stable Rust cannot declare.

static _Thread_local int error;
static _Thread_local void *self;
static _Thread_local void *cache;

int *__errno_location(void) { return &error; }

// Who calls this may just have become another thread: it is not to know the address from before.
__attribute__((noinline)) void **__bf_self(void) { return &self; }

// What a thread has of signals (`signals::masks`): those it holds back, those of them that came, and a count.
__attribute__((noinline)) unsigned long *__bf_signals(void) {
    static _Thread_local unsigned long own[3];
    return own;
}

// What a thread keeps of the heap.
__attribute__((noinline)) void **__bf_cache(void) { return &cache; }

// What older functions of the standard keep until they are called again: here each thread has its own. (glibc
// shares some of it, which POSIX allows.) Sizes are those that the functions in Rust cast to.
static _Thread_local char *rest;               // strtok
static _Thread_local long date[7];             // localtime, gmtime
static _Thread_local char date_text[64];       // asctime, ctime
static _Thread_local char error_text[32];      // strerror
static _Thread_local char signal_text[40];     // strsignal
static _Thread_local char name[20];            // tmpnam
static _Thread_local unsigned characters[2];   // mbrtowc and its like
static _Thread_local unsigned lengths[2];      // mbrlen

__attribute__((noinline)) char **__bf_rest(void) { return &rest; }
__attribute__((noinline)) long *__bf_date(void) { return date; }
__attribute__((noinline)) char *__bf_date_text(void) { return date_text; }
__attribute__((noinline)) char *__bf_error_text(void) { return error_text; }
__attribute__((noinline)) char *__bf_signal_text(void) { return signal_text; }
__attribute__((noinline)) char *__bf_name(void) { return name; }
__attribute__((noinline)) unsigned *__bf_characters(void) { return characters; }
__attribute__((noinline)) unsigned *__bf_lengths(void) { return lengths; }
