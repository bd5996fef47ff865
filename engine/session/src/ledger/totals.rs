//! Sums over the boot.

use alloc::vec::Vec;

use bareflow_report::Rejection;

/// Sums over the boot.
#[derive(Default, Debug)]
pub(crate) struct Totals {
    pub(crate) compiles: u64,
    pub(crate) compile_ns: u64,
    pub(crate) restored: u64,
    pub(crate) restore_us: u64,
    pub(crate) rejected: Vec<Rejection>,
    pub(crate) swaps: u64,
    pub(crate) interruptions: u64,
    pub(crate) program_cycles: u64,
    pub(crate) program_ns: u64,
    /// Snapshots of this boot so far.
    pub(crate) generation: u64,
    /// Whether code was made or a verdict reached that no snapshot of this boot has.
    pub(crate) unsaved: bool,
    /// When the last snapshot of this boot was saved, or when the boot began.
    pub(crate) saved_ns: u64,
    /// Microseconds from the start of the boot to the first instruction of a program.
    pub(crate) to_program_us: u64,
}
