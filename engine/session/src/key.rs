//! Which function of which program.

use bareflow_ir::FuncId;

/// A function of one of the programs of a boot.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct FuncKey {
    /// Which program, in the order they run in.
    pub(crate) image: u32,
    pub(crate) func: FuncId,
}
