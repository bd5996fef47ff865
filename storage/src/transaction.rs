//! What one operation changed, and the order in which it reaches the disk.
//!
//! # The order
//!
//! 1. *What nothing on disk leads to*: sectors of clusters that are free on disk, and cells of
//!    the FAT that were free. File content that is overwritten in place goes along. Flush.
//! 2. *What makes it visible*, by [`Order`]: folder sectors one by one, and links from chains
//!    that are already on disk. Flush after each.
//! 3. *Releases*: cells that become free, to which nothing on disk leads any more. Flush.
//!
//! A cut between two steps leaves clusters that belong to nothing, and no more. Clusters that
//! the operation itself releases are not given out again before step 3 is through, so content
//! that is still needed is never overwritten.
//!
//! A file becomes visible, changes or vanishes with *one* sector: the one that holds its short
//! entry. The parts of its long name lie before it; where they are in another sector, that is
//! written first when adding and last when removing, so what a cut leaves is parts of a name
//! without a file, which every system passes over.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::device::{BlockDevice, SECTOR};
use crate::error::Error;
use crate::fat::{Change, Fat};
use crate::layout::Layout;

/// Whole fresh sectors are gathered up to this many bytes and written at once.
const RUN_BYTES: usize = 128 << 10;

/// Sectors kept after reading. Folders are read a few bytes at a time.
const CACHED_SECTORS: usize = 128;

type Sector = Box<[u8; SECTOR]>;

/// What the file system code is writing to clusters that are in use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Writing {
    /// Entries of a folder.
    Entries,
    /// Content of a file.
    Content,
}

/// What kind of operation is committed; decides how step 2 goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Order {
    /// Entries are added: in the order they were written, and after them the link to a cluster
    /// that the folder grew by, since that cluster holds the last of them.
    Add,
    /// A file's entry changes: first the link to clusters the file grew by, then the entry.
    Update,
    /// A file's entry says a smaller size: first the entry, then the end of the chain, so that the file
    /// never reaches farther than its chain.
    Cut,
    /// Entries are removed: in the opposite order.
    Remove,
}

/// A changed sector.
struct Dirty {
    bytes: Sector,
    /// Whether it may be written at any time: nothing that can be seen depends on it.
    early: bool,
    /// When it was last written, as a count of writes.
    written: u64,
}

/// The running operation, and the device.
pub(crate) struct Transaction<D> {
    pub(crate) device: D,
    pub(crate) layout: Layout,
    pub(crate) fat: Fat,
    pub(crate) writing: Writing,
    /// The first error of the device since the operation began. The file system code swallows
    /// errors when it drops a file.
    pub(crate) fault: Option<Error>,
    dirty: BTreeMap<u32, Dirty>,
    writes: u64,
    run_start: u32,
    run: Vec<u8>,
    cache: BTreeMap<u32, Sector>,
}

impl<D: BlockDevice> Transaction<D> {
    pub(crate) fn new(mut device: D) -> Result<Transaction<D>, Error> {
        let layout = Layout::read(&mut device)?;
        let fat = Fat::read(&mut device, &layout)?;
        Ok(Transaction {
            device,
            layout,
            fat,
            writing: Writing::Entries,
            fault: None,
            dirty: BTreeMap::new(),
            writes: 0,
            run_start: 0,
            run: Vec::new(),
            cache: BTreeMap::new(),
        })
    }

    /// Reads from byte `at` of the volume on.
    pub(crate) fn read(&mut self, at: u64, buf: &mut [u8]) -> Result<(), Error> {
        let mut at = at;
        let mut buf = buf;
        while !buf.is_empty() {
            let (sector, offset) = place(at);
            let done = if self.fat_sectors().contains(&sector) {
                self.read_fat(at, buf)
            } else if offset == 0 && buf.len() >= 2 * SECTOR {
                self.read_whole(sector, buf)?
            } else {
                let done = buf.len().min(SECTOR - offset);
                buf[..done].copy_from_slice(&self.sector(sector)?[offset..offset + done]);
                done
            };
            at += done as u64;
            buf = &mut buf[done..];
        }
        Ok(())
    }

