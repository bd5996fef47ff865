//! Threads (POSIX and C11): a thread is a processor until it ends.
//!
//! A thread that is created gets a free processor, which runs what stands in the queue afterwards. Where
//! none is free it waits in the queue, and a thread that waits for something itself runs it, on top of
//! its own stack: at once when it waits for the end of another, else when nothing else happens for a
//! moment, or every thread waits. So a program may have more threads than there are processors. It
//! may also come to a point where it cannot go on, since a thread that others wait for lies below one
//! that waits itself: the machine notices that all wait, and says so.
//!
//! Each thread has a [`Thread`], and a block of thread-local variables that begins as the template
//! does. The word that says where the block lies belongs to the processor.

mod c11;
mod condition;
mod keys;
pub mod lock;
mod mutex;
mod others;
mod posix;
mod rwlock;

use core::ffi::{c_int, c_void};
use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

use crate::allocate::{__bf_alone_free, aligned_alloc, calloc, free, leave_cache};
use crate::memory::memcpy;
use crate::signals::alarms::{look, until_due};
use crate::time::now;
pub use crate::time::Moment;
use crate::{host, process};
use lock::Recursive;

pub const EPERM: c_int = 1;
pub const EAGAIN: c_int = 11;
pub const EBUSY: c_int = 16;
pub const EINVAL: c_int = 22;
pub const EDEADLK: c_int = 35;
pub const ENOSYS: c_int = 38;
pub const ETIMEDOUT: c_int = 110;

/// No time-out.
pub const FOR_EVER: u64 = u64::MAX;

type Start = unsafe extern "C" fn(*mut c_void) -> *mut c_void;

/// It waits for a processor.
#[expect(dead_code, reason = "memory that is zero at first says so")]
const QUEUED: u32 = 0;
const RUNS: u32 = 1;
const ENDED: u32 = 2;

/// A thread, as `pthread_t` names it. One that is made is `QUEUED`: zero.
#[repr(C)]
pub struct Thread {
    /// Its number; the first thread's is 1.
    pub id: u32,
    state: AtomicU32,
    /// 1: nobody will join it. Who sets it second frees the thread.
    left: AtomicU32,
    start: Option<Start>,
    argument: *mut c_void,
    result: *mut c_void,
    block: *mut u8,
    next: *mut Thread,
    pub values: [*mut c_void; keys::MOST],
}

static mut FIRST: Thread = Thread {
    id: 1,
    state: AtomicU32::new(RUNS),
    left: AtomicU32::new(0),
    start: None,
    argument: null_mut(),
    result: null_mut(),
    block: null_mut(),
    next: null_mut(),
    values: [null_mut(); keys::MOST],
};

static QUEUE: Recursive = Recursive::new();
static mut OLDEST: *mut Thread = null_mut();
static mut YOUNGEST: *mut Thread = null_mut();
/// Numbers given so far.
static IDS: AtomicU32 = AtomicU32::new(1);
/// Threads created that have not ended.
static ALIVE: AtomicU32 = AtomicU32::new(0);
/// Processors that were started and have not come back.
static SERVING: AtomicU32 = AtomicU32::new(0);

unsafe extern "C" {
    /// The thread-local word for [`current`].
    fn __bf_self() -> *mut *mut Thread;
    static __bf_tls_template: u8;
    static __bf_tls_size: usize;
    static __bf_tls_align: usize;
}

/// The thread that calls.
pub fn current() -> *mut Thread {
    // SAFETY: the variable is the thread's own.
    let own = unsafe { *__bf_self() };
    if own.is_null() { &raw mut FIRST } else { own }
}

/// The number of the thread that calls.
pub fn id() -> u32 {
    // SAFETY: a thread that runs is there.
    unsafe { (*current()).id }
}

/// [`id`] for the C part.
#[unsafe(no_mangle)]
pub extern "C" fn __bf_thread_id() -> u32 {
    id()
}

