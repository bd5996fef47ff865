//! Waiting on a word, and waking who waits.
//!
//! Who waits on what is [`Waiters`]' matter, which the kernel has, too; here is the sleeping: by `hlt`,
//! until the waker's interrupt or the timer's. Interrupts are off from the last look to the
//! instruction that sleeps, so no wake-up gets lost in between.

use core::sync::atomic::{AtomicU32, Ordering};

use super::apic::{self, Signal};
use super::block::{self, Block};
use super::bring::running;
use super::{bf_clock, over, stuck};
use crate::waiters::Waiters;

pub static WAITERS: Waiters = Waiters::new();

/// No time-out.
const FOR_EVER: u64 = u64::MAX;
/// A wait is looked at again after so many nanoseconds: whether anybody is left to end it.
const SLICE_NS: u64 = 20_000_000;

unsafe extern "C" {
    fn alone_bf_wait(word: &AtomicU32, while_is: u32, timeout: u64) -> i32;
    /// Sleeps until an interrupt comes, with interrupts on only while it sleeps.
    safe fn core_sleep();
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
        let happened = stuck::happened();
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
        } else if stuck::is_stuck(block, happened) {
            over::stuck();
        }
    };
    block.waits_on.store(0, Ordering::SeqCst);
    let in_time = WAITERS.leave(core) || in_time;
    stuck::happens();
    i32::from(!in_time)
}

/// `bf_wake`: wakes at most `most` that wait on the word.
#[unsafe(no_mangle)]
extern "C" fn many_bf_wake(word: &AtomicU32, most: u32) {
    wake(word, most);
    stuck::happens();
}

/// The same for this machine's own words.
pub fn wake(word: &AtomicU32, most: u32) {
    let address = core::ptr::from_ref(word).addr() as u64;
    WAITERS.wake(address, most, running() as usize, |core| {
        let block = block::of(core);
        if block.asleep.load(Ordering::SeqCst) != 0 {
            apic::send(block.apic.load(Ordering::Relaxed), Signal::Wake);
        }
    });
}

/// Waits until somebody wakes the word, if it still holds `while_is`.
pub fn sleep_on(word: &AtomicU32, while_is: u32) {
    let block = block::own();
    let core = block.number.load(Ordering::Relaxed) as usize;
    WAITERS.enter(core, core::ptr::from_ref(word).addr() as u64);
    if word.load(Ordering::Acquire) == while_is {
        sleep(block, core, None);
    }
    WAITERS.leave(core);
}

/// Sleeps until this processor is woken, but for no longer than until the deadline. Whether it was.
fn sleep(block: &Block, core: usize, deadline: Option<u64>) -> bool {
    while !WAITERS.is_woken(core) {
        if let Some(deadline) = deadline {
            let now = bf_clock();
            if now >= deadline {
                return false;
            }
            apic::start_timer(deadline - now);
        }
        block.asleep.store(1, Ordering::SeqCst);
        if !WAITERS.is_woken(core) {
            core_sleep();
        }
        block.asleep.store(0, Ordering::Relaxed);
    }
    if deadline.is_some() {
        apic::stop_timer();
    }
    true
}
