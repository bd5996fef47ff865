//! The way back, on a disk that has a shrunk image, too: why this one runs, and the sign that it has learnt.
//!
//! The record and who may write it when is in `bareflow_boot::way_back`.

use alloc::format;
use alloc::string::String;

use bareflow_boot::way_back::sector::Sector;
use bareflow_boot::way_back::{COPIES, IMAGE_IN, Image, Record, State, region};
use bareflow_cranelift::Cranelift;
use bareflow_shrink_core::{Options, flat};
use bareflow_storage::{BlockDevice, DeviceError, SECTOR};

use crate::files;

/// The disk's record, and the sector of its first copy; `None` for a disk that has one image only, or a
/// record that cannot be read.
fn read(disk: &mut dyn BlockDevice) -> Option<(u32, Record)> {
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

/// Why the grown image runs where a shrunk one would start, for people.
pub fn why() -> Option<String> {
    let (_, record) = files::with(|volume| volume.device(|part| read(part.disk())))??;
    let cause = match record.last() {
        Some(cause) => format!("{}: {}", cause.kind.name(), cause.name),
        None => "too many causes".into(),
    };
    match record.state() {
        State::Returned => Some(format!("the shrunk image came back ({cause}): this boot learns")),
        State::Stays => {
            Some(format!("the shrunk image came back too often ({cause}): this one stays"))
        }
        State::Shrunk | State::Learnt => None,
    }
}

/// Notes that a boot has run and saved what it learned, if that was wanted.
///
/// # Errors
/// The disk's: then the next boot is to learn, too.
pub fn learnt(boot: u32) -> Result<(), DeviceError> {
    let note = |disk: &mut dyn BlockDevice| {
        let Some((first, mut record)) = read(disk) else { return Ok(()) };
        if !record.learnt(boot) {
            return Ok(());
        }
        disk.write(u64::from(first + record.copy()), record.bytes())?;
        disk.flush()
    };
    files::with(|volume| volume.device(|part| note(part.disk()))).unwrap_or(Ok(()))
}

/// How the next shrunk image is to be made, where this machine is to make it: a boot has learnt since the last one
/// came back, and whoever made that wanted it so. That it tries is noted first, so that nothing that ends the machine
/// meanwhile does so at every boot.
///
/// # Errors
/// The disk's: then nothing is tried.
pub fn begin() -> Result<Option<Options>, DeviceError> {
    let note = |disk: &mut dyn BlockDevice| {
        let Some((first, mut record)) = read(disk) else { return Ok(None) };
        let made = record.image().options;
        if !record.trying() {
            return Ok(None);
        }
        disk.write(u64::from(first + record.copy()), record.bytes())?;
        disk.flush()?;
        Ok(Some(Options::of_byte(made, first + IMAGE_IN)))
    };
    files::with(|volume| volume.device(|part| note(part.disk()))).unwrap_or(Ok(None))
}

/// Makes the next shrunk image of a snapshot and puts it in the place of the last, which nothing starts any more: the
/// next boot starts the new one. Its bytes.
///
/// A power cut before the record is written leaves the old one in force, by which the grown image starts, and makes the
/// image again.
///
/// # Errors
/// Why not: then the grown image starts as before, until a host makes one.
pub fn shrink(snapshot: &[u8], boot: u32, options: &Options) -> Result<usize, String> {
    let image = flat(snapshot, &Cranelift::new(), options).map_err(|error| format!("{error}"))?;
    let bytes = image.file.len();
    let mut file = image.file;
    file.resize(bytes.next_multiple_of(SECTOR), 0);
    let put = |disk: &mut dyn BlockDevice| put(disk, &file, boot);
    let done = files::with(|volume| volume.device(|part| put(part.disk())));
    done.unwrap_or_else(|| Err("there is no volume".into())).map(|()| bytes)
}

/// Sectors that are written at a time.
const PIECE: usize = 128;

fn put(disk: &mut dyn BlockDevice, file: &[u8], boot: u32) -> Result<(), String> {
    let failed = |error: DeviceError| format!("{error}");
    let mut table: Sector = [0; SECTOR];
    disk.read(0, &mut table).map_err(failed)?;
    let (first, mut record) = read(disk).ok_or("the record cannot be read")?;
    let room = region(&table).map_or(0, |(_, sectors)| sectors.saturating_sub(IMAGE_IN));
    let sectors = (file.len() / SECTOR) as u32;
    if sectors > room {
        return Err(format!("{sectors} sectors do not fit the {room} of the last image"));
    }
    let at = |number: usize| u64::from(first + IMAGE_IN) + (number * PIECE) as u64;
    for (number, piece) in file.chunks(PIECE * SECTOR).enumerate() {
        disk.write(at(number), piece).map_err(failed)?;
    }
    disk.flush().map_err(failed)?;
    let mut again = alloc::vec![0; PIECE * SECTOR];
    for (number, piece) in file.chunks(PIECE * SECTOR).enumerate() {
        let again = &mut again[..piece.len()];
        disk.read(at(number), again).map_err(failed)?;
        if again != piece {
            return Err("what was written is read otherwise".into());
        }
    }
    let options = record.image().options;
    let crc = crc32fast::hash(file);
    let image = Image { first: first + IMAGE_IN, sectors, crc, made_of: boot, options };
    record.shrunk(first, &image);
    disk.write(u64::from(first + record.copy()), record.bytes()).map_err(failed)?;
    disk.flush().map_err(failed)
}
