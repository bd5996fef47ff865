//! From an address to the function it lies in, readable at any moment.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::hash::BuildHasher;
use core::sync::atomic::{AtomicU8, AtomicU32, AtomicUsize, Ordering, fence};

use bareflow_profile::Level;
use hashbrown::{DefaultHashBuilder, HashMap, HashTable};

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
/// changed, on another core too: an entry has a version, which is odd while it is being changed,
/// and counts when it is the same after reading as before. A name is only ever appended.
#[derive(Debug)]
pub struct SymbolTable {
    entries: Box<[Entry]>,
    /// Entries that were ever in use.
    high: AtomicUsize,
    /// UTF-8 names, one behind the other.
    names: Box<[AtomicU8]>,
}

#[derive(Debug, Default)]
struct Entry {
    start: AtomicUsize,
    len: AtomicUsize,
    name: AtomicU32,
    name_len: AtomicU32,
    kind: AtomicU8,
    version: AtomicU32,
}

impl Entry {
    /// Changes it, for the one writer.
    fn change(&self, stores: impl FnOnce(&Self)) {
        let version = self.version.load(Ordering::Relaxed);
        self.version.store(version.wrapping_add(1), Ordering::Relaxed);
        fence(Ordering::Release);
        stores(self);
        self.version.store(version.wrapping_add(2), Ordering::Release);
    }
}

/// Where the bytes of a name lie in the table: start and length.
type NamePlace = (u32, u32);

impl SymbolTable {
    /// What lies at `address`. Takes no lock and allocates nothing.
    pub fn find(&self, address: usize) -> Option<Found<'_>> {
        let entries = self.entries.get(..self.high.load(Ordering::Acquire))?;
        entries.iter().find_map(|entry| self.look(entry, address))
    }

    /// What lies at `address` according to one entry, unless it is being changed.
    fn look(&self, entry: &Entry, address: usize) -> Option<Found<'_>> {
        let version = entry.version.load(Ordering::Acquire);
        let len = entry.len.load(Ordering::Relaxed);
        let offset = address.wrapping_sub(entry.start.load(Ordering::Relaxed));
        if offset >= len {
            return None;
        }
        let kind = match entry.kind.load(Ordering::Relaxed) {
            STUB => Kind::Stub,
            DATA => Kind::Data,
            level => Kind::Code(*Level::ALL.get(usize::from(level))?),
        };
        let name = (entry.name.load(Ordering::Relaxed), entry.name_len.load(Ordering::Relaxed));
        fence(Ordering::Acquire);
        let same = version.is_multiple_of(2) && entry.version.load(Ordering::Relaxed) == version;
        same.then(|| Some(Found { name: self.name(name)?, offset, kind }))?
    }

    fn name(&self, (start, len): NamePlace) -> Option<&str> {
        let bytes = self.names.get(start as usize..)?.get(..len as usize)?;
        // SAFETY: `AtomicU8` has the layout of `u8`, and bytes of a name are written once, before
        // any entry refers to them.
        let bytes =
            unsafe { core::slice::from_raw_parts(bytes.as_ptr().cast::<u8>(), bytes.len()) };
        core::str::from_utf8(bytes).ok()
    }
}

/// The one writer of a [`SymbolTable`], which finds its way in it without searching.
#[derive(Debug)]
pub(crate) struct Symbols {
    table: Arc<SymbolTable>,
    /// The entry of each range, by its start.
    entry_at: HashMap<usize, usize>,
    /// Entries below the table's `high` that are not in use.
    free: Vec<usize>,
    /// Names in the table, each once: versions of one function come and go.
    names: HashTable<NamePlace>,
    names_end: usize,
    hasher: DefaultHashBuilder,
}

impl Symbols {
    /// A table that takes at most `bytes` bytes, half of it for names.
    pub(crate) fn new(bytes: usize) -> Self {
        let entries = bytes / 2 / size_of::<Entry>();
        let names = (bytes / 2).min(u32::MAX as usize);
        let table = SymbolTable {
            entries: (0..entries).map(|_| Entry::default()).collect(),
            high: AtomicUsize::new(0),
            names: (0..names).map(|_| AtomicU8::new(0)).collect(),
        };
        Self {
            table: Arc::new(table),
            entry_at: HashMap::new(),
            free: Vec::new(),
            names: HashTable::new(),
            names_end: 0,
            hasher: DefaultHashBuilder::default(),
        }
    }

