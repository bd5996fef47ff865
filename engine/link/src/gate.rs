//! Gates: counted calls, which cost three instructions.
//!
//! Every probe has a gate, another address that a slot can lead to. It counts calls down and goes
//! on to the probe's target; once the count is used up, calls go through the probe instead and
//! are measured. So a function can be counted for ever and be measured for a few calls now and
//! then, and whoever set the gate hears of it by the end of the probe's turn.
//!
//! Cores count by plain instructions: of two that count at once, one may be lost, and a count that
//! is set at that moment may be, too.

use core::sync::atomic::Ordering;

use crate::x86_64::stubs::GATE;
use crate::{CodeMap, Linker, ProbeId};

impl CodeMap {
    /// The address that a slot must lead to for calls to be counted by `probe`, and measured
    /// when the count that [`Linker::set_gate`] gave is used up.
    pub fn gate_address(&self, probe: ProbeId) -> usize {
        self.layout.gates + probe.0 as usize * GATE
    }

    /// Calls left until calls through the gate are measured; negative: as many were measured
    /// since.
    pub fn gate_left(&self, probe: ProbeId) -> i64 {
        self.cell(self.gate_cell(probe)).load(Ordering::Relaxed) as i64
    }

    /// Address of the two words of a gate: the calls that are left, and its target.
    fn gate_cell(&self, probe: ProbeId) -> usize {
        self.layout.gate_cells + probe.0 as usize * 16
    }
}

impl Linker {
    /// The next `calls` calls through the gate are counted only, those after them measured, too.
    pub fn set_gate(&mut self, probe: ProbeId, calls: u64) {
        let calls = i64::try_from(calls).unwrap_or(i64::MAX);
        self.map.cell(self.map.gate_cell(probe)).store(calls as usize, Ordering::Relaxed);
    }

    /// The gate of a new probe, which counts and never ends.
    pub(crate) fn aim_gate(&mut self, probe: ProbeId, target: usize) {
        self.map.cell(self.map.gate_cell(probe) + 8).store(target, Ordering::Relaxed);
        self.set_gate(probe, u64::MAX);
    }
}
