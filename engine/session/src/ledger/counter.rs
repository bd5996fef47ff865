//! Counters of instrumented code.
//!
//! Code counts down one word with plain loads and stores, on any processor, and calls the engine when that
//! is negative. A value that the curator stored there from another processor would mostly be lost: a loop
//! that goes round in a few cycles reads what it has itself just written, not what another processor
//! did, and writes its own over it. What was lost was the order to ask again, and the function stayed at
//! its level for ever. So the curator never writes that word. It sets a limit, in a word that only it writes,
//! and the thread that counts is granted a few counts at a time: when they are used up it adds them to the sum,
//! looks at the limit, and takes further ones, as many as an eighth of what was counted so far, so
//! that looking costs less the longer a function runs. Where several threads count at once, counts may be
//! lost, never more than were granted, which changes when a function rises and nothing else.

use core::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

/// Counts granted at least, unless the limit comes before.
const LEAST: u64 = 64;
/// Of what was counted, the share that is granted next is one in so many.
const SHARE: u64 = 8;

/// A counter, in the data of programs.
#[repr(C)]
#[derive(Default, Debug)]
pub(crate) struct Counter {
    /// What is left of the grant; code counts it down, see [`bareflow_object::COUNTER_PREFIX`].
    left: AtomicI64,
    /// Calls; code counts them up.
    calls: AtomicI64,
    /// What `left` was when it was granted; 0 once it is in `counted`.
    granted: AtomicI64,
    /// Calls and rounds in all grants but the present one.
    counted: AtomicU64,
    /// At how many it has run out. Only the curator sets it.
    limit: AtomicU64,
}

impl Counter {
    /// One that runs out only when a limit is set. The first count asks what that is.
    pub(crate) fn new() -> Self {
        Self { limit: AtomicU64::new(u64::MAX), ..Self::default() }
    }

    /// Calls counted so far.
    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Relaxed).cast_unsigned()
    }

    /// Calls and rounds counted so far.
    pub(crate) fn counted(&self) -> u64 {
        let used = self.granted.load(Relaxed).saturating_sub(self.left.load(Relaxed)).max(0);
        self.counted.load(Relaxed).saturating_add(used.cast_unsigned())
    }

    /// Has it run out after `left` further calls and rounds.
    pub(crate) fn set(&self, left: u64) {
        self.limit.store(self.counted().saturating_add(left), Relaxed);
    }

    /// Whether it has run out.
    pub(crate) fn has_run_out(&self) -> bool {
        self.counted() >= self.limit.load(Relaxed)
    }

    /// By the thread that counts, when its grant is used up: adds it to the sum.
    pub(crate) fn take_in(&self) {
        let granted = self.granted.swap(0, Relaxed);
        let used = granted.saturating_sub(self.left.swap(0, Relaxed)).max(0);
        self.counted.fetch_add(used.cast_unsigned(), Relaxed);
    }

    /// By the same, afterwards: takes a further grant.
    pub(crate) fn grant(&self) {
        let counted = self.counted.load(Relaxed);
        let rest = self.limit.load(Relaxed).saturating_sub(counted);
        let most = LEAST.max(counted / SHARE);
        // Who has run out, and was not told anything yet, asks again after a while.
        let next = if rest == 0 { LEAST } else { rest.min(most) };
        // It is used up by the count that makes it negative.
        let next = next.cast_signed() - 1;
        self.granted.store(next, Relaxed);
        self.left.store(next, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What code does, `counts` times; how often it had to ask, and at what count it had first run out.
    fn count(counter: &Counter, counts: u64) -> (u64, Option<u64>) {
        let (mut asked, mut out) = (0, None);
        for at in 1..=counts {
            if counter.left.fetch_sub(1, Relaxed) <= 0 {
                asked += 1;
                counter.take_in();
                if counter.has_run_out() {
                    out.get_or_insert(at);
                }
                counter.grant();
            }
        }
        (asked, out)
    }

    #[test]
    fn it_runs_out_at_its_limit_and_counts_everything() {
        for limit in [1, 2, 63, 64, 65, 1_000, 9_999] {
            let counter = Counter::new();
            counter.set(limit);
            assert_eq!(count(&counter, 10_000).1, Some(limit), "{limit}");
            assert_eq!(counter.counted(), 10_000);
            counter.set(100);
            assert!(!counter.has_run_out());
            let (_, out) = count(&counter, 2_000);
            assert!(out.is_some_and(|at| (100..2_000).contains(&at)), "{out:?}");
        }
    }

    #[test]
    fn a_limit_that_comes_late_is_heard_and_none_is_cheap() {
        let counter = Counter::new();
        let (asked, out) = count(&counter, 1_000_000);
        assert!(out.is_none() && asked < 150, "{asked} {out:?}");
        counter.set(0);
        let (_, out) = count(&counter, 200_000);
        assert!(out.is_some_and(|at| at <= 125_001), "{out:?}");
    }
}
