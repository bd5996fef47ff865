//! Who waits on which word: what a futex is made of, without the sleeping.
//!
//! A processor waits on at most one word, so there is a place for each processor instead of queues,
//! and waking looks through all of them: with at most [`MOST_CORES`] that is a few hundred
//! nanoseconds, and one load where nobody waits at all.
//!
//! # No wake-up is lost
//!
//! Who waits writes down the word's address ([`Waiters::enter`]) and looks at the word *afterwards*;
//! who wakes has changed the word and looks for addresses *afterwards*. Both have a fence in
//! between, so at least one of them sees what the other did (Dekker). A place holds address and state
//! in one number: the exchange that wakes succeeds only where that very address still stands, so
//! a wake-up never goes to somebody who has meanwhile begun to wait on something else.
//!
//! Shrunk images carry this file, too: it cannot panic.

use core::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};

use crate::windows::MOST_CORES;

/// Nobody waits at a place.
const NOBODY: u64 = 0;
/// Somebody waited, was woken, and has not left yet. No word has this address: words of 4 bytes
/// lie at multiples of 4.
pub const WOKEN: u64 = 1;

/// A processor's place, in a cache line of its own.
#[derive(Debug)]
#[repr(align(64))]
struct Place(AtomicU64);

/// The places of all processors.
#[derive(Debug)]
pub struct Waiters {
    places: [Place; MOST_CORES],
    /// Places taken.
    count: AtomicU32,
    /// Where the next search begins, so that nobody is passed over for ever.
    next: AtomicU32,
}

impl Default for Waiters {
    fn default() -> Self {
        Self::new()
    }
}

impl Waiters {
    /// Nobody waits.
    pub const fn new() -> Self {
        Self {
            places: [const { Place(AtomicU64::new(NOBODY)) }; MOST_CORES],
            count: AtomicU32::new(0),
            next: AtomicU32::new(0),
        }
    }

    /// The place of a processor; there are no others than those that have one.
    fn at(&self, core: usize) -> &AtomicU64 {
        &self.places[core % MOST_CORES].0
    }

    /// Processor `core` begins to wait on the word at `address`. Only if the word, looked at
    /// after this, still is what it was may the processor sleep.
    pub fn enter(&self, core: usize, address: u64) {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.at(core).store(address, Ordering::Relaxed);
        fence(Ordering::SeqCst);
    }

    /// Whether somebody has woken `core` since it entered. This look and the waker's exchange are in
    /// one order with all of their kind: a processor that first says, in the same order, that it is
    /// about to sleep and then finds that nobody has woken it, is seen asleep by whoever wakes it.
    pub fn is_woken(&self, core: usize) -> bool {
        self.at(core).load(Ordering::SeqCst) == WOKEN
    }

    /// The place of `core`: its content changes when the processor is woken. For instructions
    /// that wait for a store.
    pub fn place(&self, core: usize) -> &AtomicU64 {
        self.at(core)
    }

    /// `core` waits no longer; whether it was woken. A wake-up that came meanwhile counts.
    pub fn leave(&self, core: usize) -> bool {
        let was = self.at(core).swap(NOBODY, Ordering::AcqRel);
        self.count.fetch_sub(1, Ordering::Relaxed);
        was == WOKEN
    }

    /// Wakes at most `most` of the first `cores` processors that wait on the word at `address`, and
    /// calls `kick` with each. How many there were.
    pub fn wake(&self, address: u64, most: u32, cores: usize, mut kick: impl FnMut(usize)) -> u32 {
        fence(Ordering::SeqCst);
        if self.count.load(Ordering::Relaxed) == 0 {
            return 0;
        }
        let mut woken = 0;
        let first = self.next.load(Ordering::Relaxed) as usize;
        let cores = cores.min(MOST_CORES);
        for i in 0..cores {
            if woken == most {
                break;
            }
            let core = (first + i) % cores;
            let place = self.at(core);
            if place.load(Ordering::Relaxed) == address
                && place
                    .compare_exchange(address, WOKEN, Ordering::SeqCst, Ordering::Relaxed)
                    .is_ok()
            {
                woken += 1;
                self.next.store(core as u32 + 1, Ordering::Relaxed);
                kick(core);
            }
        }
        woken
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use std::sync::Arc;
    use std::thread;
    use std::vec::Vec;

    #[test]
    fn only_those_who_wait_there_are_woken_and_no_more_than_asked() {
        let waiters = Waiters::new();
        for core in 0..6 {
            waiters.enter(core, 0x1000 + 4 * (core as u64 % 2));
        }
        let mut kicked = Vec::new();
        assert_eq!(waiters.wake(0x1000, 2, 6, |core| kicked.push(core)), 2);
        assert_eq!(kicked, [0, 2]);
        assert_eq!(waiters.wake(0x2000, u32::MAX, 64, |_| panic!("nobody waits there")), 0);
        assert_eq!(waiters.wake(0x1004, u32::MAX, 64, |_| ()), 3);
        let woken: Vec<bool> = (0..6).map(|core| waiters.leave(core)).collect();
        assert_eq!(woken, [true, true, true, true, false, true]);
        assert_eq!(waiters.wake(0x1000, u32::MAX, 64, |_| panic!("nobody waits any more")), 0);
    }

    #[test]
    fn turns_are_taken() {
        let waiters = Waiters::new();
        let mut order = Vec::new();
        (0..3).for_each(|core| waiters.enter(core, 8));
        for _ in 0..6 {
            waiters.wake(8, 1, 3, |core| order.push(core));
            let last = *order.last().unwrap();
            assert!(waiters.leave(last));
            waiters.enter(last, 8);
        }
        assert_eq!(order, [0, 1, 2, 0, 1, 2]);
    }

    /// Waits as a processor does, asleep or not.
    fn wait(waiters: &Waiters, core: usize, word: &AtomicU32, while_is: u32) {
        waiters.enter(core, core::ptr::from_ref(word).addr() as u64);
        if word.load(Ordering::Relaxed) == while_is {
            while !waiters.is_woken(core) {
                thread::yield_now();
            }
        }
        waiters.leave(core);
    }

    #[test]
    fn no_wake_up_is_lost_between_many() {
        // A baton goes round: whoever has it passes it on and waits for it. A wake-up that is
        // lost stops all of them.
        const CORES: usize = 4;
        const ROUNDS: u32 = 1_000;
        let shared = Arc::new((Waiters::new(), AtomicU32::new(0)));
        let threads: Vec<_> = (0..CORES)
            .map(|core| {
                let shared = Arc::clone(&shared);
                thread::spawn(move || {
                    let (waiters, baton) = &*shared;
                    let address = core::ptr::from_ref(baton).addr() as u64;
                    loop {
                        let now = baton.load(Ordering::Acquire);
                        if now >= ROUNDS {
                            return;
                        }
                        if now as usize % CORES == core {
                            baton.store(now + 1, Ordering::Release);
                            waiters.wake(address, u32::MAX, CORES, |_| ());
                        } else {
                            wait(waiters, core, baton, now);
                        }
                    }
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(shared.1.load(Ordering::Relaxed), ROUNDS);
    }
}
