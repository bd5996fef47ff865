//! The entries of the table of interrupt controllers (MADT, ACPI 6.5, 5.2.12), among them the
//! processors. Entries that do not fit are the end of the table.
//!
//! Shrunk images carry this file, too (see [`crate::tables`]).

use crate::tables::{quad, word};

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

impl Processor {
    /// Whether an interrupt can be sent to it alone, and it can be started. In interrupts of both
    /// kinds one number is "all processors".
    pub fn can_start(&self) -> bool {
        self.state == State::Enabled && self.id != 0xff && self.id != u32::MAX
    }
}

/// What an entry says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entry {
    /// A processor.
    Processor(Processor),
    /// Address of an I/O interrupt controller.
    IoApic(u64),
    /// Address of the local interrupt controllers, in place of the one at the table's beginning.
    LocalApic(u64),
}

/// The signature of the table.
pub const SIGNATURE: u32 = u32::from_le_bytes(*b"APIC");

/// Bytes before the first entry.
pub(crate) const HEADER: usize = 44;

pub(crate) const LOCAL_APIC: u8 = 0;
pub(crate) const IO_APIC: u8 = 1;
pub(crate) const LOCAL_APIC_ADDRESS: u8 = 5;
pub(crate) const LOCAL_X2APIC: u8 = 9;

/// The entries of a whole table, those that say something.
pub fn entries(table: &[u8]) -> impl Iterator<Item = Entry> {
    let mut rest = table.get(HEADER..).unwrap_or_default();
    let all = core::iter::from_fn(move || {
        let len = usize::from(*rest.get(1)?);
        let entry = rest.get(..len).filter(|_| len >= 2)?;
        rest = rest.get(len..)?;
        Some(entry)
    });
    all.filter_map(read)
}

fn read(entry: &[u8]) -> Option<Entry> {
    let processor =
        |id, flags| Some(Entry::Processor(Processor { id, state: State::from_flags(flags) }));
    match *entry.first()? {
        LOCAL_APIC => processor((*entry.get(3)?).into(), word(entry, 4)?),
        LOCAL_X2APIC => processor(word(entry, 4)?, word(entry, 8)?),
        IO_APIC => Some(Entry::IoApic(word(entry, 4)?.into())),
        LOCAL_APIC_ADDRESS => Some(Entry::LocalApic(quad(entry, 4)?)),
        _ => None,
    }
}
