//! The way back, on a disk that has a shrunk image, too: why this one runs, and the sign that it has learnt.
//!
//! The record and who may write it when is in `bareflow_boot::way_back`.

use alloc::format;
use alloc::string::String;

use bareflow_boot::way_back::sector::Sector;
use bareflow_boot::way_back::{COPIES, Record, State, region};
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
