//! Fleets beyond one machine.
//!
//! Entries of machines lie in an object store ([`store`]), files or S3 by one code, named as `bareflow fleet` names them;
//! [`tables`] packs them into Parquet; [`merge`] asks for the fleet by a query whose aggregate ([`aggregate`]) is
//! [`bareflow_fleet::Fleet::add`] and [`bareflow_fleet::Fleet::join`], in this process by DataFusion or on several
//! machines by Ballista ([`machines`]). All of them start from the same [`session`].
//!
//! ```text
//!   STORE/ab/cdef….entry              as machines pushed them
//!   STORE/tables/entries/….parquet    machine, boot, hash, snapshot without its bitcode
//!   STORE/tables/bitcode/….parquet    hash, bytes
//! ```
#![forbid(unsafe_code)]

pub mod aggregate;
pub mod machines;
pub mod merge;
pub mod session;
pub mod store;
pub mod tables;