    /// The table, for readers.
    pub(crate) fn table(&self) -> Arc<SymbolTable> {
        Arc::clone(&self.table)
    }

    /// Bytes in use.
    pub(crate) fn used(&self) -> usize {
        self.entry_at.len() * size_of::<Entry>() + self.names_end
    }

    /// Adds a range that starts where no other does.
    pub(crate) fn add(
        &mut self,
        start: usize,
        len: usize,
        name: &str,
        kind: Kind,
    ) -> Result<(), LinkError> {
        let high = self.table.high.load(Ordering::Relaxed);
        let at = self.free.last().copied().unwrap_or(high);
        if at == self.table.entries.len() {
            return Err(self.full(size_of::<Entry>()));
        }
        let (name, name_len) = self.intern(name)?;
        let entry = &self.table.entries[at];
        let kind = match kind {
            Kind::Code(level) => level as u8,
            Kind::Stub => STUB,
            Kind::Data => DATA,
        };
        entry.change(|entry| {
            entry.name.store(name, Ordering::Relaxed);
            entry.name_len.store(name_len, Ordering::Relaxed);
            entry.start.store(start, Ordering::Relaxed);
            entry.kind.store(kind, Ordering::Relaxed);
            entry.len.store(len.max(1), Ordering::Relaxed);
        });
        if self.free.pop().is_none() {
            self.table.high.store(high + 1, Ordering::Release);
        }
        self.entry_at.insert(start, at);
        Ok(())
    }

    /// Takes the range that starts at `start` away.
    pub(crate) fn remove(&mut self, start: usize) {
        if let Some(at) = self.entry_at.remove(&start) {
            self.table.entries[at].change(|entry| entry.len.store(0, Ordering::Relaxed));
            self.free.push(at);
        }
    }

    fn intern(&mut self, name: &str) -> Result<NamePlace, LinkError> {
        let hash = self.hasher.hash_one(name);
        let same = |place: &NamePlace| self.table.name(*place) == Some(name);
        if let Some(place) = self.names.find(hash, same) {
            return Ok(*place);
        }
        let start = self.names_end;
        let end = start + name.len();
        let room = self.table.names.get(start..end).ok_or_else(|| self.full(name.len()))?;
        for (place, byte) in room.iter().zip(name.bytes()) {
            place.store(byte, Ordering::Relaxed);
        }
        self.names_end = end;
        let place = (start as u32, name.len() as u32);
        let hash_of = |place: &NamePlace| self.hasher.hash_one(self.table.name(*place));
        self.names.insert_unique(hash, place, hash_of);
        Ok(place)
    }

    fn full(&self, wanted: usize) -> LinkError {
        let size = size_of_val(&*self.table.entries) + self.table.names.len();
        LinkError::Full { pool: PoolKind::Metadata, wanted, used: self.used(), size }
    }
}

const STUB: u8 = 0x80;
const DATA: u8 = 0x81;

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;

    #[test]
    fn readers_see_an_entry_whole_or_not_at_all() {
        const VERSIONS: [(usize, usize, &str, Kind); 2] =
            [(0x1000, 0x20, "first", Kind::Data), (0x1010, 0x10, "another", Kind::Stub)];
        let mut symbols = Symbols::new(4096);
        let table = symbols.table();
        std::thread::scope(|scope| {
            let reader = scope.spawn(move || {
                let mut seen = [0u32; 2];
                while seen.iter().any(|times| *times < 40_000) {
                    let Some(found) = table.find(0x1018) else { continue };
                    let at = usize::from(found.name == "another");
                    let (start, _, name, kind) = VERSIONS[at];
                    assert_eq!(found, Found { name, offset: 0x1018 - start, kind });
                    seen[at] += 1;
                }
            });
            for (start, len, name, kind) in VERSIONS.into_iter().cycle() {
                symbols.add(start, len, name, kind).unwrap();
                if reader.is_finished() {
                    break;
                }
                symbols.remove(start);
            }
        });
    }
}
