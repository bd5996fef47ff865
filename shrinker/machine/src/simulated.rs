//! A disk in memory that remembers what happened to it, in the place of a real one in tests.

use bareflow_storage::BlockDevice as _;

use crate::sectors::{SECTOR, Sector, Sectors};

#[path = "../../../storage/tests/common/crash.rs"]
#[expect(dead_code, reason = "its content is only looked at through volumes here")]
pub mod crash;

/// A disk, or none.
#[derive(Debug)]
pub struct Disk {
    pub disk: Option<crash::Disk>,
    /// How often it was asked for sectors, whether one or a run of them.
    pub reads: u32,
    sector: Sector,
}

impl Disk {
    /// None.
    pub const fn new() -> Self {
        Self { disk: None, reads: 0, sector: [0; SECTOR as usize] }
    }

    /// This one.
    pub fn of(disk: crash::Disk) -> Self {
        Self { disk: Some(disk), ..Self::new() }
    }

    /// Makes one of the disks the one that is used; false when there are not so many.
    pub fn choose(&mut self, disk: u8) -> bool {
        disk == 0 && self.disk.is_some()
    }

    /// Reads sectors that lie one behind the other; whether they could be read.
    ///
    /// # Safety
    /// There is room for them.
    pub unsafe fn read_run(&mut self, number: u32, count: u32, to: *mut u8) -> bool {
        self.reads += 1;
        // SAFETY: the caller's.
        let to = unsafe { core::slice::from_raw_parts_mut(to, (count * SECTOR) as usize) };
        self.disk.as_mut().is_some_and(|disk| disk.read(number.into(), to).is_ok())
    }
}

impl Sectors for Disk {
    fn sector(&mut self, number: u32) -> Option<&Sector> {
        self.reads += 1;
        self.disk.as_mut()?.read(number.into(), &mut self.sector).ok()?;
        Some(&self.sector)
    }

    fn put(&mut self, number: u32, at: usize, bytes: &[u8]) -> Option<()> {
        let mut sector = *self.sector(number)?;
        sector.get_mut(at..at + bytes.len())?.copy_from_slice(bytes);
        self.disk.as_mut()?.write(number.into(), &sector).ok()
    }

    fn copy(&mut self, from: u32, to: u32) -> Option<()> {
        let sector = *self.sector(from)?;
        self.put(to, 0, &sector)
    }

    fn flush(&mut self) -> Option<()> {
        self.disk.as_mut()?.flush().ok()
    }
}
