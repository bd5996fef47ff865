//! The table of interrupt controllers (MADT, ACPI 6.5, 5.2.12): which processors there are, and
//! how they are reached.
//!
//! [`crate::acpi`] finds the table and has checked its length and checksum; entries that do not fit
//! are the end of it.

use alloc::vec::Vec;

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

/// A processor that firmware lists.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Processor {
    /// Identifier of its local interrupt controller.
    pub id: u32,
    /// Whether it can be started.
    pub state: State,
}

/// Whether a processor can be started.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// It can.
    Enabled,
    /// It may be plugged in later (an *online capable* processor): it is not there now.
    Later,
    /// It is not there, or must not be used.
    Disabled,
}

impl State {
    /// From the flags of an entry (ACPI 6.5, table 5.22).
    fn from_flags(flags: u32) -> Self {
        match (flags & 1 != 0, flags & 2 != 0) {
            (true, _) => State::Enabled,
            (false, true) => State::Later,
            (false, false) => State::Disabled,
        }
    }
}

/// Bytes before the first entry.
const HEADER: usize = 44;

const LOCAL_APIC: u8 = 0;
const IO_APIC: u8 = 1;
const LOCAL_APIC_ADDRESS: u8 = 5;
const LOCAL_X2APIC: u8 = 9;

/// Reads a whole table.
pub fn read(table: &[u8]) -> Interrupts {
    let mut found =
        Interrupts { local_apic: word(table, 36).map(u64::from), ..Interrupts::default() };
    let mut rest = table.get(HEADER..).unwrap_or_default();
    while let [kind, len, ..] = *rest {
        let len = usize::from(len);
        if len < 2 || len > rest.len() {
            break;
        }
        let entry = &rest[..len];
        match kind {
            LOCAL_APIC => found.processors.extend(word(entry, 4).map(|flags| Processor {
                id: u32::from(entry[3]),
                state: State::from_flags(flags),
            })),
            LOCAL_X2APIC => found.processors.extend(
                word(entry, 4)
                    .zip(word(entry, 8))
                    .map(|(id, flags)| Processor { id, state: State::from_flags(flags) }),
            ),
            IO_APIC => found.io_apics.extend(word(entry, 4).map(u64::from)),
            LOCAL_APIC_ADDRESS => found.local_apic = quad(entry, 4).or(found.local_apic),
            _ => {}
        }
        rest = &rest[len..];
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
        /// "All processors", in interrupts of both kinds.
        const EVERYBODY: [u32; 2] = [0xff, u32::MAX];
        let mut others = Others::default();
        let mut seen = Vec::from([own]);
        for processor in self.processors.iter().filter(|p| p.state == State::Enabled) {
            if seen.contains(&processor.id) || EVERYBODY.contains(&processor.id) {
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

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn quad(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

#[cfg(test)]
#[path = "madt_tests.rs"]
mod tests;
