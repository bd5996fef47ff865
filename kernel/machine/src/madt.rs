//! The table of interrupt controllers (MADT, ACPI 6.5, 5.2.12): which processors there are, and
//! how they are reached.
//!
//! [`crate::tables`] finds the table and has checked its length and checksum.

use alloc::vec::Vec;

use crate::processors::{Entry, entries};
pub use crate::processors::{Processor, State};
use crate::tables::word;

/// Interrupt controllers and processors, as firmware lists them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Interrupts {
    /// Address of the local interrupt controllers.
    pub local_apic: Option<u64>,
    /// Addresses of the I/O interrupt controllers.
    pub io_apics: Vec<u64>,
    /// The processors, the running one among them.
    pub processors: Vec<Processor>,
}

/// Reads a whole table.
pub fn read(table: &[u8]) -> Interrupts {
    let mut found =
        Interrupts { local_apic: word(table, 36).map(u64::from), ..Interrupts::default() };
    for entry in entries(table) {
        match entry {
            Entry::Processor(processor) => found.processors.push(processor),
            Entry::IoApic(address) => found.io_apics.push(address),
            Entry::LocalApic(address) => found.local_apic = Some(address),
        }
    }
    found
}

/// The processors to start.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Others {
    /// Identifiers, each once, in the order of the list.
    pub start: Vec<u32>,
    /// Processors that could be started too, but are more than there is room for.
    pub beyond: usize,
}

impl Interrupts {
    /// The processors beside the running one, whose identifier is `own`: at most `most`, and none
    /// that an interrupt cannot be sent to alone. The first processor is not always number 0, nor
    /// the first of the list; firmware may list a processor twice, by an entry of each kind.
    pub fn others(&self, own: u32, most: usize) -> Others {
        let mut others = Others::default();
        let mut seen = Vec::from([own]);
        for processor in self.processors.iter().filter(|p| p.can_start()) {
            if seen.contains(&processor.id) {
                continue;
            }
            seen.push(processor.id);
            if others.start.len() < most {
                others.start.push(processor.id);
            } else {
                others.beyond += 1;
            }
        }
        others
    }
}

#[cfg(test)]
#[path = "madt_tests.rs"]
mod tests;
