//! Chains of clusters: made, joined, cut and released.
//!
//! A chain is made where nothing leads to it, and released when nothing does any more, so that a power cut
//! leaves clusters that belong to nothing, and no more. Callers flush between.

use super::Volume;
use super::bytes::half;
use crate::sectors::{SECTOR, Sectors};

/// The end of a chain.
const END: u16 = 0xffff;

impl Volume {
    /// Sets a cell in every copy of the FAT.
    fn set(&self, disk: &mut impl Sectors, cluster: u16, value: u16) -> Option<()> {
        let number = u32::from(cluster) / (SECTOR / 2);
        for copy in 0..self.fats {
            let sector = self.fat.wrapping_add(copy * self.fat_sectors).wrapping_add(number);
            disk.put(sector, usize::from(cluster % 256) * 2, &value.to_le_bytes())?;
        }
        Some(())
    }

    /// A cluster that is free, from the hint on and then from the first one.
    fn free_cluster(&mut self, disk: &mut impl Sectors) -> Option<u16> {
        for (from, to) in [(self.hint, self.end), (2, self.hint.min(self.end))] {
            for cluster in from..to {
                let table = disk.sector(self.fat.wrapping_add(cluster / (SECTOR / 2)))?;
                if half(table, (cluster % 256) as usize * 2) == 0 {
                    self.hint = cluster + 1;
                    return Some(cluster as u16);
                }
            }
        }
        None
    }

    /// Makes a chain of so many clusters, at least one, that nothing leads to; its first. Where there
    /// are not so many free ones, none is taken.
    pub fn make_chain(&mut self, disk: &mut impl Sectors, count: u32) -> Option<u16> {
        let first = self.free_cluster(disk)?;
        self.set(disk, first, END)?;
        let mut last = first;
        for _ in 1..count {
            let Some(next) = self.free_cluster(disk) else {
                self.release(disk, first);
                return None;
            };
            self.set(disk, next, END)?;
            self.set(disk, last, next)?;
            last = next;
        }
        Some(first)
    }

    /// Puts a chain behind the last cluster of another.
    pub fn join(&self, disk: &mut impl Sectors, last: u16, first: u16) -> Option<()> {
        self.set(disk, last, first)
    }

    /// Ends a chain behind one of its clusters and releases the rest.
    pub fn cut(&mut self, disk: &mut impl Sectors, last: u16) -> Option<()> {
        let rest = self.next(disk, last);
        self.set(disk, last, END)?;
        self.release(disk, rest);
        Some(())
    }

    /// Releases a chain that nothing leads to; 0 is none.
    pub fn release(&mut self, disk: &mut impl Sectors, first: u16) {
        let mut cluster = first;
        while cluster != 0 {
            let next = self.next(disk, cluster);
            if self.set(disk, cluster, 0).is_none() {
                return;
            }
            self.hint = self.hint.min(cluster.into());
            cluster = next;
        }
    }

    /// The last cluster of a chain.
    pub fn last(&self, disk: &mut impl Sectors, first: u16) -> u16 {
        let mut last = first;
        loop {
            match self.next(disk, last) {
                0 => return last,
                next => last = next,
            }
        }
    }

    /// Makes all of a cluster zeros.
    pub fn clear(&self, disk: &mut impl Sectors, cluster: u16) -> Option<()> {
        let first = self.place(cluster);
        for number in 0..self.cluster_sectors {
            disk.put(first.wrapping_add(number), 0, &[0; SECTOR as usize])?;
        }
        Some(())
    }

    /// How many clusters so many bytes take.
    pub fn clusters_of(&self, bytes: u32) -> u32 {
        let shift = self.cluster_bytes().trailing_zeros();
        (bytes >> shift) + u32::from(bytes & self.cluster_bytes().wrapping_sub(1) != 0)
    }
}
