//! Disks with both images: the grown one as it is, and behind its volume the shrunk one, which starts.
//!
//! What says which one starts is `bareflow_boot::way_back`.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use bareflow_boot::way_back::sector::Sector;
use bareflow_boot::way_back::{
    COPIES, Cause, IMAGE_IN, Image, REGION_SECTORS, Record, State, is_known_to, region, region_for,
    set_region,
};
use bareflow_cranelift::Cranelift;

use crate::failure::{Failure, Kind};
use crate::report::Report;
use crate::shrink::shrink;
use crate::{Options, source};

/// Bytes in a sector.
const SECTOR: u64 = 512;
/// Regions begin at a multiple of so many sectors, so that an image's sectors lie within 64 Ki.
const ALIGN: u32 = 2048;

/// A disk that gets a shrunk image beside its grown one.
#[derive(Debug)]
pub struct Both {
    disk: PathBuf,
    region: u32,
    record: Option<Record>,
}

impl Both {
    /// Looks at a disk with a grown image.
    ///
    /// # Errors
    /// It cannot be read, its loader is too old, or it has no room in its partition table.
    pub fn of(disk: &Path) -> Result<Self, Failure> {
        let failed = |error: std::io::Error| {
            Failure::new(Kind::File, error.to_string()).file(disk.display())
        };
        let mut file = File::open(disk).map_err(failed)?;
        let mut table = [0; SECTOR as usize];
        let mut loader = table;
        file.read_exact(&mut table).map_err(failed)?;
        file.read_exact(&mut loader).map_err(failed)?;
        if !is_known_to(&loader) {
            let message = "its loader does not know the way back: make the image anew";
            return Err(Failure::new(Kind::Usage, message).file(disk.display()));
        }
        if let Some((first, _)) = region(&table) {
            let record = read_record(&mut file, first).map_err(failed)?;
            return Ok(Self { disk: disk.to_owned(), region: first, record });
        }
        if table[450] == 0 || table[462..494].iter().any(|byte| *byte != 0) {
            let message = "a disk of one partition, of FAT16, is wanted";
            return Err(Failure::new(Kind::Usage, message).file(disk.display()));
        }
        let sectors = file.metadata().map_err(failed)?.len().div_ceil(SECTOR);
        let end = u32::try_from(sectors).ok().and_then(|end| end.checked_next_multiple_of(ALIGN));
        let Some(end) = end.filter(|end| end.checked_add(REGION_SECTORS).is_some()) else {
            return Err(Failure::new(Kind::TooLarge, "the disk is too large").file(disk.display()));
        };
        Ok(Self { disk: disk.to_owned(), region: end, record: None })
    }

    /// What the disk says so far, where it has both images.
    #[must_use]
    pub fn record(&self) -> Option<&Record> {
        self.record.as_ref()
    }

    /// The sector that the shrunk image begins at.
    #[must_use]
    pub fn first(&self) -> u32 {
        self.region + IMAGE_IN
    }

    /// Forgets why the shrunk images of this disk came back.
    pub fn forget(&mut self) {
        self.record = None;
    }

    /// Whether a shrunk image may be made, or why not.
    ///
    /// # Errors
    /// The last one came back and nothing was learnt since, or it came back too often.
    pub fn check(&self) -> Result<(), Failure> {
        let message = match self.record.as_ref().map(|record| (record.state(), record)) {
            Some((State::Returned, record)) => format!(
                "its shrunk image came back ({}) and the grown one has not run to its end since: boot it \
                 first",
                text_of(record.last())
            ),
            Some((State::Stays, record)) => format!(
                "its shrunk images came back too often ({}), so the grown one stays; --forget begins anew",
                text_of(record.last())
            ),
            _ => return Ok(()),
        };
        Err(Failure::new(Kind::Usage, message).file(self.disk.display()))
    }

    /// Writes the disk with `image`, which was linked for [`Both::first`], to `to`.
    ///
    /// # Errors
    /// The image does not fit, or the disk cannot be read.
    pub fn write(
        &self,
        image: &[u8],
        made_of: u32,
        options: u8,
        to: &mut File,
    ) -> Result<(), Failure> {
        let mut padded = image.to_vec();
        padded.resize(image.len().next_multiple_of(SECTOR as usize), 0);
        let sectors = u32::try_from(padded.len() as u64 / SECTOR).ok();
        // The region is the disk's end, so it is as large as its image wants.
        let end = sectors.and_then(region_for).and_then(|region| self.region.checked_add(region));
        let (Some(sectors), Some(end)) = (sectors, end) else {
            let message = "the shrunk image is too large for its disk";
            return Err(Failure::new(Kind::TooLarge, message).file(self.disk.display()));
        };
        let crc = crc32fast::hash(&padded);
        let image = Image { first: self.first(), sectors, crc, made_of, options };
        let record = match self.record.clone() {
            Some(mut record) => {
                record.shrunk(self.region, &image);
                record
            }
            None => Record::new(self.region, &image),
        };
        self.copy(&padded, &record, end, to)
            .map_err(|error| Failure::new(Kind::File, error.to_string()).file(self.disk.display()))
    }

