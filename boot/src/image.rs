//! The sectors of a disk before its partition: stage 1, stage 2, the FLUD file.
//!
//! ```text
//! sector 0                  stage 1 and the partition table
//! 1 …                       stage 2, at most eight sectors
//! behind it                 the FLUD file, as it is
//! first sector of partition FAT volume (or the end of the image: no partition)
//! ```

use alloc::vec::Vec;

/// Bytes in a sector.
pub const SECTOR: usize = 512;
/// Most sectors of stage 2: with stage 1 they lie in the first track of any disk.
pub const STAGE2_SECTORS: usize = 8;
/// First four bytes of stage 2.
const STAGE2_MAGIC: [u8; 4] = *b"BFS2";

/// What the loader consists of and loads.
#[derive(Clone, Copy, Debug)]
pub struct BootFiles<'a> {
    /// `stage1.bin`: one sector.
    pub stage1: &'a [u8],
    /// `stage2.bin`.
    pub stage2: &'a [u8],
    /// `kernel.bin`: a FLUD file.
    pub kernel: &'a [u8],
}

/// The one entry of the partition table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Partition {
    /// Its first sector.
    pub first: u32,
    /// How many sectors it has.
    pub sectors: u32,
    /// What is in it: 0x01 FAT12, 0x04 FAT16 below 32 MiB, 0x0e FAT16.
    pub kind: u8,
}

/// Why a boot area cannot be laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LayoutError {
    /// Not a stage 1: one sector that ends with 55 aa.
    Stage1(usize),
    /// Not a stage 2, or one of more than 4 KiB: its length.
    Stage2(usize),
    /// The kernel reaches into the partition: first sector of the partition, first free one.
    Overlap(u32, u32),
}

impl core::fmt::Display for LayoutError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match *self {
            Self::Stage1(len) => write!(f, "stage 1: {len} bytes that are not a boot sector"),
            Self::Stage2(len) => write!(f, "stage 2: {len} bytes that are not BareFlow's stage 2"),
            Self::Overlap(first, free) => write!(
                f,
                "the partition begins at sector {first}, but the kernel ends at sector {free}"
            ),
        }
    }
}

impl core::error::Error for LayoutError {}

/// The first sector behind stage 1, stage 2 and kernel.
#[must_use]
pub fn first_free_sector(files: &BootFiles<'_>) -> u32 {
    (1 + files.stage2.len().div_ceil(SECTOR) + files.kernel.len().div_ceil(SECTOR)) as u32
}

/// The boot area, padded with zeros to whole sectors. `disk_signature` is the number by which
/// operating systems tell disks apart.
///
/// # Errors
/// See [`LayoutError`]. The kernel is not looked into: stage 2 checks it at every boot.
pub fn boot_area(
    files: &BootFiles<'_>,
    disk_signature: u32,
    partition: Option<Partition>,
) -> Result<Vec<u8>, LayoutError> {
    let &BootFiles { stage1, stage2, kernel } = files;
    if stage1.len() != SECTOR || stage1[510..] != [0x55, 0xaa] {
        return Err(LayoutError::Stage1(stage1.len()));
    }
    let stage2_sectors = stage2.len().div_ceil(SECTOR);
    if stage2.len() < 16 || stage2[..4] != STAGE2_MAGIC || stage2_sectors > STAGE2_SECTORS {
        return Err(LayoutError::Stage2(stage2.len()));
    }
    let free = first_free_sector(files);
    if let Some(partition) = partition
        && partition.first < free
    {
        return Err(LayoutError::Overlap(partition.first, free));
    }

    let mut out = Vec::with_capacity(free as usize * SECTOR);
    out.extend_from_slice(stage1);
    out[426..428].copy_from_slice(&(stage2_sectors as u16).to_le_bytes());
    out[440..444].copy_from_slice(&disk_signature.to_le_bytes());
    if let Some(partition) = partition {
        out[446..462].copy_from_slice(&table_entry(partition));
    }
    out.extend_from_slice(stage2);
    out.resize((1 + stage2_sectors) * SECTOR, 0);
    let header = &mut out[SECTOR..];
    header[4..8].copy_from_slice(&(1 + stage2_sectors as u32).to_le_bytes());
    header[8..12].copy_from_slice(&(kernel.len().div_ceil(SECTOR) as u32).to_le_bytes());
    header[14..16].fill(0);
    let sum = header
        .chunks_exact(2)
        .fold(0_u16, |sum, word| sum.wrapping_add(u16::from_le_bytes([word[0], word[1]])));
    header[14..16].copy_from_slice(&sum.wrapping_neg().to_le_bytes());
    out.extend_from_slice(kernel);
    out.resize(free as usize * SECTOR, 0);
    Ok(out)
}

/// An active partition. Its CHS fields hold the value that means "see the sector numbers".
fn table_entry(partition: Partition) -> [u8; 16] {
    let mut entry =
        [0x80, 0xfe, 0xff, 0xff, partition.kind, 0xfe, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0];
    entry[8..12].copy_from_slice(&partition.first.to_le_bytes());
    entry[12..16].copy_from_slice(&partition.sectors.to_le_bytes());
    entry
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn files() -> (Vec<u8>, Vec<u8>, Vec<u8>) {
        let mut stage1 = vec![0; 512];
        stage1[510..].copy_from_slice(&[0x55, 0xaa]);
        let mut stage2 = vec![7; 1300];
        stage2[..4].copy_from_slice(b"BFS2");
        (stage1, stage2, vec![9; 1000])
    }

    #[test]
    fn everything_lies_where_the_stages_look() {
        let (stage1, stage2, kernel) = files();
        let files = BootFiles { stage1: &stage1, stage2: &stage2, kernel: &kernel };
        let partition = Partition { first: 2048, sectors: 100, kind: 4 };
        let area = boot_area(&files, 0x1234_5678, Some(partition)).unwrap();
        assert_eq!(area.len(), 6 * 512);
        assert_eq!(area[426], 3, "sectors of stage 2");
        assert_eq!(area[440..444], [0x78, 0x56, 0x34, 0x12]);
        assert_eq!((area[446], area[450]), (0x80, 4));
        assert_eq!(area[516..520], [4, 0, 0, 0], "first sector of the kernel");
        assert_eq!(area[520..524], [2, 0, 0, 0], "its sectors");
        assert_eq!(area[4 * 512..][..1000], [9; 1000]);
        let words = area[512..4 * 512].chunks_exact(2);
        let sum = words.fold(0_u16, |s, w| s.wrapping_add(u16::from_le_bytes([w[0], w[1]])));
        assert_eq!(sum, 0);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let (stage1, stage2, kernel) = files();
        let files = BootFiles { stage1: &stage1, stage2: &stage2, kernel: &kernel };
        let near = Partition { first: 5, sectors: 100, kind: 4 };
        assert_eq!(boot_area(&files, 0, Some(near)), Err(LayoutError::Overlap(5, 6)));
        let long = vec![b'B'; 4097];
        let refused = boot_area(&BootFiles { stage2: &long, ..files }, 0, None);
        assert_eq!(refused, Err(LayoutError::Stage2(4097)));
        let refused = boot_area(&BootFiles { stage1: &stage1[..511], ..files }, 0, None);
        assert_eq!(refused, Err(LayoutError::Stage1(511)));
    }
}
