//! A small static linker: units in, one image out.
//!
//! Each phase borrows what the one before made. [`keep`] finds what is reachable, [`fold`]
//! merges what is identical, [`place`] gives addresses, in the order that [`order`] finds for
//! functions, [`relocate`] fills them in.

pub mod fold;
pub mod keep;
pub mod order;
pub mod place;
pub mod relocate;
mod unit;

pub use fold::Folds;
pub use keep::Kept;
pub use place::{Base, Layout};
pub use relocate::relocate;
pub use unit::{Fix, FixKind, Kind, Place, SymbolId, Unit, UnitId, Units};
