//! Where the parts of a FAT16 volume lie, from its boot sector (Microsoft, "FAT: General
//! Overview of On-Disk Format", 1.03).

use core::ops::Range;

use crate::device::{BlockDevice, SECTOR};
use crate::error::Error;

/// Lowest cluster number that names a cluster.
pub(crate) const FIRST_CLUSTER: u32 = 2;

/// Where the parts of a volume lie, in sectors from its start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Layout {
    /// Sectors a cluster.
    pub cluster_sectors: u32,
    /// Number of clusters; they are numbered from 2.
    pub clusters: u32,
    /// First sector of the first FAT.
    pub fat_start: u32,
    /// Sectors a FAT.
    pub fat_sectors: u32,
    /// Number of FATs, all with the same content.
    pub fats: u32,
    /// First sector of the root folder.
    pub root_start: u32,
    /// Sectors of the root folder.
    pub root_sectors: u32,
    /// First sector of cluster 2.
    pub data_start: u32,
    /// Sectors in the whole volume.
    pub sectors: u32,
}

impl Layout {
    /// Reads the boot sector of the volume that begins at the device's first sector.
    ///
    /// # Errors
    /// The device's, or [`Error::NoVolume`] with what is wrong.
    pub fn read(device: &mut dyn BlockDevice) -> Result<Layout, Error> {
        let mut boot = [0; SECTOR];
        device.read(0, &mut boot)?;
        let no = |why| Err(Error::NoVolume { why });

        let half = |at: usize| u32::from(u16::from_le_bytes([boot[at], boot[at + 1]]));
        if boot[510..] != [0x55, 0xaa] {
            return no("the boot sector has no signature");
        }
        if half(11) != SECTOR as u32 {
            return no("the boot sector does not name sectors of 512 bytes");
        }
        let cluster_sectors = u32::from(boot[13]);
        let (reserved, fats, root_entries) = (half(14), u32::from(boot[16]), half(17));
        let fat_sectors = half(22);
        let sectors = match half(19) {
            0 => half(32) | half(34) << 16,
            small => small,
        };
        if !cluster_sectors.is_power_of_two() || reserved == 0 || !(1..=2).contains(&fats) {
            return no("the boot sector makes no sense");
        }
        if fat_sectors == 0 || root_entries == 0 {
            return no("the volume is FAT32");
        }
        let root_start = reserved + fats * fat_sectors;
        let root_sectors = (root_entries * 32).div_ceil(SECTOR as u32);
        let data_start = root_start + root_sectors;
        if data_start >= sectors || u64::from(sectors) > device.sectors() {
            return no("the volume is larger than its disk or smaller than its tables");
        }
        let clusters = (sectors - data_start) / cluster_sectors;
        match clusters {
            0..4085 => return no("the volume is FAT12 (less than 4085 clusters)"),
            4085..65525 => {}
            _ => return no("the volume is FAT32 (more than 65524 clusters)"),
        }
        if fat_sectors * (SECTOR as u32 / 2) < clusters + FIRST_CLUSTER {
            return no("the FAT is too short for the volume");
        }
        Ok(Layout {
            cluster_sectors,
            clusters,
            fat_start: reserved,
            fat_sectors,
            fats,
            root_start,
            root_sectors,
            data_start,
            sectors,
        })
    }

    /// Bytes a cluster.
    pub fn cluster_bytes(&self) -> u32 {
        self.cluster_sectors * SECTOR as u32
    }

    /// Numbers that name clusters.
    pub fn cluster_range(&self) -> Range<u32> {
        FIRST_CLUSTER..self.clusters + FIRST_CLUSTER
    }

    /// First sector of a cluster.
    pub fn sector_of(&self, cluster: u32) -> u32 {
        self.data_start + (cluster - FIRST_CLUSTER) * self.cluster_sectors
    }

    /// The cluster a sector belongs to, if it belongs to one.
    pub fn cluster_of(&self, sector: u32) -> Option<u32> {
        let cluster = sector.checked_sub(self.data_start)? / self.cluster_sectors + FIRST_CLUSTER;
        self.cluster_range().contains(&cluster).then_some(cluster)
    }
}
