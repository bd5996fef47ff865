//! What `src/sync.rs` has for the real thing, as `loom` has it.

pub(crate) use loom::cell::UnsafeCell;
pub(crate) use loom::sync::atomic::{AtomicU32, AtomicU64, Ordering};
pub(crate) use loom::thread::yield_now as spin;

/// Here it is `loom` that decides who comes first.
pub(crate) fn offer() {}

/// Instructions have no model.
pub(crate) fn serialise() {}