    /// Writes the disk with its grown image alone, which starts.
    ///
    /// # Errors
    /// The disk cannot be read.
    pub fn write_grown(&self, to: &mut File) -> Result<(), Failure> {
        // Behind the volume is nothing then, so no record that a loader would go by.
        File::open(&self.disk)
            .and_then(|file| {
                copy_without_holes(&mut file.take(u64::from(self.region) * SECTOR), to)?;
                to.set_len(u64::from(self.region + REGION_SECTORS) * SECTOR)
            })
            .map_err(|error| Failure::new(Kind::File, error.to_string()).file(self.disk.display()))
    }

    fn copy(&self, image: &[u8], record: &Record, end: u32, to: &mut File) -> std::io::Result<()> {
        let at = |sector: u32| SeekFrom::Start(u64::from(sector) * SECTOR);
        let mut from = File::open(&self.disk)?.take(u64::from(self.region) * SECTOR);
        copy_without_holes(&mut from, to)?;
        to.set_len(u64::from(end) * SECTOR)?;
        let mut table: Sector = [0; SECTOR as usize];
        from.get_mut().seek(at(0))?;
        from.get_mut().read_exact(&mut table)?;
        set_region(&mut table, self.region, end - self.region);
        to.seek(at(0))?;
        to.write_all(&table)?;
        to.seek(at(self.first()))?;
        to.write_all(image)?;
        for record in [&record.before(), record] {
            to.seek(at(self.region + record.copy()))?;
            to.write_all(record.bytes())?;
        }
        Ok(())
    }
}

/// What a disk with both images says; `None` for every other one.
///
/// # Errors
/// It cannot be read.
pub fn record_of(disk: &Path) -> std::io::Result<Option<Record>> {
    let mut file = File::open(disk)?;
    let mut table = [0; SECTOR as usize];
    if file.read_exact(&mut table).is_err() {
        return Ok(None);
    }
    match region(&table) {
        Some((first, _)) => read_record(&mut file, first),
        None => Ok(None),
    }
}

fn read_record(file: &mut File, first: u32) -> std::io::Result<Option<Record>> {
    let mut copies = [[0; SECTOR as usize]; COPIES as usize];
    file.seek(SeekFrom::Start(u64::from(first) * SECTOR))?;
    for copy in &mut copies {
        file.read_exact(copy)?;
    }
    Ok(Record::newest([&copies[0], &copies[1]]))
}

/// A cause, for people.
fn text_of(cause: Option<Cause<'_>>) -> String {
    cause.map_or_else(|| "too many causes".to_owned(), describe)
}

/// A cause, for people.
#[must_use]
pub fn describe(cause: Cause<'_>) -> String {
    let rest = if cause.whole { "" } else { "…" };
    format!("{}: {}{rest}", cause.kind.name(), cause.name)
}

/// Makes the next shrunk image of a disk whose grown one has learnt since the last one came back, in its
/// place; nothing where that is not so.
///
/// # Errors
/// Why no image can be made or written.
pub fn again(disk: &Path) -> Result<Option<Report>, Failure> {
    let both = Both::of(disk)?;
    let Some(record) = both.record().filter(|record| record.state() == State::Learnt) else {
        return Ok(None);
    };
    let made = record.image().options;
    let options = Options::of_byte(made, both.first());
    let source = source::one(disk)?;
    let shrunk = shrink(&source.bytes, &Cranelift::new(), &options)?;
    let Some(image) = &shrunk.image else { return Ok(None) };
    let failed =
        |error: std::io::Error| Failure::new(Kind::File, error.to_string()).file(disk.display());
    let folder = disk.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut file =
        tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(failed)?;
    both.write(&image.file, source.boot.unwrap_or(0), made, file.as_file_mut())?;
    let rights = std::fs::metadata(disk).map_err(failed)?.permissions();
    file.as_file().set_permissions(rights).map_err(failed)?;
    file.persist(disk).map_err(|error| failed(error.error))?;
    let mut report = shrunk.report;
    report.input = source.name();
    Ok(Some(report))
}

/// Copies from the beginning, and leaves holes where there is nothing.
fn copy_without_holes(from: &mut impl std::io::Read, to: &mut File) -> std::io::Result<()> {
    let mut buffer = vec![0; 64 << 10];
    loop {
        let mut filled = 0;
        while filled < buffer.len() {
            match from.read(&mut buffer[filled..])? {
                0 => break,
                count => filled += count,
            }
        }
        if filled == 0 {
            return Ok(());
        }
        if buffer[..filled].iter().all(|byte| *byte == 0) {
            to.seek(SeekFrom::Current(filled as i64))?;
        } else {
            to.write_all(&buffer[..filled])?;
        }
    }
}
