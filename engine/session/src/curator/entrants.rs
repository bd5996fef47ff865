//! The code that takes part in a tournament.

use alloc::string::String;
use alloc::vec::Vec;

use bareflow_link::ProbeId;

use crate::ledger::Code;

/// Code that takes part in the tournament.
#[derive(Default)]
pub(super) struct Entrants {
    /// Made, and not yet fielded: each with its name.
    pub(super) made: Vec<(Code, String)>,
    /// Behind probes, the default first.
    pub(super) fielded: Vec<Entrant>,
}

/// A variant that takes part.
pub(super) struct Entrant {
    /// `None` for the first, the default, which is the function's own code meanwhile.
    pub(super) code: Option<Code>,
    pub(super) entry: usize,
    pub(super) probe: ProbeId,
}
