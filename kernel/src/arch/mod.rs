//! The processor: everything that needs its instructions. No other folder has assembly.

#[cfg(feature = "engine")]
pub mod context;
#[cfg(feature = "engine")]
pub mod counters;
pub mod cpu;
pub mod diversion;
pub mod divert;
pub mod exit;
pub mod faults;
pub mod frame;
pub mod gdt;
pub mod gs;
pub mod idt;
mod memory;
pub mod paging;
pub mod ports;
pub mod registers;
pub mod stack;
pub mod startup;
#[cfg(feature = "engine")]
pub mod switch;

/// The program counter, stack pointer and frame pointer of the caller, for backtraces.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place {
    /// Address of the instruction.
    pub rip: u64,
    /// Frame pointer: the chain of callers starts here.
    pub rbp: u64,
}

impl Place {
    /// Where this is called.
    #[inline(always)]
    pub fn here() -> Place {
        Place { rip: x86::bits64::registers::rip(), rbp: x86::bits64::registers::rbp() }
    }
}
