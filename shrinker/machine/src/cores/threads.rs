//! Which processors have threads, and threads that wait for each other: when every thread waits without
//! a time-out, none can wake another, and the program is stopped with a report.
//!
//! The rule is the grown machine's (`engine/session/src/threads.rs`): each thread that has waited for
//! a while writes down the count of what has happened so far as it was before it looked at its word
//! for the last time. When all have written down the same, and it is still so, nothing can happen any
//! more.

use core::sync::atomic::{AtomicU64, Ordering};

use super::block::{self, Block};
use super::count::running;

/// What [`Block::job`] says: the processor is idle.
pub const NONE: u32 = 0;
/// Somebody is writing down what it is to run.
pub const COMING: u32 = 1;
/// It is to run, or runs, what stands in its block.
pub const GIVEN: u32 = 2;

/// Starts, ends, wake-ups, ends of waits.
static HAPPENED: AtomicU64 = AtomicU64::new(0);

/// Something has happened that may end somebody's waiting.
pub fn happens() {
    HAPPENED.fetch_add(1, Ordering::SeqCst);
}

/// What has happened so far.
pub fn happened() -> u64 {
    HAPPENED.load(Ordering::SeqCst)
}

/// The thread on this processor waits and was not woken since `seen`: whether that is so of all threads.
pub fn all_wait(own: &Block, seen: u64) -> bool {
    own.waits_since.store(seen, Ordering::SeqCst);
    let waits = |block: &Block| {
        block.waits_on.load(Ordering::SeqCst) != 0
            && block.waits_since.load(Ordering::SeqCst) == seen
    };
    all().all(waits) && happened() == seen
}

/// Whether a thread that waits has something else to run when all do.
pub fn have_other_work() -> bool {
    all().any(|block| block.has_other_work.load(Ordering::SeqCst))
}

/// The processors that have threads.
pub fn all() -> impl Iterator<Item = &'static Block> {
    block::first(running()).filter(|block| has_thread(block))
}

/// Whether a processor has a thread.
pub fn has_thread(block: &Block) -> bool {
    block.is_first() || block.job.load(Ordering::SeqCst) != NONE
}

/// Whether there is a thread beside the first processor's.
pub fn others_have_threads() -> bool {
    block::first(running()).skip(1).any(has_thread)
}
