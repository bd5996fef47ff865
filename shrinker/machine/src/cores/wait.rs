//! Threads that wait on a word, and wake who waits.

use core::sync::atomic::{AtomicU32, Ordering};

use super::count::running;
use super::sleep::{WAITERS, sleep, wake};
use super::{bf_clock, block, over, threads};

/// No time-out.
const FOR_EVER: u64 = u64::MAX;
/// Set in a time-out: the wait ends as well when every thread waits, since whoever waits has something to run then.
const UNLESS_ALL: u64 = 1 << 63;
/// A wait is looked at again after so many nanoseconds: whether anybody is left to end it.
const SLICE_NS: u64 = 20_000_000;

unsafe extern "C" {
    fn alone_bf_wait(word: &AtomicU32, while_is: u32, timeout: u64) -> i32;
}

/// What `bf_wait` gives: the word was woken or is another, the time is over, or every thread waits
/// ([`UNLESS_ALL`]).
const WOKEN: i32 = 0;
const OVER: i32 = 1;
const ALL: i32 = 2;

/// `bf_wait`: until the word is woken or is not `while_is`, or the time is over.
#[unsafe(no_mangle)]
extern "C" fn many_bf_wait(word: &AtomicU32, while_is: u32, timeout: u64) -> i32 {
    let for_ever = timeout == FOR_EVER;
    let unless_all = !for_ever && timeout & UNLESS_ALL != 0;
    let timeout = if unless_all { timeout & !UNLESS_ALL } else { timeout };
    if running() == 1 {
        // SAFETY: the same call.
        return unsafe { alone_bf_wait(word, while_is, timeout) };
    }
    if timeout == 0 {
        return OVER;
    }
    let block = block::own();
    let core = block.number.load(Ordering::Relaxed) as usize;
    let address = core::ptr::from_ref(word).addr();
    let deadline = bf_clock().saturating_add(timeout);
    // Between two slices it still counts as waiting, so no wake-up is missed there.
    WAITERS.enter(core, address as u64);
    if for_ever || unless_all {
        // As in the grown machine: a time that is over ends nobody else's wait.
        if block.timed_out.swap(false, Ordering::Relaxed) {
            threads::happens();
        }
        block.has_other_work.store(unless_all, Ordering::SeqCst);
        block.waits_on.store(address, Ordering::SeqCst);
    }
    let outcome = loop {
        let happened = threads::happened();
        if word.load(Ordering::SeqCst) != while_is {
            break WOKEN;
        }
        let slice = bf_clock() + SLICE_NS;
        if sleep(block, core, Some(slice.min(deadline))) {
            break WOKEN;
        }
        if !for_ever && bf_clock() >= deadline {
            break OVER;
        }
        if (for_ever || unless_all) && threads::all_wait(block, happened) {
            if unless_all {
                break ALL;
            }
            if !threads::have_other_work() {
                over::stuck();
            }
        }
    };
    block.waits_on.store(0, Ordering::SeqCst);
    let outcome = if WAITERS.leave(core) { WOKEN } else { outcome };
    if outcome == OVER {
        block.timed_out.store(true, Ordering::Relaxed);
    } else {
        threads::happens();
    }
    outcome
}

/// `bf_wake`: wakes at most `most` that wait on the word.
#[unsafe(no_mangle)]
extern "C" fn many_bf_wake(word: &AtomicU32, most: u32) {
    wake(word, most);
    threads::happens();
}
