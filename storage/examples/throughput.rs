//! Prints how fast files are written and read, on a disk in memory, in MB/s (10^6 bytes).
//!
//! What it measures is the work of the file system itself, with no device to wait for; beside it
//! stands what a device would be asked to do.

use std::io::Cursor;
use std::time::Instant;

use bareflow_storage::{BlockDevice, DeviceError, MemoryDisk, Volume};

/// Counts requests.
#[derive(Debug, Default)]
struct Counting {
    disk: MemoryDisk,
    reads: u64,
    writes: u64,
    flushes: u64,
}

impl BlockDevice for Counting {
    fn sectors(&self) -> u64 {
        self.disk.sectors()
    }
    fn read(&mut self, first: u64, buf: &mut [u8]) -> Result<(), DeviceError> {
        self.reads += 1;
        self.disk.read(first, buf)
    }
    fn write(&mut self, first: u64, buf: &[u8]) -> Result<(), DeviceError> {
        self.writes += 1;
        self.disk.write(first, buf)
    }
    fn flush(&mut self) -> Result<(), DeviceError> {
        self.flushes += 1;
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut image = Cursor::new(vec![0; 64 << 20]);
    fatfs::format_volume(
        &mut image,
        fatfs::FormatVolumeOptions::new().fat_type(fatfs::FatType::Fat16).bytes_per_cluster(2048),
    )?;
    let disk = MemoryDisk::new(image.into_inner());
    let mut device = Counting { disk, ..Counting::default() };
    println!("file bytes   write MB/s  read MB/s   requests: write (flush), read");
    for size in [4 << 10, 256 << 10, 16 << 20] {
        let content: Vec<u8> = (0..size).map(|i: u32| (i ^ i >> 9) as u8).collect();
        let (mut write, mut read) = (f64::MAX, f64::MAX);
        let mut counts = (0, 0, 0);
        for _ in 0..5 {
            let mut volume = Volume::mount(&mut device)?;
            let start = Instant::now();
            volume.write("file", &content)?;
            write = write.min(start.elapsed().as_secs_f64());
            drop(volume);
            let after_write = (device.writes, device.flushes, device.reads);
            (device.writes, device.flushes) = (0, 0);

            let mut volume = Volume::mount(&mut device)?;
            let start = Instant::now();
            assert!(volume.read("file")? == content);
            read = read.min(start.elapsed().as_secs_f64());
            volume.remove("file")?;
            drop(volume);
            counts = (after_write.0, after_write.1, device.reads);
            (device.reads, device.writes, device.flushes) = (0, 0, 0);
        }
        let speed = |seconds: f64| f64::from(size) / seconds / 1e6;
        println!(
            "{size:>10}   {:>10.0}  {:>9.0}   {} ({}), {}",
            speed(write),
            speed(read),
            counts.0,
            counts.1,
            counts.2
        );
    }
    Ok(())
}
