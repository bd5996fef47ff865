// The thread-local variables of the library, which stable Rust cannot declare.

static _Thread_local int error;
static _Thread_local void *self;
static _Thread_local void *cache;

int *__errno_location(void) { return &error; }

// Who calls this may just have become another thread: it is not to know the address from before.
__attribute__((noinline)) void **__bf_self(void) { return &self; }

// What a thread keeps of the heap.
__attribute__((noinline)) void **__bf_cache(void) { return &cache; }
