//! The file allocation table: as it is on disk, and as the running operation wants it.

use alloc::vec::Vec;

use crate::device::{BlockDevice, SECTOR};
use crate::error::Error;
use crate::layout::Layout;

/// Cells in a sector of the FAT.
const CELLS: usize = SECTOR / 2;

/// Whole FAT in memory: at most 128 KiB.
#[derive(Debug)]
pub(crate) struct Fat {
    /// What is on disk.
    committed: Vec<u16>,
    /// What the operation wants; equal to `committed` except in `changed`.
    pending: Vec<u16>,
    /// Cells written since the last commit or rollback, some more than once.
    changed: Vec<u16>,
}

/// The kinds of change to a cell, in the order they may reach the disk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Change {
    /// A free cluster becomes part of a chain that nothing on disk leads to yet.
    Allocate,
    /// A chain on disk gets longer.
    Link,
    /// A cluster becomes free that nothing on disk leads to any more.
    Free,
}

/// What a cell says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Cell {
    Free,
    Next(u32),
    End,
    /// Marked bad, or a value with no meaning.
    Invalid,
}

impl Cell {
    pub(crate) fn of(value: u16) -> Cell {
        match value {
            0 => Cell::Free,
            2..=0xffef => Cell::Next(value.into()),
            0xfff8..=0xffff => Cell::End,
            _ => Cell::Invalid,
        }
    }
}

/// End of a chain.
pub(crate) const END: u16 = 0xffff;

impl Fat {
    /// Reads the first FAT.
    pub(crate) fn read(device: &mut dyn BlockDevice, layout: &Layout) -> Result<Fat, Error> {
        let committed = read_copy(device, layout, 0)?;
        Ok(Fat { pending: committed.clone(), committed, changed: Vec::new() })
    }

    /// Whether the cluster is free on disk: writing to it changes nothing anyone can see.
    pub(crate) fn is_fresh(&self, cluster: u32) -> bool {
        self.committed.get(cluster as usize) == Some(&0)
    }

    /// The cell as it is on disk.
    pub(crate) fn on_disk(&self, cluster: u32) -> Cell {
        self.committed.get(cluster as usize).map_or(Cell::Invalid, |&value| Cell::of(value))
    }

    /// Free clusters on disk.
    pub(crate) fn free_clusters(&self, layout: &Layout) -> u32 {
        layout.cluster_range().filter(|&cluster| self.is_fresh(cluster)).count() as u32
    }

    /// The cell's value as the file system code may see it. A cluster freed by the running
    /// operation still looks taken: until the commit the disk needs what is in it.
    pub(crate) fn view(&self, cell: usize) -> u16 {
        match self.pending.get(cell) {
            Some(0) => self.committed[cell],
            Some(&value) => value,
            None => END,
        }
    }

    /// Changes a cell for the running operation.
    pub(crate) fn set(&mut self, cell: usize, value: u16) {
        if let Some(pending) = self.pending.get_mut(cell) {
            *pending = value;
            self.changed.push(cell as u16);
        }
    }

    /// Whether the operation changed any cell.
    pub(crate) fn has_changes(&self) -> bool {
        self.changed.iter().any(|&c| self.committed[c as usize] != self.pending[c as usize])
    }

    /// Forgets what the operation wanted.
    pub(crate) fn roll_back(&mut self) {
        for cell in self.changed.drain(..) {
            self.pending[cell as usize] = self.committed[cell as usize];
        }
    }

    /// Writes all changes of one kind to every copy of the FAT; whether there were any.
    pub(crate) fn commit(
        &mut self,
        device: &mut dyn BlockDevice,
        layout: &Layout,
        kind: Change,
    ) -> Result<bool, Error> {
        let mut sectors: Vec<usize> = Vec::new();
        let mut cells: Vec<usize> = Vec::new();
        for &cell in &self.changed {
            let cell = cell as usize;
            let (old, new) = (self.committed[cell], self.pending[cell]);
            let change = match (old, new) {
                _ if old == new => continue,
                (0, _) => Change::Allocate,
                (_, 0) => Change::Free,
                _ => Change::Link,
            };
            if change == kind {
                sectors.push(cell / CELLS);
                cells.push(cell);
            }
        }
        sectors.sort_unstable();
        sectors.dedup();

        // A device's error ends in reading the FAT anew, so that `committed` may run ahead here.
        for &cell in &cells {
            self.committed[cell] = self.pending[cell];
        }
        for copy in 0..layout.fats {
            let start = layout.fat_start + copy * layout.fat_sectors;
            for run in sectors.chunk_by(|a, b| a + 1 == *b) {
                let cells = run[0] * CELLS..(run[run.len() - 1] + 1) * CELLS;
                let bytes: Vec<u8> =
                    self.committed[cells].iter().flat_map(|value| value.to_le_bytes()).collect();
                device.write(u64::from(start) + run[0] as u64, &bytes)?;
            }
        }
        Ok(!sectors.is_empty())
    }

    /// Ends the operation after its last commit.
    pub(crate) fn finish(&mut self) {
        debug_assert!(
            self.changed.iter().all(|&c| self.committed[c as usize] == self.pending[c as usize])
        );
        self.changed.clear();
    }

    /// Writes the other copies anew where they differ from the first; sectors written.
    pub(crate) fn align_copies(
        &self,
        device: &mut dyn BlockDevice,
        layout: &Layout,
    ) -> Result<u32, Error> {
        let different = self.different(device, layout)?;
        for &(sector, i) in &different {
            let cells = self.committed.chunks(CELLS).nth(i).unwrap_or_default();
            let bytes: Vec<u8> = cells.iter().flat_map(|value| value.to_le_bytes()).collect();
            device.write(sector.into(), &bytes)?;
        }
        Ok(different.len() as u32)
    }

    /// Whether any copy differs from the first.
    pub(crate) fn copies_differ(
        &self,
        device: &mut dyn BlockDevice,
        layout: &Layout,
    ) -> Result<bool, Error> {
        Ok(!self.different(device, layout)?.is_empty())
    }

    /// Sectors of other copies that differ from the first: where on disk, and which in the FAT.
    fn different(
        &self,
        device: &mut dyn BlockDevice,
        layout: &Layout,
    ) -> Result<Vec<(u32, usize)>, Error> {
        let mut different = Vec::new();
        for copy in 1..layout.fats {
            let start = layout.fat_start + copy * layout.fat_sectors;
            let other = read_copy(device, layout, copy)?;
            let pairs = self.committed.chunks(CELLS).zip(other.chunks(CELLS)).enumerate();
            let found = pairs.filter(|(_, (first, other))| first != other);
            different.extend(found.map(|(i, _)| (start + i as u32, i)));
        }
        Ok(different)
    }
}

fn read_copy(device: &mut dyn BlockDevice, layout: &Layout, copy: u32) -> Result<Vec<u16>, Error> {
    let mut bytes = alloc::vec![0; layout.fat_sectors as usize * SECTOR];
    device.read((layout.fat_start + copy * layout.fat_sectors).into(), &mut bytes)?;
    Ok(bytes.chunks_exact(2).map(|cell| u16::from_le_bytes([cell[0], cell[1]])).collect())
}