    /// Writes at byte `at` of the volume, into memory or to where nothing on disk leads.
    pub(crate) fn write(&mut self, at: u64, bytes: &[u8]) -> Result<(), Error> {
        let mut at = at;
        let mut bytes = bytes;
        while !bytes.is_empty() {
            let (sector, offset) = place(at);
            let (now, later) = bytes.split_at(bytes.len().min(SECTOR - offset));
            if sector >= self.layout.root_start {
                self.write_sector(sector, offset, now)?;
            } else if self.fat_sectors().contains(&sector) {
                self.write_fat(at, now);
            }
            // Other copies of the FAT follow the first at the commit. The boot sector is left
            // alone: the only thing that would change in it is a mark that the volume is in use,
            // which is of no use to a volume that is sound at all times.
            at += now.len() as u64;
            bytes = later;
        }
        Ok(())
    }

    /// Whether the operation changed one sector only, so that it needs no order.
    pub(crate) fn is_one_sector(&self) -> bool {
        self.dirty.len() == 1 && self.run.is_empty() && !self.fat.has_changes()
    }

    /// Forgets the operation.
    pub(crate) fn roll_back(&mut self) {
        self.dirty.clear();
        self.run.clear();
        self.cache.clear();
        self.fat.roll_back();
        self.fault = None;
        self.writing = Writing::Entries;
    }

    /// Makes the operation last. On an error it may have come through in part, and what the
    /// disk holds has to be read anew.
    pub(crate) fn commit(&mut self, order: Order) -> Result<(), Error> {
        let mut wrote = !self.run.is_empty();
        self.spill()?;
        let mut entries = Vec::new();
        for (sector, Dirty { bytes, early, written }) in core::mem::take(&mut self.dirty) {
            if early {
                self.device.write(sector.into(), &bytes[..])?;
                self.remember(sector, bytes);
                wrote = true;
            } else {
                entries.push((sector, written, bytes));
            }
        }
        wrote |= self.fat.commit(&mut self.device, &self.layout, Change::Allocate)?;
        if wrote {
            self.device.flush()?;
        }

        entries.sort_unstable_by_key(|&(_, written, _)| written);
        match order {
            Order::Add | Order::Cut => {
                self.commit_entries(entries)?;
                self.commit_fat(Change::Link)?;
            }
            Order::Update => {
                self.commit_fat(Change::Link)?;
                self.commit_entries(entries)?;
            }
            Order::Remove => {
                entries.reverse();
                self.commit_fat(Change::Link)?;
                self.commit_entries(entries)?;
            }
        }
        self.commit_fat(Change::Free)?;
        self.fat.finish();
        Ok(())
    }

    fn commit_entries(&mut self, entries: Vec<(u32, u64, Sector)>) -> Result<(), Error> {
        for (sector, _, bytes) in entries {
            self.device.write(sector.into(), &bytes[..])?;
            self.device.flush()?;
            self.remember(sector, bytes);
        }
        Ok(())
    }

    fn commit_fat(&mut self, kind: Change) -> Result<(), Error> {
        if self.fat.commit(&mut self.device, &self.layout, kind)? {
            self.device.flush()?;
        }
        Ok(())
    }

    fn fat_sectors(&self) -> core::ops::Range<u32> {
        self.layout.fat_start..self.layout.fat_start + self.layout.fat_sectors
    }

    /// Reads to the end of the FAT's current sector.
    fn read_fat(&self, at: u64, buf: &mut [u8]) -> usize {
        let done = buf.len().min(SECTOR - place(at).1);
        let from = (at - u64::from(self.layout.fat_start) * SECTOR as u64) as usize;
        for (i, byte) in buf[..done].iter_mut().enumerate() {
            *byte = self.fat.view((from + i) / 2).to_le_bytes()[(from + i) % 2];
        }
        done
    }

