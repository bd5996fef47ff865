//! Counters of instrumented code.

use core::sync::atomic::{AtomicI64, Ordering::Relaxed};

/// A word that calls and rounds of loops count down, and one that calls count up.
///
/// Code counts with plain loads and stores, on any processor: counts may be lost, which changes
/// when a function rises and nothing else.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counter {
    words: &'static [AtomicI64; 2],
    /// What the first was last set to.
    set: i64,
}

impl Counter {
    /// The counter in two words that stay where they are; it runs out only when it is set.
    pub(crate) fn new(words: &'static [AtomicI64; 2]) -> Self {
        let mut counter = Self { words, set: 0 };
        counter.set(i64::MAX);
        counter
    }

    /// Its address.
    pub(crate) fn address(self) -> u64 {
        self.words.as_ptr() as u64
    }

    /// Calls counted so far.
    pub(crate) fn calls(self) -> u64 {
        self.words[1].load(Relaxed).cast_unsigned()
    }

    /// Calls and rounds since it was last set.
    pub(crate) fn since(self) -> u64 {
        self.set.saturating_sub(self.words[0].load(Relaxed)).max(0) as u64
    }

    /// Has it run out after `left` further calls and rounds.
    pub(crate) fn set(&mut self, left: i64) {
        self.set = left;
        self.words[0].store(left, Relaxed);
    }
}
