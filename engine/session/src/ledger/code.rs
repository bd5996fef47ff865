//! Code that is installed, and what it was made from.

use alloc::sync::Arc;

use bareflow_link::Installed;
use bareflow_object::{CpuFeatures, Maker, Object, Options};
use bareflow_profile::Level;

/// Installed code and what it was made from.
pub(crate) struct Code {
    pub(crate) object: Arc<Object>,
    pub(crate) installed: Installed,
    pub(crate) level: Level,
    pub(crate) compiler: &'static str,
    /// Features it may use.
    pub(crate) cpu: CpuFeatures,
    pub(crate) options: Options,
    /// The epoch of the evidence it was made of; `None` when it was made of none.
    pub(crate) epoch: Option<u32>,
}

impl Code {
    /// Whether LLVM has made it.
    pub(crate) fn is_llvm(&self) -> bool {
        self.compiler == Maker::Llvm.name()
    }

    /// Whether the two are the same but for where they lie.
    pub(crate) fn same_as(&self, other: &Self) -> bool {
        self.object.text == other.object.text
            && self.object.consts == other.object.consts
            && self.object.relocs == other.object.relocs
    }
}
