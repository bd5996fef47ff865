//! Disks with one FAT16 partition, made and read by a second implementation (crate `fatfs`),
//! filled by a third (mtools) and checked by a fourth (`fsck.fat`).

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use fatfs::{FatType, FileSystem, FormatVolumeOptions, FsOptions};

/// First sector of the partition.
const START: u64 = 2048;
const SECTOR: u64 = 512;
/// Mebibytes of the partition, where nobody says.
const USUAL: u64 = 31;

/// A disk in a file that goes with it.
#[derive(Debug)]
pub struct Disk {
    folder: tempfile::TempDir,
    /// Bytes of the partition.
    len: u64,
}

impl Disk {
    /// An empty volume on a partitioned disk.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn new() -> Result<Self> {
        Self::of(USUAL)
    }

    /// The same, with so many mebibytes.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn of(mebibytes: u64) -> Result<Self> {
        let len = mebibytes << 20;
        let disk = Self { folder: tempfile::tempdir()?, len };
        let mut file = File::create(disk.path())?;
        file.set_len(START * SECTOR + len)?;
        let mut entry = [0; 18];
        entry[0] = 0x80;
        entry[1..4].copy_from_slice(&[0xfe, 0xff, 0xff]);
        entry[4] = 0x06;
        entry[5..8].copy_from_slice(&[0xfe, 0xff, 0xff]);
        entry[8..12].copy_from_slice(&(START as u32).to_le_bytes());
        entry[12..16].copy_from_slice(&((len / SECTOR) as u32).to_le_bytes());
        file.seek(SeekFrom::Start(446))?;
        file.write_all(&entry)?;
        file.seek(SeekFrom::Start(510))?;
        file.write_all(&[0x55, 0xaa])?;
        drop(file);
        let options = FormatVolumeOptions::new().fat_type(FatType::Fat16);
        fatfs::format_volume(&mut disk.partition()?, options)?;
        Ok(disk)
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("disk.img")
    }

    fn partition(&self) -> Result<fscommon::StreamSlice<File>> {
        let file = OpenOptions::new().read(true).write(true).open(self.path())?;
        Ok(fscommon::StreamSlice::new(file, START * SECTOR, START * SECTOR + self.len)?)
    }

    /// Puts a file on the volume, and the folders on the way to it: with mtools, since `fatfs`
    /// makes folders that `fsck.fat` finds wrong.
    ///
    /// # Errors
    /// What the tool said.
    pub fn add(&self, path: &str, content: &[u8]) -> Result<()> {
        let source = self.folder.path().join("added");
        std::fs::write(&source, content)?;
        for (end, _) in path.match_indices('/') {
            // A folder that is there already is left as it is.
            self.mtool("mmd", &["-D".as_ref(), "s".as_ref()], &path[..end])?;
        }
        self.mtool("mcopy", &["-o".as_ref(), source.as_ref()], path)
    }

    fn mtool(&self, name: &str, arguments: &[&OsStr], path: &str) -> Result<()> {
        let mut image = self.path().into_os_string();
        image.push(format!("@@{}", START * SECTOR));
        let mut command = Command::new(name);
        command.env("MTOOLS_SKIP_CHECK", "1").arg("-i").arg(image).args(arguments);
        let output = command
            .arg(format!("::{path}"))
            .output()
            .with_context(|| format!("{name} cannot be started: install mtools"))?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success() || name == "mmd", "{command:?}: {said}");
        Ok(())
    }

    /// Content of a file on the volume.
    ///
    /// # Errors
    /// When it is not there or cannot be read.
    pub fn read(&self, path: &str) -> Result<Vec<u8>> {
        let volume = FileSystem::new(self.partition()?, FsOptions::new())?;
        let mut content = Vec::new();
        let root = volume.root_dir();
        root.open_file(path).with_context(|| path.to_owned())?.read_to_end(&mut content)?;
        Ok(content)
    }

    /// Has `fsck.fat` look at the volume.
    ///
    /// # Errors
    /// What it found.
    pub fn check(&self) -> Result<()> {
        let copy = self.folder.path().join("partition.img");
        std::io::copy(&mut self.partition()?, &mut File::create(&copy)?)?;
        check_volume(&copy)
    }
}

fn check_volume(path: &Path) -> Result<()> {
    let output = Command::new("fsck.fat")
        .env("PATH", format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default()))
        .arg("-n")
        .arg(path)
        .output()
        .context("fsck.fat cannot be started: install dosfstools")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(output.status.success(), "fsck.fat found: {text}");
    Ok(())
}
