//! Making an empty volume (Microsoft, "FAT: General Overview of On-Disk Format", 1.03).

use alloc::vec;

use crate::device::{BlockDevice, SECTOR};
use crate::error::Error;

/// Sectors before the first FAT: the boot sector.
const RESERVED: u32 = 1;
const FATS: u32 = 2;
/// Entries of the root folder.
const ROOT_ENTRIES: u32 = 512;
const ROOT_SECTORS: u32 = ROOT_ENTRIES * 32 / SECTOR as u32;
/// Least and most clusters of FAT16, at some distance from the limits: implementations round
/// differently.
const CLUSTERS: core::ops::Range<u32> = 4085 + 16..65525 - 16;
const LARGEST_CLUSTER: u32 = 32 << 10;

/// What a volume of so many sectors is made of.
#[derive(Clone, Copy)]
struct Shape {
    cluster_sectors: u32,
    fat_sectors: u32,
}

impl Shape {
    /// With the smallest cluster that makes it FAT16.
    fn of(sectors: u32) -> Option<Self> {
        let mut cluster_sectors = 1;
        while cluster_sectors * SECTOR as u32 <= LARGEST_CLUSTER {
            let fat_sectors = (sectors / cluster_sectors + 2).div_ceil(SECTOR as u32 / 2);
            let before = RESERVED + FATS * fat_sectors + ROOT_SECTORS;
            if CLUSTERS.contains(&(sectors.saturating_sub(before) / cluster_sectors)) {
                return Some(Self { cluster_sectors, fat_sectors });
            }
            cluster_sectors *= 2;
        }
        None
    }
}

/// Sectors of the smallest volume that has room for files of these sizes and `spare` bytes more.
/// `entries` counts entries of folders, 32 bytes each.
#[must_use]
pub fn sectors_for(files: &[u64], entries: u64, spare: u64) -> u32 {
    let mut sectors = CLUSTERS.start + RESERVED + ROOT_SECTORS;
    loop {
        sectors += sectors / 64 + 1;
        let Some(shape) = Shape::of(sectors) else { continue };
        let cluster = u64::from(shape.cluster_sectors) * SECTOR as u64;
        let rounded: u64 = files.iter().map(|bytes| bytes.next_multiple_of(cluster)).sum();
        // Folders take whole clusters each; one an entry is more than enough.
        let wanted = rounded + entries * 32 + spare.next_multiple_of(cluster);
        let tables = RESERVED + FATS * shape.fat_sectors + ROOT_SECTORS;
        if u64::from(sectors - tables) * SECTOR as u64 >= wanted || sectors > u32::MAX / 2 {
            return sectors;
        }
    }
}

/// Makes an empty FAT16 volume of a whole device. `first` is where that begins on its disk, in sectors.
///
/// # Errors
/// The device's; [`Error::NoVolume`] for a size that FAT16 cannot have.
pub fn format(device: &mut dyn BlockDevice, first: u32, serial: u32) -> Result<(), Error> {
    let sectors = u32::try_from(device.sectors()).unwrap_or(u32::MAX);
    let no = Error::NoVolume { why: "its size is none that FAT16 can have" };
    let Shape { cluster_sectors, fat_sectors } = Shape::of(sectors).ok_or(no)?;
    let mut boot = [0u8; SECTOR];
    let mut put = |at: usize, bytes: &[u8]| boot[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &[0xeb, 0x3c, 0x90]);
    put(3, b"BAREFLOW");
    put(11, &(SECTOR as u16).to_le_bytes());
    put(13, &[cluster_sectors as u8]);
    put(14, &(RESERVED as u16).to_le_bytes());
    put(16, &[FATS as u8]);
    put(17, &(ROOT_ENTRIES as u16).to_le_bytes());
    match u16::try_from(sectors) {
        Ok(small) => put(19, &small.to_le_bytes()),
        Err(_) => put(32, &sectors.to_le_bytes()),
    }
    put(21, &[0xf8]);
    put(22, &(fat_sectors as u16).to_le_bytes());
    put(24, &63u16.to_le_bytes());
    put(26, &255u16.to_le_bytes());
    put(28, &first.to_le_bytes());
    put(36, &[0x80, 0, 0x29]);
    put(39, &serial.to_le_bytes());
    put(43, b"NO NAME    FAT16   ");
    put(510, &[0x55, 0xaa]);
    let zeros = vec![0; (fat_sectors.max(ROOT_SECTORS)) as usize * SECTOR];
    let mut fat = vec![0; fat_sectors as usize * SECTOR];
    fat[..4].copy_from_slice(&[0xf8, 0xff, 0xff, 0xff]);
    for copy in 0..FATS {
        device.write((RESERVED + copy * fat_sectors).into(), &fat)?;
    }
    let root = RESERVED + FATS * fat_sectors;
    device.write(root.into(), &zeros[..ROOT_SECTORS as usize * SECTOR])?;
    device.write(0, &boot)?;
    Ok(device.flush()?)
}
