//! Symbols: what they stand for, and who sees them.

use crate::{AliasId, FuncId, GlobalId};

/// Who sees a symbol, and what happens when several modules define it (LLVM Language
/// Reference, "Linkage Types"; the `_odr` forms are not told apart).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Linkage {
    /// Seen by all; two strong definitions are an error.
    External,
    /// A copy of a definition that lies elsewhere: usable for inlining only.
    AvailableExternally,
    /// Any one of several; dropped when not used.
    LinkOnce,
    /// Any one of several; a strong one wins.
    Weak,
    /// Like weak; zero-initialised, the largest wins.
    Common,
    /// Arrays that are laid end to end.
    Appending,
    /// Seen in its module only.
    Internal,
    /// A declaration that may stay unresolved: its address is then null.
    ExternWeak,
}

/// What a symbol name stands for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "each variant is the id of what its name says")]
pub enum Symbol {
    Func(FuncId),
    Global(GlobalId),
    Alias(AliasId),
}
