//! Threads that wait on a word, and wake who waits.

use core::sync::atomic::{AtomicU32, Ordering};

use super::count::running;
use super::sleep::{WAITERS, sleep, wake};
use super::{bf_clock, block, over, threads};

/// No time-out.
const FOR_EVER: u64 = u64::MAX;
/// A wait is looked at again after so many nanoseconds: whether anybody is left to end it.
const SLICE_NS: u64 = 20_000_000;

unsafe extern "C" {
    fn alone_bf_wait(word: &AtomicU32, while_is: u32, timeout: u64) -> i32;
}

/// `bf_wait`: until the word is woken or is not `while_is`; 1 when the time was over.
#[unsafe(no_mangle)]
extern "C" fn many_bf_wait(word: &AtomicU32, while_is: u32, timeout: u64) -> i32 {
    if running() == 1 {
        // SAFETY: the same call.
        return unsafe { alone_bf_wait(word, while_is, timeout) };
    }
    if timeout == 0 {
        return 1;
    }
    let block = block::own();
    let core = block.number.load(Ordering::Relaxed) as usize;
    let address = core::ptr::from_ref(word).addr();
    let deadline = bf_clock().saturating_add(timeout);
    // Between two slices it still counts as waiting, so no wake-up is missed there.
    WAITERS.enter(core, address as u64);
    if timeout == FOR_EVER {
        block.waits_on.store(address, Ordering::SeqCst);
    }
    let in_time = loop {
        let happened = threads::happened();
        if word.load(Ordering::SeqCst) != while_is {
            break true;
        }
        let slice = bf_clock() + SLICE_NS;
        if sleep(block, core, Some(slice.min(deadline))) {
            break true;
        }
        if timeout != FOR_EVER {
            if bf_clock() >= deadline {
                break false;
            }
        } else if threads::is_stuck(block, happened) {
            over::stuck();
        }
    };
    block.waits_on.store(0, Ordering::SeqCst);
    let in_time = WAITERS.leave(core) || in_time;
    threads::happens();
    i32::from(!in_time)
}

/// `bf_wake`: wakes at most `most` that wait on the word.
#[unsafe(no_mangle)]
extern "C" fn many_bf_wake(word: &AtomicU32, most: u32) {
    wake(word, most);
    threads::happens();
}
