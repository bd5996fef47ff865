//! Where code comes from, in words for people.

/// Where the code of a function comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    /// The snapshot's, as it ran.
    Snapshot,
    /// Compiled now, and why.
    Compiled(&'static str),
    /// A trap stands for it.
    Trap,
}

impl Origin {
    /// Whether it was made small, since it seldom or never runs.
    pub(super) fn is_small(&self) -> bool {
        matches!(self, Self::Compiled(COLD | CUT | LITTLE))
    }
}

pub(super) const VARIANT: &str = "a variant as fast as the fastest, and smaller";
pub(super) const COLD: &str = "seldom or never called: made small";
pub(super) const LITTLE: &str = "takes little of the time: made small";
pub(super) const CUT: &str = "made small, with traps for blocks that never ran";
pub(super) const AGAIN: &str = "made again by the second compiler";
pub(super) const COUNTED: &str = "its code counted calls: made again without";
