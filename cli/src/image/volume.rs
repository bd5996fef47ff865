//! The FAT16 volume of a disk.

use std::fs::File;
use std::io::{Read, Result as IoResult, Seek, SeekFrom, Write};
use std::path::Path;

use bareflow_boot::image::Partition;
use fatfs::{Date, DateTime, Dir, FatType, FileSystem, FormatVolumeOptions, FsOptions, Time};

use crate::failure::Failure;
use crate::image::contents::Contents;
use crate::image::dots;

/// Bytes in a sector.
const SECTOR: u32 = 512;
/// Least and most clusters of FAT16.
const CLUSTERS: std::ops::Range<u32> = 4085..65525;
/// Folders every disk has, so that the machine finds a place for its snapshots.
const FOLDERS: [&str; 3] = ["boot", "boot/snapshots", "modules"];

/// Formats the partition and copies everything onto it.
pub(super) fn write(
    file: &mut File,
    path: &Path,
    partition: Partition,
    serial: u32,
    contents: &Contents,
) -> Result<(), Failure> {
    let broken = |error: std::io::Error| Failure::output(path, error);
    let cluster = cluster_bytes(partition.sectors).ok_or_else(|| {
        let kib = u64::from(partition.sectors) / 2;
        Failure::output(
            path,
            format!("{kib} KiB behind the kernel are no FAT16 volume: --size must be larger"),
        )
    })?;
    let mut window = Window::new(file, partition);
    let options = FormatVolumeOptions::new()
        .fat_type(FatType::Fat16)
        .bytes_per_cluster(cluster)
        .total_sectors(partition.sectors)
        .volume_id(serial)
        .volume_label(*b"BAREFLOW   ");
    fatfs::format_volume(&mut window, options).map_err(broken)?;
    window.patch(28, &partition.first.to_le_bytes()).map_err(broken)?; // hidden sectors
    fill(&mut window, path, contents)?;
    dots::shorten(&mut window).map_err(broken)
}

/// Smallest cluster with which a volume of so many sectors is FAT16; none: it is too small or
/// too large. Tables and root folder are allowed for.
fn cluster_bytes(sectors: u32) -> Option<u32> {
    let mut cluster = SECTOR;
    while cluster <= 32 << 10 {
        let per_cluster = cluster / SECTOR;
        let fat = (sectors / per_cluster).div_ceil(SECTOR / 2);
        let clusters = sectors.saturating_sub(1 + 2 * fat + 32) / per_cluster;
        // Some distance from the limits: implementations round differently.
        if (CLUSTERS.start + 16..CLUSTERS.end - 16).contains(&clusters) {
            return Some(cluster);
        }
        cluster *= 2;
    }
    None
}

fn fill(window: &mut Window<'_>, path: &Path, contents: &Contents) -> Result<(), Failure> {
    let broken = |error: std::io::Error| Failure::output(path, error);
    window.seek(SeekFrom::Start(0)).map_err(broken)?;
    let options = FsOptions::new().time_provider(&EPOCH);
    let volume = FileSystem::new(window, options).map_err(broken)?;
    {
        let root = volume.root_dir();
        for folder in FOLDERS {
            root.create_dir(folder).map_err(broken)?;
        }
        let manifest = serde_json::to_vec_pretty(&contents.manifest)
            .map_err(|error| Failure::output(path, error))?;
        root.create_file("boot/manifest.json")
            .and_then(|mut file| file.write_all(&manifest).and_then(|()| file.flush()))
            .map_err(broken)?;
        for file in &contents.files {
            let inside = file.path.trim_start_matches('/');
            let mut source =
                File::open(&file.source).map_err(|error| Failure::input(&file.source, error))?;
            make_folders(&root, inside).map_err(broken)?;
            let mut target = root
                .create_file(inside)
                .map_err(|error| Failure::output(path, format!("{}: {error}", file.path)))?;
            std::io::copy(&mut source, &mut target).and_then(|_| target.flush()).map_err(
                |error| Failure::output(path, does_not_fit(&file.path, file.bytes, &error)),
            )?;
        }
    }
    volume.unmount().map_err(broken)
}

fn does_not_fit(path: &str, bytes: u64, error: &std::io::Error) -> String {
    format!("{path} ({bytes} bytes): {error}; is --size large enough?")
}

/// Makes the folders on the way to a file.
fn make_folders(root: &Dir<'_, &mut Window<'_>>, path: &str) -> IoResult<()> {
    for (at, _) in path.match_indices('/') {
        root.create_dir(&path[..at])?;
    }
    Ok(())
}

/// A part of a file, as a file.
#[derive(Debug)]
pub(super) struct Window<'a> {
    file: &'a mut File,
    start: u64,
    length: u64,
    position: u64,
}

impl<'a> Window<'a> {
    fn new(file: &'a mut File, partition: Partition) -> Self {
        let bytes = |sectors: u32| u64::from(sectors) * u64::from(SECTOR);
        Self { file, start: bytes(partition.first), length: bytes(partition.sectors), position: 0 }
    }

    /// Writes bytes at an offset.
    fn patch(&mut self, offset: u64, bytes: &[u8]) -> IoResult<()> {
        self.seek(SeekFrom::Start(offset))?;
        self.write_all(bytes)
    }

    /// Moves the file's own position and says how many of `wanted` bytes lie inside.
    fn here(&mut self, wanted: usize) -> IoResult<usize> {
        self.file.seek(SeekFrom::Start(self.start + self.position))?;
        Ok(self.length.saturating_sub(self.position).min(wanted as u64) as usize)
    }
}

impl Read for Window<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> IoResult<usize> {
        let inside = self.here(buffer.len())?;
        let count = self.file.read(&mut buffer[..inside])?;
        self.position += count as u64;
        Ok(count)
    }
}

impl Write for Window<'_> {
    fn write(&mut self, buffer: &[u8]) -> IoResult<usize> {
        let inside = self.here(buffer.len())?;
        let count = self.file.write(&buffer[..inside])?;
        self.position += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> IoResult<()> {
        self.file.flush()
    }
}

impl Seek for Window<'_> {
    fn seek(&mut self, to: SeekFrom) -> IoResult<u64> {
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(offset) => self.length.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = target.ok_or(std::io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

/// FAT's first day for every file: the same input makes the same image.
#[derive(Debug)]
struct Epoch;

static EPOCH: Epoch = Epoch;

impl fatfs::TimeProvider for Epoch {
    fn get_current_date(&self) -> Date {
        Date { year: 1980, month: 1, day: 1 }
    }

    fn get_current_date_time(&self) -> DateTime {
        DateTime {
            date: self.get_current_date(),
            time: Time { hour: 0, min: 0, sec: 0, millis: 0 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clusters_fit_fat16_at_every_size() {
        assert_eq!(cluster_bytes(4000), None);
        assert_eq!(cluster_bytes(5500), Some(512));
        assert_eq!(cluster_bytes((63 << 20) / 512), Some(1024));
        assert_eq!(cluster_bytes((2047 << 20) / 512), Some(32 << 10));
        assert_eq!(cluster_bytes(u32::MAX), None);
    }
}
