//! Block devices, the FAT16 volume on them, and the order of its writes.
//!
//! FAT has no journal. What keeps a volume sound when the power goes is the order in which
//! sectors reach the disk, and this crate is about that order: crate `axfatfs` works out *what* to
//! write, into memory; [`Volume`] then commits each operation in phases with a flush between
//! them, so that a cut at any moment leaves the file as it was before, or as it is after.
//!
//! ```text
//!   Files             open files, read and written in pieces through a cache
//!     │
//!   Volume            operations on paths, each one whole or not at all
//!     │
//!   axfatfs           names, folder entries, cluster chains
//!     │ bytes
//!   Transaction       what the operation changed; commits it in a safe order
//!     │ sectors
//!   BlockDevice       kernel: ATA, virtio; host: memory
//! ```
//!
//! What a cut can leave behind is clusters that belong to no file, entries of a long name
//! without its file, and copies of the FAT that differ; mounting repairs all three before
//! anything else is written. Nothing is ever owned twice.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod check;
mod device;
mod error;
mod fat;
mod files;
mod finding;
mod format;
mod io;
mod layout;
mod memory;
mod partition;
mod path;
mod settle;
mod transaction;
mod volume;

pub use check::{Report, check};
pub use device::{BlockDevice, DeviceError, SECTOR};
pub use error::Error;
pub use files::{Files, NodeId, Opening, REMOVED, Status};
pub use finding::Finding;
pub use format::{format, sectors_for};
pub use layout::Layout;
pub use memory::MemoryDisk;
pub use partition::{Partition, find_fat16};
pub use settle::Repairs;
pub use volume::{Entry, OpenFile, Space, Volume};
