//! Snapshots: what earlier boots left, and what this one leaves.

mod read;
mod store;
mod write;

pub(crate) use read::{Found, FoundCode, Past, read};
pub(crate) use store::{newest, recover};
pub(crate) use write::save;

pub use store::engine;
