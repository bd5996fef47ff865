//! What a demo found out.

use std::path::PathBuf;

use bareflow_report::Busy;
use serde::Serialize;

use crate::boot::Line;

/// Everything the demo found out.
#[derive(Serialize, Debug)]
pub struct Story {
    /// Whether the boots were processes of this system.
    pub hosted: bool,
    /// Whether the machines' clock advanced with the instructions they executed, one nanosecond and
    /// one cycle each, so that what programs take is the same on every run to one in a thousand. What waits for the host's
    /// disk (loading, restoring, saving) is not.
    pub counted: bool,
    /// Whether LLVM lies beside the programs.
    pub llvm: bool,
    /// Calls of each module's entry in one boot.
    pub calls: u64,
    /// One entry a boot of the grown image.
    pub boots: Vec<Line>,
    /// A first boot on two processors.
    #[serde(skip)]
    pub lanes: Lanes,
    /// The boot of the shrunk one; none without QEMU.
    pub shrunk: Option<Line>,
    /// Cycles of the programs in the shrunk image, as often as in one boot.
    pub shrunk_cycles: Option<u64>,
    /// Microseconds from the shrunk image's first instruction to the programs, and in them.
    pub shrunk_us: Option<(f64, f64)>,
    /// Bytes of the grown image that are in use: loader, kernel, modules, snapshots.
    pub grown_bytes: u64,
    /// Bytes of the shrunk image.
    pub shrunk_bytes: u64,
    /// What is in the shrunk image.
    pub report: bareflow_shrink::report::Report,
    /// Whether output, exit status and results are equal in every boot, and after shrinking.
    pub same: bool,
    /// The grown image, or the folder that stood for its disk.
    pub grown: PathBuf,
    /// The shrunk image.
    pub image: PathBuf,
    /// The page.
    pub page: PathBuf,
    /// The page to look through all that was learned.
    pub explore: PathBuf,
}

/// What two processors did in a boot that had learnt nothing: in a process, whose threads they are.
#[derive(Debug, Default)]
pub struct Lanes {
    /// Microseconds from the engine's start to the programs, and in them.
    pub program: (u64, u64),
    /// What was compiled, by whom and when.
    pub busy: Vec<Busy>,
}

impl Story {
    /// What programs are measured in.
    pub(super) fn unit(&self) -> &'static str {
        if self.counted { "instructions" } else { "processor cycles" }
    }
}
