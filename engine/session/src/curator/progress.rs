//! How it goes, told to whoever watches.
//!
//! Told after an event, when the last time is long enough ago, and when the program calls the machine to write
//! or read: how fast it writes is news. A program that computes only, and in which nothing changes any more, has no
//! events, and then there is nothing new to tell.

use core::sync::atomic::Ordering::Relaxed;

use bareflow_report::{Progress, Record};

use crate::curator::Curator;
use crate::shared::Shared;

impl Curator {
    /// Tells how it goes, if somebody wants to know by now.
    pub(super) fn tell(&mut self, shared: &Shared) {
        let due = shared.tell_ns.load(Relaxed);
        if due == u64::MAX || shared.platform.now_ns() < due {
            return;
        }
        let every = u64::from(shared.manifest.progress_ms) * 1_000_000;
        shared.tell_ns.store(shared.platform.now_ns() + every, Relaxed);
        shared.platform.record(&Record::Progress(Progress {
            boot: self.ledger.boot,
            levels: self.ledger.levels(shared),
            compiles: self.ledger.totals.compiles,
            waiting: shared.under_way.load(Relaxed) as u64,
            code: self.linker.usage().code as u64,
            heap: shared.heap.used() as u64,
            writes: shared.writes.load(Relaxed),
        }));
    }
}
