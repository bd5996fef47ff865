//! The SNAP file format: bytes to records and back.
//!
//! A snapshot is everything one boot hands to the next one, to the shrinker and to the host
//! tools: the program as bitcode, the code made of it, what was measured, and what machine and
//! engine it was made by. It stands on its own; nothing else is needed to use it.
//!
//! ```text
//!      0 ┌──────────────────────────────┐
//!        │ header, 48 bytes             │  magic, version, length, counts, sums
//!     48 ├──────────────────────────────┤
//!        │ section table, 24 bytes each │  tag, CRC-32, offset, length
//!        ├──────────────────────────────┤
//!        │ META  engine, boots, makers  │  postcard
//!        ├──────────────────────────────┤
//!        │ BITC  bitcode files          │  postcard
//!        ├──────────────────────────────┤
//!        │ MODS  modules                │  postcard
//!        ├──────────────────────────────┤
//!        │ NAME  function names         │  UTF-8, one after the other
//!        ├──────────────────────────────┤
//!        │ INDX  function index         │  32 bytes a function: name, offset, size, level
//!        ├──────────────────────────────┤
//!        │ BODY  function bodies        │  postcard, one after the other
//!        ├──────────────────────────────┤
//!        │ CODE  native code            │  as it is installed, before relocation
//!        ├──────────────────────────────┤
//!        │ EVNT  processors' counters   │  postcard
//!        └──────────────────────────────┘
//! ```
//!
//! All integers outside postcard bodies are little-endian. `docs/snap-format.md` describes each
//! byte. Every byte of the file is covered by a checksum, and every checksum is verified before
//! anything is decoded: the header's own, then each section's, then the one of the whole.
//!
//! A reader refuses what is newer than itself by the version's number, and reads every older
//! version; `fixtures/` keeps a file of each.
//!
//! The crate depends on no other crate of the project, so that a file can be read without the
//! engine; the records mirror the engine's types and `session` converts.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod bytes;
mod decode;
mod encode;
mod error;
mod events;
mod function;
mod header;
mod limits;
mod names;
mod object;
mod records;
mod section;
mod version1;
mod wire;

pub use decode::decode;
pub use encode::encode;
pub use error::{Error, What};
pub use function::{
    Cycles, Events, Evidence, FunctionProfile, FunctionRecord, IndirectSite, OsrRecord,
    ParamValues, Variant, Verdict,
};
pub use header::{HEADER_LEN, Header};
pub use limits::{MAGIC, MAX_LEN, MAX_LEVEL, VERSION};
pub use names::{file_name, newest_first, number_of, set_aside_name, to_delete};
pub use object::{ObjectRecord, RelocKind, RelocRecord, Section, Target};
pub use records::{BitcodeRecord, BootLine, Fingerprints, ModuleRecord, Snapshot};
