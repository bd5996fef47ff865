//! Entries of folders: made, changed, removed.
//!
//! A file is there, changes or goes with the one sector of its short entry; parts of a long name are
//! written before it and taken away after it.

use super::bytes::ENTRY;
use super::names::{LETTERS, LONGEST, NO_LETTER, Units, place_of};
use super::{At, Entry, LongName, Volume};
use crate::sectors::{SECTOR, Sectors};

/// Entries in a sector.
const ENTRIES: u32 = SECTOR / ENTRY as u32;
/// The first day that FAT knows.
const DATE: [u8; 2] = [0x21, 0];
const REMOVED: u8 = 0xe5;
const FOLDER: u8 = 0x10;
const ARCHIVE: u8 = 0x20;
const PART_OF_NAME: u8 = 0x0f;

/// Why no entry was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoEntry {
    /// No entry can have the name.
    Name,
    /// There is no room.
    Full,
    /// The disk failed.
    Disk,
}

/// Letters of a name, and how many there are.
struct Letters([u16; LONGEST], usize);

impl Letters {
    /// Those of a name that an entry can have.
    fn of(name: &[u8]) -> Option<Self> {
        let ends = matches!(name, [.., b' ' | b'.'] | [] | [b' ', ..]);
        if ends {
            return None;
        }
        let mut letters = Self([0; LONGEST], 0);
        for unit in Units::of(name) {
            let forbidden = match u8::try_from(unit) {
                Ok(c @ 0..128) => !matches!(c, b' '..=b'~') || br#""*/:<>?\|"#.contains(&c),
                _ => unit == NO_LETTER,
            };
            if forbidden || letters.1 == 255 {
                return None;
            }
            *letters.0.get_mut(letters.1)? = unit;
            letters.1 += 1;
        }
        Some(letters)
    }
}

/// The short name that stands for a long one: its first letters, a number made of it, `~1`, and the first
/// letters behind its last full stop.
fn short_for(name: &[u8], number: u16) -> [u8; 11] {
    let mut short = [b' '; 11];
    let letter = |c: &u8| match c.to_ascii_uppercase() {
        c @ (b'A'..=b'Z' | b'0'..=b'9') => c,
        _ => b'_',
    };
    let stop = name.iter().rposition(|c| *c == b'.').filter(|at| *at > 0);
    let (base, extension) = match stop {
        Some(at) => (name.get(..at), name.get(at + 1..)),
        None => (Some(name), None),
    };
    let mut parts = [base.unwrap_or(&[]), extension.unwrap_or(&[])].map(|part| part.iter());
    for place in short.iter_mut().take(2) {
        *place = parts[0].next().map_or(b'_', letter);
    }
    for (nibble, place) in short.iter_mut().skip(2).take(4).enumerate() {
        let digit = (number >> (12 - nibble * 4)) as u8 & 15;
        *place = if digit < 10 { b'0' + digit } else { b'A' - 10 + digit };
    }
    for (place, c) in short.iter_mut().skip(6).zip(b"~1") {
        *place = *c;
    }
    for (place, c) in short.iter_mut().skip(8).zip(&mut parts[1]) {
        *place = letter(c);
    }
    short
}

/// What binds the parts of a long name to a short one.
fn checksum(short: &[u8; 11]) -> u8 {
    short.iter().fold(0u8, |sum, c| sum.rotate_right(1).wrapping_add(*c))
}

/// A part of a long name, counted from 1; `last` is the one with its end.
fn part(name: &Letters, number: u32, last: bool, sum: u8) -> [u8; ENTRY] {
    let mut entry = [0; ENTRY];
    entry[0] = number as u8 | if last { 0x40 } else { 0 };
    entry[11] = PART_OF_NAME;
    entry[13] = sum;
    let start = (number as usize).wrapping_sub(1) * LETTERS;
    for at in 0..LETTERS {
        let unit = match name.0.get(start + at) {
            Some(unit) if start + at <= name.1 => *unit,
            _ => 0xffff,
        };
        let place = entry.get_mut(place_of(at)..).and_then(|rest| rest.first_chunk_mut());
        if let Some([low, high]) = place {
            [*low, *high] = unit.to_le_bytes();
        }
    }
    entry
}

impl Volume {
    /// The sector and byte of an entry of a folder; `None` behind its end.
    fn entry_place(
        &self,
        disk: &mut impl Sectors,
        folder: u16,
        index: u32,
    ) -> Option<(u32, usize)> {
        let byte = (index % ENTRIES) as usize * ENTRY;
        let sector = index / ENTRIES;
        if folder == 0 {
            return (sector < self.root_sectors).then_some((self.root.wrapping_add(sector), byte));
        }
        let mut cluster = folder;
        for _ in 0..sector >> self.cluster_sectors.trailing_zeros() {
            cluster = match self.next(disk, cluster) {
                0 => return None,
                next => next,
            };
        }
        let within = sector & self.cluster_sectors.wrapping_sub(1);
        Some((self.place(cluster).wrapping_add(within), byte))
    }

