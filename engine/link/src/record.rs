//! What probes have measured, where their machine code writes it.

use alloc::boxed::Box;
use core::mem::offset_of;
use core::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use bareflow_platform::EVENTS;

use crate::{ProbeId, ProbeReading};

/// Samples kept of each probe, a power of two.
pub(crate) const RING: usize = 64;

/// Of one probe. The machine code adds to it by plain instructions: where two cores measure at
/// once, counts may be lost.
#[repr(C, align(64))]
#[derive(Debug)]
pub(crate) struct Record {
    target: AtomicUsize,
    count: AtomicU64,
    total: AtomicU64,
    min: AtomicU64,
    max: AtomicU64,
    /// Address of its ring.
    ring: usize,
    /// Count at which the turn is over.
    limit: AtomicU64,
    /// Address of its sums of what the processor counted; 0: it does not count.
    events: AtomicUsize,
}

/// The machine code multiplies by shifting.
const _: () = assert!(size_of::<Record>() == 1 << SHIFT);

/// Logarithm of the bytes between records.
pub(crate) const SHIFT: u32 = 6;

/// Offsets in [`Record`].
pub(crate) mod field {
    use super::{Record, offset_of};

    pub(crate) const COUNT: usize = offset_of!(Record, count);
    pub(crate) const TOTAL: usize = offset_of!(Record, total);
    pub(crate) const MIN: usize = offset_of!(Record, min);
    pub(crate) const MAX: usize = offset_of!(Record, max);
    pub(crate) const RING: usize = offset_of!(Record, ring);
    pub(crate) const LIMIT: usize = offset_of!(Record, limit);
    pub(crate) const EVENTS: usize = offset_of!(Record, events);

    /// `jmp [r11]` goes to the target.
    const _: () = assert!(offset_of!(Record, target) == 0);
}

/// The records of all probes.
#[derive(Debug)]
pub(crate) struct Records {
    records: Box<[Record]>,
    rings: Box<[AtomicU64]>,
    /// [`EVENTS`] sums a record.
    sums: Box<[AtomicU64]>,
}

impl Records {
    pub(crate) fn new(count: u32) -> Self {
        let count = count as usize;
        let rings: Box<[_]> = (0..count * RING).map(|_| AtomicU64::new(0)).collect();
        let record = |ring: &[AtomicU64]| Record {
            target: AtomicUsize::new(0),
            count: AtomicU64::new(0),
            total: AtomicU64::new(0),
            min: AtomicU64::new(u64::MAX),
            max: AtomicU64::new(0),
            ring: ring.as_ptr().expose_provenance(),
            limit: AtomicU64::new(u64::MAX),
            events: AtomicUsize::new(0),
        };
        let sums = (0..count * EVENTS).map(|_| AtomicU64::new(0)).collect();
        Self { records: rings.chunks_exact(RING).map(record).collect(), rings, sums }
    }

    /// Where they lie, for machine code.
    pub(crate) fn address(&self) -> usize {
        self.records.as_ptr().expose_provenance()
    }

    /// Calls measured by `probe` go to the code at `target`.
    pub(crate) fn set_target(&self, probe: ProbeId, target: usize) {
        self.record(probe).target.store(target, Relaxed);
    }

    /// The turn is over at this count.
    pub(crate) fn set_limit(&self, probe: ProbeId, calls: u64) {
        self.record(probe).limit.store(calls, Relaxed);
    }

    /// Whether `probe` sums up what the processor counts, too.
    pub(crate) fn count_events(&self, probe: ProbeId, on: bool) {
        let sums = if on { self.sums(probe).as_ptr().expose_provenance() } else { 0 };
        self.record(probe).events.store(sums, Relaxed);
    }

    fn sums(&self, probe: ProbeId) -> &[AtomicU64] {
        &self.sums[probe.0 as usize * EVENTS..][..EVENTS]
    }

    /// Reads a record and clears it.
    pub(crate) fn take(&self, probe: ProbeId) -> ProbeReading {
        let record = self.record(probe);
        let calls = record.count.swap(0, Relaxed);
        let kept = usize::try_from(calls).unwrap_or(RING).min(RING);
        let ring = &self.rings[probe.0 as usize * RING..][..kept];
        let min = record.min.swap(u64::MAX, Relaxed);
        let sums = self.sums(probe);
        let events = core::array::from_fn(|at| sums[at].swap(0, Relaxed));
        ProbeReading {
            calls,
            total: record.total.swap(0, Relaxed),
            min: if kept == 0 { 0 } else { min },
            max: record.max.swap(0, Relaxed),
            samples: ring.iter().map(|sample| sample.load(Relaxed)).collect(),
            events,
        }
    }

    fn record(&self, probe: ProbeId) -> &Record {
        &self.records[probe.0 as usize]
    }
}