/// Asks a free processor to run a function; whether one was free. It must call [`came_back`] at its end.
pub fn ask(function: host::Function, argument: *mut c_void) -> bool {
    // One that is on its way back is free in a moment.
    const TRIES: u32 = 10_000;
    // SAFETY: the caller vouches for function and argument.
    let others = unsafe { host::bf_cores() } - 1;
    let mut tries = 0;
    while SERVING.load(Ordering::SeqCst) < others && tries < TRIES {
        SERVING.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as above.
        if unsafe { host::bf_start(function, argument) } >= 0 {
            return true;
        }
        SERVING.fetch_sub(1, Ordering::Relaxed);
        tries += 1;
    }
    false
}

/// What a processor that was asked is for is done.
pub fn came_back() {
    SERVING.fetch_sub(1, Ordering::SeqCst);
}

/// [`ask`] for the C part; the function ends with [`__bf_serve`].
#[unsafe(no_mangle)]
pub extern "C" fn __bf_ask(function: host::Function, argument: *mut c_void) -> bool {
    ask(function, argument)
}

/// Whether a thread waits for a processor.
#[unsafe(no_mangle)]
extern "C" fn __bf_threads_wait() -> bool {
    // SAFETY: one word, only looked at.
    unsafe { !(&raw const OLDEST).read_volatile().is_null() }
}

/// The variables of a new thread; null when there is no memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __bf_thread_block() -> *mut u8 {
    // SAFETY: linking has defined the template, its size and its alignment.
    unsafe {
        let size = (&raw const __bf_tls_size).read();
        let align = (&raw const __bf_tls_align).read();
        let block = aligned_alloc(align, if size < 16 { 16 } else { size });
        if !block.is_null() {
            memcpy(block, &raw const __bf_tls_template, size);
        }
        block
    }
}

unsafe fn push(thread: *mut Thread) {
    let _held = QUEUE.hold();
    // SAFETY: a whole thread, and the queue is held.
    unsafe {
        (*thread).next = null_mut();
        if OLDEST.is_null() {
            OLDEST = thread;
        } else {
            (*YOUNGEST).next = thread;
        }
        YOUNGEST = thread;
    }
    let running: unsafe extern "C" fn() = run_others;
    OTHERS.store(running as *mut (), Ordering::Relaxed);
}

/// The thread that has waited longest for a processor; null when none does.
unsafe fn pop() -> *mut Thread {
    // SAFETY: the queue is held; what is looked at without it is one word.
    unsafe {
        if (&raw const OLDEST).read_volatile().is_null() {
            return null_mut();
        }
        let _held = QUEUE.hold();
        let thread = OLDEST;
        if !thread.is_null() {
            OLDEST = (*thread).next;
        }
        thread
    }
}

/// Runs a thread on a processor that was free, then what is in the queue.
unsafe extern "C" fn serve(first: *mut c_void) {
    // SAFETY: called with a thread by `launch` alone.
    unsafe { run(first.cast()) };
    __bf_serve();
}

