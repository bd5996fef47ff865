//! What many machines know, as one set, and what a new one starts from.
//!
//! An [`Entry`] is what one machine knew after one of its boots. A [`Fleet`] is made of entries by [`Fleet::add`] and of
//! fleets by [`Fleet::join`]: in which order, how often and in what portions makes no difference, so the work can be
//! spread over any number of machines. [`Fleet::settle`] says what a new machine starts from.
//!
//! Nothing here reads a file or asks a machine: `bareflow fleet` keeps entries in a folder, `bareflow-fleet`
//! (`fleet/cluster`) in objects and tables of many.
#![forbid(unsafe_code)]

mod bytes;
mod entry;
mod merge;
mod settle;
mod verdicts;

pub use entry::{Entry, Origin, hex};
pub use merge::{Fleet, Weighed};
pub use settle::{Newcomer, Refused, Settled, forget_code};
