//! The processors that run.

use core::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

use bareflow_machine::vectors::WAKE;
use bareflow_machine::windows::MOST_CORES;
use spin::Mutex;

use super::block::{Block, FIRST};
use crate::arch::gs;
use crate::devices::apic::{self, Signal};

/// The processors that run, by their numbers.
pub(super) static CORES: [AtomicPtr<Block>; MOST_CORES] =
    [const { AtomicPtr::new(core::ptr::null_mut()) }; MOST_CORES];

/// How many there are so far.
pub(super) static COUNT: AtomicU32 = AtomicU32::new(1);

/// Held while one joins.
pub(super) static JOINING: Mutex<()> = Mutex::new(());

/// The calling processor's number.
pub fn number() -> u32 {
    gs::block().number()
}

/// Processors that run by now.
pub(super) fn running() -> u32 {
    COUNT.load(Ordering::Acquire)
}

/// The block of a processor that runs.
pub(super) fn block_of(core: u32) -> Option<&'static Block> {
    if core == 0 {
        return Some(&FIRST);
    }
    let block = CORES.get(core as usize)?.load(Ordering::Acquire);
    // SAFETY: only blocks that stay for ever are stored here.
    unsafe { block.as_ref() }
}

/// Interrupts another processor for no reason.
pub fn interrupt(core: u32) {
    if let Some(block) = block_of(core) {
        apic::send(block.apic.load(Ordering::Relaxed), Signal::Interrupt(WAKE));
    }
}