    /// Whole cells only, as `axfatfs` writes them; anything else is not a cell.
    fn write_fat(&mut self, at: u64, bytes: &[u8]) {
        let from = (at - u64::from(self.layout.fat_start) * SECTOR as u64) as usize;
        debug_assert!(from.is_multiple_of(2) && bytes.len().is_multiple_of(2));
        for (i, cell) in bytes.chunks_exact(2).enumerate() {
            self.fat.set(from / 2 + i, u16::from_le_bytes([cell[0], cell[1]]));
        }
    }

    /// Reads as many whole sectors as fit and lie before the FAT or behind it.
    fn read_whole(&mut self, sector: u32, buf: &mut [u8]) -> Result<usize, Error> {
        self.spill()?;
        let mut count = (buf.len() / SECTOR) as u32;
        if sector < self.layout.fat_start {
            count = count.min(self.layout.fat_start - sector);
        }
        let buf = &mut buf[..count as usize * SECTOR];
        self.device.read(sector.into(), buf)?;
        for (&at, dirty) in self.dirty.range(sector..sector + count) {
            let offset = (at - sector) as usize * SECTOR;
            buf[offset..offset + SECTOR].copy_from_slice(&dirty.bytes[..]);
        }
        Ok(buf.len())
    }

    /// A sector as the operation sees it.
    fn sector(&mut self, sector: u32) -> Result<&[u8; SECTOR], Error> {
        if self.dirty.contains_key(&sector) {
            return Ok(&self.dirty[&sector].bytes);
        }
        if !self.cache.contains_key(&sector) {
            self.spill()?;
            let mut bytes = Box::new([0; SECTOR]);
            self.device.read(sector.into(), &mut bytes[..])?;
            self.remember(sector, bytes);
        }
        Ok(&self.cache[&sector])
    }

    fn remember(&mut self, sector: u32, bytes: Sector) {
        if self.cache.len() >= CACHED_SECTORS {
            self.cache.clear();
        }
        self.cache.insert(sector, bytes);
    }

    fn write_sector(&mut self, sector: u32, offset: usize, bytes: &[u8]) -> Result<(), Error> {
        let fresh = self.layout.cluster_of(sector).is_some_and(|c| self.fat.is_fresh(c));
        if fresh && bytes.len() == SECTOR {
            return self.write_fresh(sector, bytes);
        }
        let mut whole = Box::new(*self.sector(sector)?);
        whole[offset..offset + bytes.len()].copy_from_slice(bytes);
        self.cache.remove(&sector);
        self.writes += 1;
        let early = fresh || self.writing == Writing::Content;
        self.dirty.insert(sector, Dirty { bytes: whole, early, written: self.writes });
        Ok(())
    }

    /// A whole sector where nothing on disk leads: it goes out at once, with its neighbours.
    fn write_fresh(&mut self, sector: u32, bytes: &[u8]) -> Result<(), Error> {
        let next = self.run_start + (self.run.len() / SECTOR) as u32;
        if self.run.len() >= RUN_BYTES || sector != next {
            self.spill()?;
            self.run_start = sector;
        }
        self.run.extend_from_slice(bytes);
        self.dirty.remove(&sector);
        self.cache.remove(&sector);
        Ok(())
    }

    /// Writes out the gathered run.
    fn spill(&mut self) -> Result<(), Error> {
        if !self.run.is_empty() {
            self.device.write(self.run_start.into(), &self.run)?;
            self.run.clear();
        }
        Ok(())
    }
}

fn place(at: u64) -> (u32, usize) {
    // A volume of FAT16 has fewer than 2^32 sectors; what lies beyond is refused by the device.
    let sector = u32::try_from(at / SECTOR as u64).unwrap_or(u32::MAX);
    (sector, (at % SECTOR as u64) as usize)
}
