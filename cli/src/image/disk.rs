//! The disk as a whole: boot area, partition table, volume.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use bareflow_boot::flud::{FludError, Header};
use bareflow_boot::image::{BootFiles, Partition, boot_area, first_free_sector};

use crate::failure::Failure;
use crate::image::args::LEAST;
use crate::image::contents::Contents;
use crate::image::volume;

/// Bytes in a sector.
const SECTOR: u64 = 512;
/// Partitions of hard disks begin at multiples of this many sectors (1 MiB).
const ALIGNMENT: u32 = 2048;
/// Room left on a hard disk for snapshots, in bytes.
const SNAPSHOT_ROOM: u64 = 32 << 20;
/// Floppy disks: high and extended density, in bytes.
const FLOPPY: u64 = 2880 * SECTOR;
const FLOPPY_ED: u64 = 5760 * SECTOR;

/// A disk's loader, kernel and shape.
#[derive(Clone, Copy, Debug)]
pub struct Disk<'a> {
    /// `stage1.bin`.
    pub stage1: &'a [u8],
    /// `stage2.bin`.
    pub stage2: &'a [u8],
    /// A FLUD file.
    pub kernel: &'a [u8],
    /// Command line for the kernel; may be empty.
    pub command_line: &'a [u8],
    /// What kind of disk.
    pub geometry: Geometry,
}

/// What kind of disk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Geometry {
    /// A hard disk of this many bytes; `None`: of what its contents need.
    Hard(Option<u64>),
    /// A floppy disk: 1.44 MB without files, else 2.88 MB, since FAT16 needs 4,085 clusters.
    Floppy,
}

/// Writes the whole disk to `file`, which is empty; its length. `path` is for messages.
///
/// # Errors
/// A kernel that is not a FLUD file, contents that do not fit, or a failed write.
pub fn write_disk(
    file: &mut File,
    path: &Path,
    disk: &Disk<'_>,
    contents: &Contents,
) -> Result<u64, Failure> {
    let broken = |error: std::io::Error| Failure::output(path, error);
    let unusable =
        |error: FludError| Failure::output(path, format!("the kernel is not usable: {error}"));
    let (header, payload) = Header::parse(disk.kernel).map_err(unusable)?;
    let mut kernel = header.to_bytes_with(disk.command_line).map_err(unusable)?.to_vec();
    kernel.extend_from_slice(payload);
    let files = BootFiles { stage1: disk.stage1, stage2: disk.stage2, kernel: &kernel };
    let free = first_free_sector(&files);
    let (bytes, first) = match disk.geometry {
        Geometry::Floppy if contents.files.is_empty() => (FLOPPY, None),
        Geometry::Floppy => (FLOPPY_ED, Some(free)),
        Geometry::Hard(size) => {
            let first = free.next_multiple_of(ALIGNMENT);
            let needs = contents.files.iter().map(|file| file.bytes).sum::<u64>() * 2;
            let enough =
                (needs + SNAPSHOT_ROOM + u64::from(first) * SECTOR).next_multiple_of(1 << 20);
            (size.unwrap_or(enough.max(LEAST)) / SECTOR * SECTOR, Some(first))
        }
    };
    let free_bytes = u64::from(free) * SECTOR;
    if first.map_or(free_bytes, |first| u64::from(first) * SECTOR) > bytes {
        let message = format!(
            "loader and kernel need {free_bytes} bytes, the disk has {bytes}: choose a larger \
             --size or another --kernel",
        );
        return Err(Failure::output(path, message));
    }
    let partition = first.map(|first| {
        let sectors = (bytes / SECTOR) as u32 - first;
        Partition { first, sectors, kind: if bytes < 32 << 20 { 0x04 } else { 0x0e } }
    });
    // Follows from the contents, so that the same input makes the same image.
    let signature = header.payload_crc ^ bytes as u32;
    let area =
        boot_area(&files, signature, partition).map_err(|error| Failure::output(path, error))?;
    file.set_len(bytes).map_err(broken)?;
    file.seek(SeekFrom::Start(0)).map_err(broken)?;
    file.write_all(&area).map_err(broken)?;
    if let Some(partition) = partition {
        volume::write(file, path, partition, signature, contents)?;
    }
    Ok(bytes)
}
