//! A FAT16 volume (ECMA-107; Microsoft's FAT specification 1.03).
//!
//! Nothing here can panic: there is nobody to catch it. So arithmetic wraps, and what a disk's
//! contents decide is looked up, never indexed.

mod bytes;
mod chain;
mod entries;
mod names;

pub use entries::NoEntry;
pub use names::{LongName, NAME};

use crate::sectors::{SECTOR, Sector, Sectors};
use bytes::{ENTRY, half};

/// Where the parts of a volume lie, in sectors of the disk.
#[derive(Clone, Debug)]
pub struct Volume {
    fat: u32,
    /// Sectors of each of the copies of the FAT.
    fat_sectors: u32,
    fats: u32,
    root: u32,
    root_sectors: u32,
    /// The first number that no cluster has.
    end: u32,
    /// Where to look for a free cluster first.
    hint: u32,
    data: u32,
    /// A power of two; 0 while there is no volume.
    cluster_sectors: u32,
}

/// What a folder says of a file or folder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// It is a folder.
    pub is_folder: bool,
    /// Its first cluster.
    pub first: u16,
    /// Its length in bytes.
    pub size: u32,
    /// Where it stands.
    pub at: At,
}

/// The place of an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct At {
    /// The sector.
    pub sector: u32,
    /// The first byte there.
    pub byte: u16,
    /// First cluster of the folder; 0: the root.
    pub folder: u16,
    /// How many entries stand before it in the folder.
    pub index: u32,
    /// How many of those right before it hold its long name.
    pub names: u32,
}

/// Of what has no entry.
pub const NOWHERE: At = At { sector: 0, byte: 0, folder: 0, index: 0, names: 0 };

/// Four bytes.
fn word<const N: usize>(bytes: &[u8; N], at: usize) -> u32 {
    match bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        Some(four) => u32::from_le_bytes(*four),
        None => 0,
    }
}

/// The first sector of a partition of type 4, 6 or 14, of those that `number` (0 to 3) counts.
pub fn partition(table: &Sector, number: usize) -> Option<u32> {
    let at = 446 + number * 16;
    let is_fat16 = matches!(table.get(at + 4), Some(4 | 6 | 14));
    (half(table, 510) == 0xaa55 && is_fat16).then(|| word(table, at + 8))
}

impl Volume {
    /// None yet: all zeros, so that it takes no room in an image.
    pub const fn new() -> Self {
        Self {
            fat: 0,
            fat_sectors: 0,
            fats: 0,
            root: 0,
            root_sectors: 0,
            end: 0,
            hint: 0,
            data: 0,
            cluster_sectors: 0,
        }
    }

    /// Whether there is one.
    pub fn is_there(&self) -> bool {
        self.cluster_sectors != 0
    }

    /// Takes the volume that begins at a sector, if it is one.
    pub fn take(&mut self, start: u32, boot: &Sector) -> bool {
        let cluster_sectors = u32::from(boot[13]);
        let fat_sectors = half(boot, 22);
        if half(boot, 11) != SECTOR
            || half(boot, 510) != 0xaa55
            || !cluster_sectors.is_power_of_two()
            || fat_sectors == 0
        {
            return false;
        }
        self.fat = start.wrapping_add(half(boot, 14));
        self.root = self.fat.wrapping_add(u32::from(boot[16]) * fat_sectors);
        self.root_sectors = half(boot, 17) * ENTRY as u32 / SECTOR;
        self.data = self.root.wrapping_add(self.root_sectors);
        self.cluster_sectors = cluster_sectors;
        self.fat_sectors = fat_sectors;
        self.fats = boot[16].into();
        let sectors = match half(boot, 19) {
            0 => word(boot, 32),
            small => small,
        };
        let clusters = start.wrapping_add(sectors).saturating_sub(self.data)
            >> cluster_sectors.trailing_zeros();
        self.end = clusters.wrapping_add(2).min(fat_sectors * (SECTOR / 2)).min(0xfff0);
        self.hint = 2;
        true
    }

    /// Bytes in a cluster, a power of two, once there is a volume.
    pub fn cluster_bytes(&self) -> u32 {
        self.cluster_sectors * SECTOR
    }

    /// The cluster behind `cluster`; 0 at the end of the chain.
    pub fn next(&self, disk: &mut impl Sectors, cluster: u16) -> u16 {
        let Some(table) = disk.sector(self.fat.wrapping_add(u32::from(cluster) / 256)) else {
            return 0;
        };
        let next = half(table, usize::from(cluster % 256) * 2) as u16;
        if (2..0xfff0).contains(&next) { next } else { 0 }
    }

    /// First sector of a cluster.
    pub fn place(&self, cluster: u16) -> u32 {
        let before = u32::from(cluster).wrapping_sub(2).wrapping_mul(self.cluster_sectors);
        self.data.wrapping_add(before)
    }

    /// The entry of a folder (first cluster; 0: the root) that has this name, in capitals or not.
    pub fn look_up(
        &self,
        disk: &mut impl Sectors,
        long: &mut LongName,
        folder: u16,
        name: &[u8],
    ) -> Option<Entry> {
        let mut found = None;
        self.walk(disk, long, folder, |long, entry, at| {
            if !long.is(name) && !names::is_short(name, entry) {
                return false;
            }
            found = Some(Entry {
                is_folder: entry[11] & 0x10 != 0,
                first: half(entry, 26) as u16,
                size: word(entry, 28),
                at,
            });
            true
        });
        found
    }

    /// Shows the entries of a folder (first cluster; 0: the root), with the long name and the place of each,
    /// until that is enough.
    pub fn walk(
        &self,
        disk: &mut impl Sectors,
        long: &mut LongName,
        folder: u16,
        mut enough: impl FnMut(&LongName, &[u8; ENTRY], At) -> bool,
    ) {
        long.forget();
        let mut cluster = folder;
        let (mut index, mut names) = (0, 0);
        loop {
            let (first, count) = match folder {
                0 => (self.root, self.root_sectors),
                _ => (self.place(cluster), self.cluster_sectors),
            };
            for number in 0..count {
                let Some(sector) = disk.sector(first.wrapping_add(number)) else { return };
                for at in 0..SECTOR as usize / ENTRY {
                    let entry = sector.get(at * ENTRY..).and_then(|rest| rest.first_chunk());
                    let Some(entry) = entry else { return };
                    let attributes = entry[11];
                    if entry[0] == 0 {
                        return;
                    }
                    index += 1;
                    if attributes == 0x0f && entry[0] != 0xe5 {
                        names += 1;
                        long.add(entry);
                        continue;
                    }
                    let counts = entry[0] != 0xe5 && attributes & 8 == 0;
                    let place = At {
                        sector: first.wrapping_add(number),
                        byte: (at * ENTRY) as u16,
                        folder,
                        index: index - 1,
                        names,
                    };
                    if counts && enough(long, entry, place) {
                        return;
                    }
                    names = 0;
                    long.forget();
                }
            }
            if folder == 0 {
                return;
            }
            cluster = self.next(disk, cluster);
            if cluster == 0 {
                return;
            }
        }
    }
}
