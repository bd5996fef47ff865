//! Code and probes that wait to be freed ([`crate::retire`]).

use alloc::vec::Vec;

use crate::ProbeId;
use crate::sweep::Code;

/// What waits to be freed.
#[derive(Debug, Default)]
pub(crate) struct Retired {
    /// For the next sweep.
    pub(crate) codes: Vec<Code>,
    pub(crate) probes: Vec<ProbeId>,
    /// Bytes of code, that in the open sweep included.
    pub(crate) bytes: usize,
    /// Whether a sweep is open.
    pub(crate) open: bool,
}

impl Retired {
    /// One more probe.
    pub(crate) fn probe(&mut self, probe: ProbeId) {
        self.probes.push(probe);
    }
}