/// Runs what is in the queue, on a processor that was asked for something else and is through with it.
#[unsafe(no_mangle)]
extern "C" fn __bf_serve() {
    // SAFETY: threads in the queue are whole.
    unsafe {
        loop {
            let thread = pop();
            if !thread.is_null() {
                run(thread);
                continue;
            }
            came_back();
            // One that came when we had looked and were still counted.
            if (&raw const OLDEST).read_volatile().is_null() {
                return;
            }
            SERVING.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// Runs a thread, on this processor and this stack.
#[inline(never)]
unsafe fn run(thread: *mut Thread) {
    // SAFETY: a whole thread that no other processor runs; the words are this processor's own.
    unsafe {
        let pointer = host::bf_thread().add(2);
        let before = *pointer;
        *pointer = (*thread).block as usize;
        *__bf_self() = thread;
        (*thread).state.store(RUNS, Ordering::Relaxed);
        host::bf_call(body, thread.cast());
        keys::destroy(thread);
        leave_cache();
        *pointer = before;
        end(thread);
    }
}

/// Comes back when the thread's function does, or by `pthread_exit`.
unsafe extern "C" fn body(thread: *mut c_void) {
    // SAFETY: called with a thread by `run` alone; its creator vouches for function and argument.
    unsafe {
        let thread = thread.cast::<Thread>();
        if let Some(start) = (*thread).start {
            (*thread).result = start((*thread).argument);
        }
    }
}

/// What follows when a thread has no variables of its own any more: so nothing goes through its cache.
unsafe fn end(thread: *mut Thread) {
    // SAFETY: the thread is over, and lives until its two holders have let go of it.
    unsafe {
        __bf_alone_free((*thread).block);
        (*thread).state.store(ENDED, Ordering::Release);
        host::bf_wake((*thread).state.as_ptr(), u32::MAX);
        if (*thread).left.swap(1, Ordering::AcqRel) == 1 {
            __bf_alone_free(thread.cast());
        }
        ALIVE.fetch_sub(1, Ordering::Release);
        host::bf_wake(ALIVE.as_ptr(), u32::MAX);
    }
}

/// Runs a thread that waits for a processor, if there is one; whether there was.
fn run_another() -> bool {
    // SAFETY: the queue's threads are whole.
    unsafe {
        let thread = pop();
        if !thread.is_null() {
            run(thread);
        }
        !thread.is_null()
    }
}

/// [`run_others`], once there was a thread that waited for a processor: programs without threads need nothing of it.
static OTHERS: AtomicPtr<()> = AtomicPtr::new(null_mut());

/// Runs threads that wait for a processor, where there is none but this one to do so.
unsafe extern "C" fn run_others() {
    if SERVING.load(Ordering::Relaxed) == 0 {
        run_another();
    }
}

/// What sleeps by looking at the clock calls meanwhile.
pub fn give_way() {
    let call = OTHERS.load(Ordering::Relaxed);
    if !call.is_null() {
        // SAFETY: only such a function is ever stored; who sleeps is at a place where threads may run.
        unsafe { core::mem::transmute::<*mut (), unsafe extern "C" fn()>(call)() };
    }
}

/// Set in the time-out of `bf_wait`: the wait ends as well when every thread waits.
const UNLESS_ALL: u64 = 1 << 63;
/// What `bf_wait` gives: the word was woken or is another; the time is over; every thread waits.
const WOKEN: c_int = 0;
const OVER: c_int = 1;
const ALL: c_int = 2;

/// Waits on a word, and runs a thread that waits for a processor if nothing else happens. May come back
/// for no reason; false when the time was over.
pub fn wait(word: &AtomicU32, while_is: u32, timeout: u64) -> bool {
    let sleep = |ns| {
        // SAFETY: the word stays while its owner waits.
        unsafe { host::bf_wait(word.as_ptr(), while_is, ns) }
    };
    // SAFETY: only looked at; who puts one there later finds a processor or is joined.
    let others = unsafe { !(&raw const OLDEST).read_volatile().is_null() };
    let mut timeout = timeout;
    if others {
        let patience = patience(timeout);
        let first = until_due(if patience < timeout { patience } else { timeout });
        let outcome = if first > 0 { sleep(first | UNLESS_ALL) } else { OVER };
        if outcome == WOKEN || run_another() || outcome == ALL {
            look();
            return true;
        }
        // One without an end stays one: by that the machine knows who may wait for nothing.
        if timeout != FOR_EVER {
            timeout -= first;
        }
    }
    // An alarm rings in between, and what is waited for may be its work.
    let due = until_due(timeout);
    if due < timeout {
        sleep(due);
        look();
        return true;
    }
    sleep(timeout) == WOKEN
}

/// How long others get to end a wait before a thread is put on top of this one, in nanoseconds: not at all if there
/// are none. A thread may hold what the one on top of it needs, and cannot let go of it while that one waits. The
/// first thread mostly waits for the ends of others; another is asked when all wait, or after so long that somebody
/// seems to wait awake for the thread that has no processor.
fn patience(timeout: u64) -> u64 {
    const MILLISECOND: u64 = 1_000_000;
    if SERVING.load(Ordering::Relaxed) == 0 {
        0
    } else if current() == &raw mut FIRST {
        2 * MILLISECOND
    } else if timeout == FOR_EVER {
        1_000 * MILLISECOND
    } else {
        20 * MILLISECOND
    }
}

/// [`wait`] for the C part.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __bf_thread_wait(word: *const AtomicU32, while_is: u32, ns: u64) -> bool {
    // SAFETY: the caller's word, which stays while it is waited on.
    wait(unsafe { &*word }, while_is, ns)
}

/// Wakes threads that wait on a word.
pub fn wake(word: &AtomicU32, most: u32) {
    // SAFETY: only the address is used.
    unsafe { host::bf_wake(word.as_ptr(), most) };
}

/// Nanoseconds from now to a moment of the clock; 0 when it is past. `None`: it is no moment.
pub unsafe fn until(clock: c_int, moment: *const Moment) -> Option<u64> {
    // SAFETY: the caller's moment.
    let Moment { seconds, fraction } = unsafe { moment.read() };
    if !(0..1_000_000_000).contains(&fraction) {
        return None;
    }
    let moment = seconds.saturating_mul(1_000_000_000).saturating_add(fraction);
    let left = moment.saturating_sub(now(clock) as i64);
    Some(if left < 0 { 0 } else { left as u64 })
}

/// Gives a thread a processor, or a place in the queue.
unsafe fn launch(thread: *mut Thread) {
    // SAFETY: a whole thread that nobody runs yet.
    unsafe {
        if ask(serve, thread.cast()) {
            return;
        }
        push(thread);
        // A processor that has come back since has perhaps not seen it.
        if SERVING.load(Ordering::SeqCst) < host::bf_cores() - 1 {
            let thread = pop();
            if !thread.is_null() && !ask(serve, thread.cast()) {
                push(thread);
            }
        }
    }
}

pub unsafe fn create(
    result: *mut usize,
    start: Start,
    argument: *mut c_void,
    detached: bool,
) -> c_int {
    // SAFETY: the caller's function, argument and place for the result; the thread is new.
    unsafe {
        let thread = calloc(1, size_of::<Thread>()).cast::<Thread>();
        if thread.is_null() {
            return EAGAIN;
        }
        let block = __bf_thread_block();
        if block.is_null() {
            free(thread.cast());
            return EAGAIN;
        }
        // What it holds back is what its maker does.
        let masked = &raw mut (*crate::signals::own()).masked;
        let offset = masked as usize - *host::bf_thread().add(2);
        *block.add(offset).cast::<u64>() = *masked;
        (*thread).id = IDS.fetch_add(1, Ordering::Relaxed) + 1;
        (*thread).left = AtomicU32::new(u32::from(detached));
        (*thread).start = Some(start);
        (*thread).argument = argument;
        (*thread).block = block;
        *result = thread as usize;
        ALIVE.fetch_add(1, Ordering::Relaxed);
        launch(thread);
    }
    0
}

pub unsafe fn join(thread: usize, result: *mut *mut c_void) -> c_int {
    // SAFETY: the caller's thread, which nobody else joins, and place for the result.
    unsafe {
        let thread = thread as *mut Thread;
        if thread == current() {
            return EDEADLK;
        }
        loop {
            let state = (*thread).state.load(Ordering::Acquire);
            if state == ENDED {
                break;
            }
            if !run_another() {
                wait(&(*thread).state, state, FOR_EVER);
            }
        }
        if !result.is_null() {
            *result = (*thread).result;
        }
        if (*thread).left.swap(1, Ordering::AcqRel) == 1 {
            free(thread.cast());
        }
    }
    0
}

pub unsafe fn detach(thread: usize) {
    // SAFETY: the caller's thread, which nobody joins.
    unsafe {
        let thread = thread as *mut Thread;
        if (*thread).left.swap(1, Ordering::AcqRel) == 1 {
            free(thread.cast());
        }
    }
}

pub unsafe fn leave(result: *mut c_void) -> ! {
    // SAFETY: the thread that calls is there; below it is a `bf_call`, unless it is the first.
    unsafe {
        let thread = current();
        if thread != &raw mut FIRST {
            (*thread).result = result;
            host::bf_leave();
        }
        keys::destroy(thread);
        loop {
            let alive = ALIVE.load(Ordering::Acquire);
            if alive == 0 {
                process::exit(0);
            }
            wait(&ALIVE, alive, FOR_EVER);
        }
    }
}
