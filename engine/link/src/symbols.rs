//! From an address to the function it lies in, readable at any moment.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU8, AtomicU32, AtomicUsize, Ordering};

use bareflow_profile::Level;

use crate::{LinkError, PoolKind};

/// What lies at an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Compiled code of this level.
    Code(Level),
    /// Stubs, thunks and shared entries.
    Stub,
    /// A variable.
    Data,
}

/// Answer of [`SymbolTable::find`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Found<'a> {
    /// The function or variable.
    pub name: &'a str,
    /// Distance in bytes from its start.
    pub offset: usize,
    /// What it is.
    pub kind: Kind,
}

/// A table of address ranges and names.
///
/// Readers take no lock, so a fault handler may look an address up while the table is being
/// changed: an entry counts when its length is not 0, which is stored last and cleared first. A
/// name is only ever appended.
#[derive(Debug)]
pub struct SymbolTable {
    entries: Box<[Entry]>,
    /// Entries that were ever in use.
    high: AtomicUsize,
    /// UTF-8 names, one behind the other.
    names: Box<[AtomicU8]>,
    names_end: AtomicUsize,
}

#[derive(Debug, Default)]
struct Entry {
    start: AtomicUsize,
    len: AtomicUsize,
    name: AtomicU32,
    name_len: AtomicU32,
    kind: AtomicU8,
}

impl SymbolTable {
    /// A table that takes at most `bytes` bytes, half of it for names.
    pub(crate) fn new(bytes: usize) -> Self {
        let entries = bytes / 2 / size_of::<Entry>();
        let names = (bytes / 2).min(u32::MAX as usize);
        Self {
            entries: (0..entries).map(|_| Entry::default()).collect(),
            high: AtomicUsize::new(0),
            names: (0..names).map(|_| AtomicU8::new(0)).collect::<Vec<_>>().into(),
            names_end: AtomicUsize::new(0),
        }
    }

    /// Bytes in use.
    pub(crate) fn used(&self) -> usize {
        let live = |entry: &&Entry| entry.len.load(Ordering::Relaxed) != 0;
        let entries = &self.entries[..self.high.load(Ordering::Relaxed)];
        entries.iter().filter(live).count() * size_of::<Entry>()
            + self.names_end.load(Ordering::Relaxed)
    }

    /// Adds a range. Only the owner of the code space writes.
    pub(crate) fn add(
        &self,
        start: usize,
        len: usize,
        name: &str,
        kind: Kind,
    ) -> Result<(), LinkError> {
        let high = self.high.load(Ordering::Relaxed);
        let free = |entry: &Entry| entry.len.load(Ordering::Relaxed) == 0;
        // A free entry that had this name spares the name's bytes: versions of one function
        // come and go.
        let same = |entry: &Entry| free(entry) && self.name_of(entry) == Some(name);
        let known = self.entries[..high].iter().position(same);
        let at = known
            .or_else(|| (high < self.entries.len()).then_some(high))
            .or_else(|| self.entries[..high].iter().position(free));
        let Some(at) = at else {
            return Err(self.full(size_of::<Entry>()));
        };
        let entry = &self.entries[at];
        if known.is_none() {
            let (place, name_len) = self.store_name(name)?;
            entry.name.store(place, Ordering::Relaxed);
            entry.name_len.store(name_len, Ordering::Relaxed);
        }
        entry.start.store(start, Ordering::Relaxed);
        let kind = match kind {
            Kind::Code(level) => level as u8,
            Kind::Stub => STUB,
            Kind::Data => DATA,
        };
        entry.kind.store(kind, Ordering::Relaxed);
        entry.len.store(len.max(1), Ordering::Release);
        self.high.store(high.max(at + 1), Ordering::Release);
        Ok(())
    }

    /// Takes the range that starts at `start` away.
    pub(crate) fn remove(&self, start: usize) {
        let entries = &self.entries[..self.high.load(Ordering::Relaxed)];
        for entry in entries {
            if entry.start.load(Ordering::Relaxed) == start {
                entry.len.store(0, Ordering::Release);
            }
        }
    }

    /// What lies at `address`. Takes no lock and allocates nothing.
    pub fn find(&self, address: usize) -> Option<Found<'_>> {
        let entries = self.entries.get(..self.high.load(Ordering::Acquire))?;
        entries.iter().find_map(|entry| {
            let len = entry.len.load(Ordering::Acquire);
            let offset = address.wrapping_sub(entry.start.load(Ordering::Relaxed));
            if offset >= len {
                return None;
            }
            let kind = match entry.kind.load(Ordering::Relaxed) {
                STUB => Kind::Stub,
                DATA => Kind::Data,
                level => Kind::Code(*Level::ALL.get(usize::from(level))?),
            };
            Some(Found { name: self.name_of(entry)?, offset, kind })
        })
    }

    fn name_of(&self, entry: &Entry) -> Option<&str> {
        let start = entry.name.load(Ordering::Relaxed) as usize;
        let end = start + entry.name_len.load(Ordering::Relaxed) as usize;
        let bytes = self.names.get(start..end)?;
        // SAFETY: `AtomicU8` has the layout of `u8`, and bytes below `names_end` are written
        // once, before any entry refers to them.
        let bytes =
            unsafe { core::slice::from_raw_parts(bytes.as_ptr().cast::<u8>(), bytes.len()) };
        core::str::from_utf8(bytes).ok()
    }

    fn store_name(&self, name: &str) -> Result<(u32, u32), LinkError> {
        let start = self.names_end.load(Ordering::Relaxed);
        // Another version of the function may be installed still: its entry has the name.
        let entries = &self.entries[..self.high.load(Ordering::Relaxed)];
        if let Some(entry) = entries.iter().find(|entry| self.name_of(entry) == Some(name)) {
            let place = entry.name.load(Ordering::Relaxed);
            return Ok((place, entry.name_len.load(Ordering::Relaxed)));
        }
        let room =
            self.names.get(start..start + name.len()).ok_or_else(|| self.full(name.len()))?;
        for (place, byte) in room.iter().zip(name.bytes()) {
            place.store(byte, Ordering::Relaxed);
        }
        self.names_end.store(start + name.len(), Ordering::Release);
        Ok((start as u32, name.len() as u32))
    }

    fn full(&self, wanted: usize) -> LinkError {
        let size = size_of_val(&*self.entries) + self.names.len();
        LinkError::Full { pool: PoolKind::Metadata, wanted, used: self.used(), size }
    }
}

const STUB: u8 = 0x80;
const DATA: u8 = 0x81;
