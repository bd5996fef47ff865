//! Sleeping on a word, and waking who sleeps.
//!
//! Who waits on what is [`Waiters`]' matter, which the kernel has, too; here is the sleeping: by `hlt`,
//! until the waker's interrupt or the timer's. Interrupts are off from the last look to the
//! instruction that sleeps, so no wake-up gets lost in between.

use core::sync::atomic::{AtomicU32, Ordering};

use super::apic::{self, Signal};
use super::bf_clock;
use super::block::{self, Block};
use super::count::running;
use crate::waiters::Waiters;

/// Who waits, on all processors.
pub static WAITERS: Waiters = Waiters::new();

unsafe extern "C" {
    /// Sleeps until an interrupt comes, with interrupts on only while it sleeps.
    safe fn core_sleep();
}

/// Wakes at most `most` that wait on a word.
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
pub fn sleep(block: &Block, core: usize, deadline: Option<u64>) -> bool {
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
