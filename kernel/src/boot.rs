//! What is known from the start on.

use bareflow_machine::options::Options;
use spin::Once;

/// What is known from the start on.
#[derive(Debug)]
pub struct Boot {
    /// Time-stamp counter at the loader's first instruction.
    pub tsc_start: u64,
    /// Time-stamp counter at the kernel's first instruction.
    pub tsc_entry: u64,
    /// ACPI root pointer, 0 where the loader does not know.
    pub rsdp: u64,
    /// The command line.
    pub options: Options,
}

pub(crate) static BOOT: Once<Boot> = Once::new();

/// What the loader told.
pub fn boot() -> &'static Boot {
    BOOT.get().expect("set before anything asks")
}
