//! Tests of the reader against real compilers.

mod common;
mod compilers;
mod errors;
mod golden;
mod layout;
mod lazily;
mod linking;
mod locations;
#[path = "../oracle/mod.rs"]
mod oracle;
mod smoke;
mod verifying;
mod writing;
