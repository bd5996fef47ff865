//! What the kernel knows about a PC, as plain data: no port, no register, no address is
//! touched here, so that all of it is tested on the host.
//!
//! The kernel reads bytes and words from the machine, asks these modules what they mean, and
//! writes back what they answer.
#![no_std]
#![forbid(unsafe_code)]
#![deny(missing_docs, missing_debug_implementations)]

extern crate alloc;

pub mod acpi;
pub mod ata;
pub mod clock;
pub mod counters;
pub mod elf;
pub mod fw_cfg;
pub mod keyboard;
pub mod line;
pub mod madt;
pub mod mptable;
pub mod options;
pub mod paging;
pub mod processors;
pub mod ranges;
pub mod rtc;
pub mod symbols;
pub mod tables;
pub mod vectors;
pub mod waiters;
pub mod windows;
