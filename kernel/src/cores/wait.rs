//! Waiting on a word, and waking who waits.
//!
//! Who waits on what is [`Waiters`]' matter; here is the sleeping. A processor sleeps until an
//! interrupt comes, which the waker sends, or with `mwait` until its place among the waiters is
//! written to, which waking does anyway. Between the last look and the sleep nothing gets lost:
//! interrupts are off until the very instruction that sleeps.
//!
//! `mwait` is for bare processors. Under a hypervisor it is a pause at best: QEMU's emulation
//! returns from it at once, so that processors with nothing to do would take the time of those
//! that have.

use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use bareflow_machine::options::Idle;
use bareflow_machine::waiters::Waiters;
use x86::bits64::rflags;

use super::block::Block;
use super::running::{block_of, interrupt, running};
use crate::arch::{cpu, gs, stack};
use crate::devices::{apic, clock};

static WAITERS: Waiters = Waiters::new();

/// Whether processors sleep by `mwait`.
static BY_STORE: AtomicBool = AtomicBool::new(false);

/// Chooses how processors sleep.
pub fn choose(asked: Option<Idle>) {
    let by_store = match asked {
        Some(Idle::Mwait) => cpu::has_monitor(),
        Some(Idle::Halt) => false,
        None => cpu::has_monitor() && !cpu::is_virtual(),
    };
    BY_STORE.store(by_store, Ordering::Relaxed);
}

/// Waits until somebody calls [`wake`] for the word, if it still holds `while_is`, but for no longer
/// than the time-out, in nanoseconds. False when the time was over and nobody had called.
///
/// It may come back without a reason: look at the word again.
pub fn wait(word: &AtomicU32, while_is: u32, timeout: Option<u64>) -> bool {
    let block = gs::block();
    let core = block.number() as usize;
    let deadline = timeout.map(|timeout| clock::now_ns().saturating_add(timeout));
    WAITERS.enter(core, word.as_ptr().addr() as u64);
    let mut in_time = true;
    if word.load(Ordering::Acquire) == while_is {
        while !WAITERS.is_woken(core) {
            if deadline.is_some_and(|deadline| clock::now_ns() >= deadline) {
                in_time = false;
                break;
            }
            sleep(block, core, deadline);
        }
    }
    WAITERS.leave(core) || in_time
}

/// Wakes at most `most` of the processors that wait on a word; how many there were.
pub fn wake(word: &AtomicU32, most: u32) -> u32 {
    let cores = running() as usize;
    WAITERS.wake(word.as_ptr().addr() as u64, most, cores, |core| {
        let core = core as u32;
        if block_of(core).is_some_and(|block| block.asleep.load(Ordering::SeqCst)) {
            interrupt(core);
        }
    })
}

/// Sleeps until something happens: a wake-up, the deadline, any interrupt.
fn sleep(block: &Block, core: usize, deadline: Option<u64>) {
    let were_on = rflags::read().contains(rflags::RFlags::FLAGS_IF);
    // SAFETY: the interrupts that can come, the timer's and other processors', have handlers. They
    // are kept off until the processor sleeps, or they might come before and wake nobody.
    unsafe {
        x86::irq::disable();
        let wakes = deadline.is_none_or(|deadline| block.alarm.start_timer(deadline));
        if !wakes || !apic::is_on() {
            core::hint::spin_loop();
        } else if BY_STORE.load(Ordering::Relaxed) {
            let place: &AtomicU64 = WAITERS.place(core);
            stack::sleep_until_store(place, bareflow_machine::waiters::WOKEN);
        } else {
            block.asleep.store(true, Ordering::SeqCst);
            if !WAITERS.is_woken(core) {
                stack::sleep_until_interrupt();
            }
            block.asleep.store(false, Ordering::Relaxed);
        }
        if were_on {
            x86::irq::enable();
        }
    }
}
