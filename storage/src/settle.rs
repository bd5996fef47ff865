//! Repairing what a power cut left behind, before anything else is written.

use crate::check::{self, REMOVED, Report};
use crate::device::{BlockDevice, SECTOR};
use crate::error::Error;
use crate::fat::{Change, END, Fat};
use crate::transaction::Transaction;

/// What mounting repaired: traces of a power cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Repairs {
    /// Clusters that belonged to nothing, or to a file that did not reach so far, and are free
    /// again.
    pub freed_clusters: u32,
    /// Parts of long names without a file, removed.
    pub stray_names: u32,
    /// Sectors in which a copy of the FAT differed from the first.
    pub fat_sectors: u32,
}

impl<D: BlockDevice> Transaction<D> {
    /// Checks the volume and repairs the traces of a power cut, unless it is `read_only`.
    pub(crate) fn settle(&mut self, read_only: bool) -> Result<Repairs, Error> {
        let report = check::walk(&mut self.device, &self.layout, &self.fat)?;
        if let Some(finding) = report.damage.first() {
            return Err(Error::Damaged { finding: finding.clone() });
        }
        if read_only {
            return Ok(Repairs::default());
        }
        match self.repair(&report) {
            // A disk that turns out to be write-protected can still be read.
            Err(Error::ReadOnly) => {
                self.roll_back();
                Ok(Repairs::default())
            }
            other => other,
        }
    }

    fn repair(&mut self, report: &Report) -> Result<Repairs, Error> {
        let fat_sectors = self.fat.align_copies(&mut self.device, &self.layout)?;
        let strays = report.stray_by_sector();
        for (&sector, places) in &strays {
            let mut bytes = [0; SECTOR];
            self.device.read(sector.into(), &mut bytes)?;
            for &at in places {
                bytes[at] = REMOVED;
            }
            self.device.write(sector.into(), &bytes)?;
        }
        let mut freed_clusters = report.lost.len() as u32;
        for (last, tail) in &report.tails {
            self.fat.set(*last as usize, END);
            tail.iter().for_each(|&cluster| self.fat.set(cluster as usize, 0));
            freed_clusters += tail.len() as u32;
        }
        report.lost.iter().for_each(|&cluster| self.fat.set(cluster as usize, 0));
        for kind in [Change::Link, Change::Free] {
            if self.fat.commit(&mut self.device, &self.layout, kind)? {
                self.device.flush()?;
            }
        }
        self.fat.finish();
        if fat_sectors > 0 || !strays.is_empty() {
            self.device.flush()?;
        }
        Ok(Repairs { freed_clusters, stray_names: report.stray_names.len() as u32, fat_sectors })
    }

    /// Starts over from what is on the disk.
    pub(crate) fn reload(&mut self) -> Result<(), Error> {
        self.roll_back();
        self.fat = Fat::read(&mut self.device, &self.layout)?;
        self.settle(false).map(|_| ())
    }
}
