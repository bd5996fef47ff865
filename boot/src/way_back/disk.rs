//! What the grown image writes of the way back, and in which order: the power may go between any two sectors.
//!
//! A disk is whoever reads, writes and flushes sectors, so that every cut can be tried (`storage/tests/way_back.rs`).

use super::sector::Sector;
use super::{COPIES, IMAGE_IN, Image, Record, State, region};

/// Bytes in a sector.
const SECTOR: usize = size_of::<Sector>();
/// Sectors that are written at a time.
const PIECE: usize = 128;

/// Sectors by their numbers. They may come to the medium in any order, but all before a flush before all after it.
pub trait Sectors {
    /// What the medium reports.
    type Error;

    /// Reads whole sectors from `first` on.
    ///
    /// # Errors
    /// The medium's.
    fn read(&mut self, first: u64, to: &mut [u8]) -> Result<(), Self::Error>;

    /// Writes whole sectors from `first` on.
    ///
    /// # Errors
    /// The medium's.
    fn write(&mut self, first: u64, from: &[u8]) -> Result<(), Self::Error>;

    /// Returns once all that was written is on the medium.
    ///
    /// # Errors
    /// The medium's.
    fn flush(&mut self) -> Result<(), Self::Error>;
}

/// Why a shrunk image was not put onto its disk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotPut<E> {
    /// The medium's.
    Disk(E),
    /// Nothing says that an image is wanted.
    NotWanted,
    /// The region has fewer sectors than the image.
    NoRoom {
        /// The image's.
        sectors: u32,
        /// What there is.
        room: u32,
    },
    /// What was written is read otherwise.
    Otherwise,
}

impl<E> From<E> for NotPut<E> {
    fn from(error: E) -> Self {
        NotPut::Disk(error)
    }
}

impl<E: core::fmt::Display> core::fmt::Display for NotPut<E> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            NotPut::Disk(error) => error.fmt(f),
            NotPut::NotWanted => f.write_str("no record asks for it"),
            NotPut::NoRoom { sectors, room } => {
                write!(f, "{sectors} sectors do not fit the {room} of the last image")
            }
            NotPut::Otherwise => f.write_str("what was written is read otherwise"),
        }
    }
}

/// The disk's record, and the sector of its first copy; `None` for a disk that has one image only, or a record that
/// cannot be read.
pub fn read<D: Sectors>(disk: &mut D) -> Option<(u32, Record)> {
    let mut table: Sector = [0; SECTOR];
    disk.read(0, &mut table).ok()?;
    let (first, _) = region(&table)?;
    let mut copies = [[0; SECTOR]; COPIES as usize];
    for (number, copy) in (0..).zip(&mut copies) {
        // One that cannot be read is one that a power cut spoilt: the other one is in force.
        if disk.read(u64::from(first) + number, copy).is_err() {
            copy.fill(0);
        }
    }
    Some((first, Record::newest([&copies[0], &copies[1]])?))
}

/// Changes the record as `act` says, and writes it, unless that changes nothing: the sector of its first copy, and what
/// it was.
///
/// # Errors
/// The medium's: then the record may be the old one or the new one.
pub fn change<D: Sectors>(
    disk: &mut D,
    act: impl FnOnce(&mut Record) -> bool,
) -> Result<Option<(u32, Record)>, D::Error> {
    let Some((first, mut record)) = read(disk) else { return Ok(None) };
    let before = record.clone();
    if !act(&mut record) {
        return Ok(None);
    }
    disk.write(u64::from(first + record.copy()), record.bytes())?;
    disk.flush()?;
    Ok(Some((first, before)))
}

/// Puts a shrunk image, made of the snapshot of this boot, in the place of the last, which nothing starts in
/// [`State::Learnt`]: the next boot starts the new one. `file` is whole sectors; `again` has room for one at least.
///
/// A power cut before the record is written leaves the old one in force, by which the grown image starts, and makes the
/// image again.
///
/// # Errors
/// Why not: then the grown image starts as before.
pub fn put<D: Sectors>(
    disk: &mut D,
    file: &[u8],
    boot: u32,
    again: &mut [u8],
) -> Result<(), NotPut<D::Error>> {
    let mut table: Sector = [0; SECTOR];
    disk.read(0, &mut table)?;
    let found = read(disk).filter(|(_, record)| record.state() == State::Learnt);
    let (first, mut record) = found.ok_or(NotPut::NotWanted)?;
    let room = region(&table).map_or(0, |(_, sectors)| sectors.saturating_sub(IMAGE_IN));
    let sectors = (file.len() / SECTOR) as u32;
    if sectors > room {
        return Err(NotPut::NoRoom { sectors, room });
    }
    let begin = u64::from(first + IMAGE_IN);
    let at = |byte: usize| begin + (byte / SECTOR) as u64;
    for (number, piece) in file.chunks(PIECE * SECTOR).enumerate() {
        disk.write(at(number * PIECE * SECTOR), piece)?;
    }
    // Nothing says that it is there before it is.
    disk.flush()?;
    let step = again.len() - again.len() % SECTOR;
    for (number, piece) in file.chunks(step).enumerate() {
        let again = &mut again[..piece.len()];
        disk.read(at(number * step), again)?;
        if again != piece {
            return Err(NotPut::Otherwise);
        }
    }
    let image = Image {
        first: first + IMAGE_IN,
        sectors,
        crc: crc32fast::hash(file),
        made_of: boot,
        options: record.image().options,
    };
    record.shrunk(first, &image);
    disk.write(u64::from(first + record.copy()), record.bytes())?;
    disk.flush()?;
    Ok(())
}