    /// Where so many free entries stand together; the folder grows for it if it can.
    fn room(&mut self, disk: &mut impl Sectors, folder: u16, count: u32) -> Result<u32, NoEntry> {
        let (mut index, mut free) = (0, 0);
        while free < count {
            match self.entry_place(disk, folder, index) {
                Some((sector, byte)) => {
                    let first = disk.sector(sector).and_then(|sector| sector.get(byte));
                    free = match *first.ok_or(NoEntry::Disk)? {
                        0 | REMOVED => free + 1,
                        _ => 0,
                    };
                    index += 1;
                }
                None if folder == 0 => return Err(NoEntry::Full),
                None => {
                    let more = self.make_chain(disk, 1).ok_or(NoEntry::Full)?;
                    let last = self.last(disk, folder);
                    self.clear(disk, more)
                        .and_then(|()| disk.flush())
                        .and_then(|()| self.join(disk, last, more))
                        .ok_or(NoEntry::Disk)?;
                }
            }
        }
        Ok(index - count)
    }

    /// A short name that no entry of a folder has.
    fn unused_short(
        &self,
        disk: &mut impl Sectors,
        long: &mut LongName,
        folder: u16,
        name: &[u8],
    ) -> Option<[u8; 11]> {
        let sum = name.iter().fold(7u16, |sum, c| sum.wrapping_mul(31).wrapping_add((*c).into()));
        for step in 0..1000 {
            let short = short_for(name, sum.wrapping_add(step));
            let mut taken = false;
            self.walk(disk, long, folder, |_, entry, _| {
                taken = entry.first_chunk() == Some(&short);
                taken
            });
            if !taken {
                return Some(short);
            }
        }
        None
    }

    /// Makes an entry for a file or folder that begins at `first` and has `size` bytes.
    pub fn make_entry(
        &mut self,
        disk: &mut impl Sectors,
        long: &mut LongName,
        folder: u16,
        name: &[u8],
        made: (bool, u16, u32),
    ) -> Result<Entry, NoEntry> {
        let letters = Letters::of(name).ok_or(NoEntry::Name)?;
        let (is_folder, first, size) = made;
        let short = self.unused_short(disk, long, folder, name).ok_or(NoEntry::Full)?;
        let mut names = 1;
        while names as usize * LETTERS < letters.1 {
            names += 1;
        }
        let start = self.room(disk, folder, names + 1)?;
        let sum = checksum(&short);
        for at in 0..names {
            let (sector, byte) = self.entry_place(disk, folder, start + at).ok_or(NoEntry::Disk)?;
            let number = names - at;
            disk.put(sector, byte, &part(&letters, number, at == 0, sum)).ok_or(NoEntry::Disk)?;
        }
        // What it names is on the disk before it is.
        disk.flush().ok_or(NoEntry::Disk)?;
        let index = start + names;
        let (sector, byte) = self.entry_place(disk, folder, index).ok_or(NoEntry::Disk)?;
        let entry = entry_of(&short, is_folder, first, size);
        disk.put(sector, byte, &entry).ok_or(NoEntry::Disk)?;
        let at = At { sector, byte: byte as u16, folder, index, names };
        Ok(Entry { is_folder, first, size, at })
    }

    /// Has an entry say where its file begins and how long it is.
    pub fn change_entry(
        &self,
        disk: &mut impl Sectors,
        at: At,
        first: u16,
        size: u32,
    ) -> Option<()> {
        let ([a, b], [c, d, e, f]) = (first.to_le_bytes(), size.to_le_bytes());
        disk.put(at.sector, usize::from(at.byte) + 26, &[a, b, c, d, e, f])
    }

    /// Takes an entry away, and then its long name.
    pub fn remove_entry(&self, disk: &mut impl Sectors, at: At) -> Option<()> {
        disk.put(at.sector, at.byte.into(), &[REMOVED])?;
        disk.flush()?;
        for before in 1..=at.names.min(at.index) {
            let (sector, byte) = self.entry_place(disk, at.folder, at.index - before)?;
            disk.put(sector, byte, &[REMOVED])?;
        }
        Some(())
    }

    /// A folder with nothing in it, which nothing leads to; its cluster.
    pub fn make_folder(&mut self, disk: &mut impl Sectors, above: u16) -> Option<u16> {
        let cluster = self.make_chain(disk, 1)?;
        self.clear(disk, cluster)?;
        let sector = self.place(cluster);
        disk.put(sector, 0, &entry_of(b".          ", true, cluster, 0))?;
        disk.put(sector, ENTRY, &entry_of(b"..         ", true, above, 0))?;
        Some(cluster)
    }

    /// Whether a folder has nothing but itself and the one above.
    pub fn is_empty(&self, disk: &mut impl Sectors, long: &mut LongName, folder: u16) -> bool {
        let mut empty = true;
        self.walk(disk, long, folder, |_, entry, _| {
            let own = [b".          ", b"..         "];
            empty = own.iter().any(|own| entry.first_chunk() == Some(*own));
            !empty
        });
        empty
    }
}

fn entry_of(short: &[u8; 11], is_folder: bool, first: u16, size: u32) -> [u8; ENTRY] {
    let mut entry = [0; ENTRY];
    let parts: [(usize, &[u8]); 7] = [
        (0, short),
        (11, &[if is_folder { FOLDER } else { ARCHIVE }]),
        (16, &DATE),
        (18, &DATE),
        (24, &DATE),
        (26, &first.to_le_bytes()),
        (28, &size.to_le_bytes()),
    ];
    for (at, bytes) in parts {
        for (place, byte) in entry.iter_mut().skip(at).zip(bytes) {
            *place = *byte;
        }
    }
    entry
}
