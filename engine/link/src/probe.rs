//! Probes: measured calls of any function, whatever its signature.
//!
//! A probe has an address that a slot can lead to. It notes the time-stamp counter, puts its own
//! exit in the place of the return address, and jumps on to its target; the exit adds the cycles
//! to the probe's counts and goes to the real caller. So neither caller nor target knows, and
//! stack arguments stay where they are. Used for sampled cycle counts (a slot leads to the probe
//! for a while) and for tournaments (one probe a variant, which take turns in the slot).
//!
//! The real return addresses and the times of the calls under way are *frames* of the core's block
//! ([`crate::CoreBlock`]). A core whose frames have no room left, or that was given none, runs
//! measured calls unmeasured: with every core but one made so ([`Linker::add_core`]), the others
//! run the same functions while a tournament is held, and figures come from one core alone.
//! Where several cores measure, each call is timed rightly, and some may be missing from the counts.
//!
//! A probe can read the processor's counters, too, at both ends of a call and outside of what is timed. It is told so
//! by a word of its record, and the core's block says where the counters are; where there are none, a measured call
//! pays for two comparisons, and other calls for nothing. Variants in a tournament are not counted, so that figures
//! of calls within them stay what they are.
//!
//! A probe that was given up is used again after a grace period, like code, and for the same
//! reason: a core may have read the slot's word and not have arrived at the probe yet, and must not
//! find another's target there.

use alloc::vec::Vec;
use core::sync::atomic::Ordering;

use bareflow_platform::EVENTS;

use crate::layout::{Cell, Entry};
use crate::x86_64::stubs::THUNK;
use crate::{CodeMap, CoreBlock, LinkError, Linker, PoolKind};

/// A probe of a [`Linker`].
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
/// [`Linker::set_turn`]. It runs between the measured call and its caller, on their core.
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

    /// Nobody is in `probe` any more.
    pub(crate) fn give(&mut self, probe: ProbeId) {
        self.free.push(probe);
    }
}

impl CodeMap {
    /// The address that a slot must lead to for calls to be measured.
    pub fn probe_address(&self, probe: ProbeId) -> usize {
        self.layout.probe_thunks + probe.0 as usize * THUNK
    }

    /// Where measured calls return to: what stands on the stack in place of their callers.
    pub(crate) fn probe_exit(&self) -> usize {
        self.layout.entry(Entry::ProbeExit)
    }
}

impl Linker {
    /// A probe in front of the code at `target`. When all are in use, tries to free some that were
    /// given up; `core` is the caller's.
    ///
    /// # Errors
    /// [`LinkError::Full`] when none is free.
    ///
    /// # Safety
    /// As for [`Linker::collect`].
    pub unsafe fn add_probe(
        &mut self,
        core: &CoreBlock,
        target: usize,
    ) -> Result<ProbeId, LinkError> {
        if self.probes.free.is_empty() {
            // SAFETY: the caller's promise is the same.
            unsafe { self.collect(core) };
        }
        let size = self.probes.count;
        let full = LinkError::Full { pool: PoolKind::Probes, wanted: 1, used: size, size };
        let probe = self.probes.free.pop().ok_or(full)?;
        self.take_reading(probe);
        self.map.records.set_target(probe, target);
        self.map.records.count_events(probe, false);
        self.set_turn_length(probe, u64::MAX);
        self.aim_gate(probe, target);
        Ok(probe)
    }

    /// From now on `handler` is called, between a measured call and its caller, when a probe
    /// has measured as many calls as [`Linker::set_turn_length`] says.
    pub fn set_turn(&mut self, handler: TurnHandler) {
        let cell = self.map.layout.cell(Cell::Turn);
        self.map.cell(cell).store(handler as usize, Ordering::Release);
    }

    /// Calls from the next reading on after which the probe's turn is over; `u64::MAX` for
    /// never, which is what a new probe has.
    ///
    /// # Panics
    /// If the probe is of another linker.
    pub fn set_turn_length(&mut self, probe: ProbeId, calls: u64) {
        self.map.records.set_limit(probe, calls.max(1));
    }

    /// From the next call on, what the processor counts is summed up, too, on cores that have counters.
    ///
    /// # Panics
    /// If the probe is of another linker.
    pub fn count_events(&mut self, probe: ProbeId) {
        self.map.records.count_events(probe, true);
    }

    /// What it has measured since the last reading.
    ///
    /// # Panics
    /// If the probe is of another linker.
    pub fn take_reading(&mut self, probe: ProbeId) -> ProbeReading {
        self.map.records.take(probe)
    }

    /// Gives a probe up. No slot may lead to it or to its gate. Calls through it that are under way
    /// end as usual; it is used again when there are none.
    pub fn remove_probe(&mut self, probe: ProbeId) {
        self.retired.probe(probe);
    }
}
