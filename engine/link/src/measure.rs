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

use core::sync::atomic::Ordering;

use crate::layout::Cell;
use crate::probe::{ProbeId, ProbeReading, TurnHandler};
use crate::{CoreBlock, LinkError, Linker};

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
        if self.probes.is_empty() {
            // SAFETY: the caller's promise is the same.
            unsafe { self.collect(core) };
        }
        let probe = self.probes.take()?;
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
