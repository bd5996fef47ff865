//! Probes ([`crate::measure`]) as values: which there are, and what one has measured.

use alloc::vec::Vec;

use bareflow_platform::EVENTS;

use crate::{LinkError, PoolKind};

/// A probe of a [`crate::Linker`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(transparent)]
pub struct ProbeId(pub(crate) u32);

/// What a probe has measured.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ProbeReading {
    /// Calls measured.
    pub calls: u64,
    /// Cycles of all of them, callees included.
    pub total: u64,
    /// Smallest; 0 when there is none.
    pub min: u64,
    /// Largest.
    pub max: u64,
    /// The last calls (up to 64), in no order.
    pub samples: Vec<u64>,
    /// What the processor counted in all of them, callees included, where that was asked for
    /// ([`Linker::count_events`]); else 0.
    pub events: [u64; EVENTS],
}

impl ProbeReading {
    /// Median cycles of the samples; `None` without any.
    pub fn median(&self) -> Option<u64> {
        let mut samples = self.samples.clone();
        let middle = samples.len() / 2;
        (!samples.is_empty()).then(|| *samples.select_nth_unstable(middle).1)
    }
}

/// What is called when a probe has measured as many calls as its turn has; see
/// [`crate::Linker::set_turn`]. It runs between the measured call and its caller, on their core.
pub type TurnHandler = extern "C" fn(ProbeId);

/// For probes whose turns nobody waits for.
pub(crate) extern "C" fn no_turn(_: ProbeId) {}

/// Which probes are there to be had.
#[derive(Debug)]
pub(crate) struct Probes {
    /// The lowest is given out first.
    free: Vec<ProbeId>,
    count: usize,
}

impl Probes {
    pub(crate) fn new(count: u32) -> Self {
        Self { free: (0..count).rev().map(ProbeId).collect(), count: count as usize }
    }

    /// The next one that is free.
    ///
    /// # Errors
    /// [`LinkError::Full`] when none is.
    pub(crate) fn take(&mut self) -> Result<ProbeId, LinkError> {
        let size = self.count;
        let full = LinkError::Full { pool: PoolKind::Probes, wanted: 1, used: size, size };
        self.free.pop().ok_or(full)
    }

    /// Whether all are in use.
    pub(crate) fn is_empty(&self) -> bool {
        self.free.is_empty()
    }

    /// Nobody is in `probe` any more.
    pub(crate) fn give(&mut self, probe: ProbeId) {
        self.free.push(probe);
    }
}
