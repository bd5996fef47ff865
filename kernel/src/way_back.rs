//! The way back, on a disk that has a shrunk image, too: why this one runs, and the sign that it has learnt.
//!
//! The record, who may write it when, and in which order is in `bareflow_boot::way_back`.

use alloc::format;
use alloc::string::String;

use bareflow_boot::way_back::disk::{Sectors, change, put, read};
use bareflow_boot::way_back::{IMAGE_IN, State};
use bareflow_cranelift::Cranelift;
use bareflow_shrink_core::{Options, flat};
use bareflow_storage::{BlockDevice, DeviceError, SECTOR};

use crate::files;

/// The disk that the volume is on.
struct Disk<'a>(&'a mut dyn BlockDevice);

impl Sectors for Disk<'_> {
    type Error = DeviceError;

    fn read(&mut self, first: u64, to: &mut [u8]) -> Result<(), DeviceError> {
        self.0.read(first, to)
    }

    fn write(&mut self, first: u64, from: &[u8]) -> Result<(), DeviceError> {
        self.0.write(first, from)
    }

    fn flush(&mut self) -> Result<(), DeviceError> {
        self.0.flush()
    }
}

/// Does something with that disk; `None` where there is no volume.
fn with<T>(act: impl FnOnce(&mut Disk<'_>) -> T) -> Option<T> {
    files::with(|volume| volume.device(|part| act(&mut Disk(part.disk()))))
}

/// Why the grown image runs where a shrunk one would start, for people.
pub fn why() -> Option<String> {
    let (_, record) = with(|disk| read(disk))??;
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
    with(|disk| change(disk, |record| record.learnt(boot))).unwrap_or(Ok(None)).map(drop)
}

/// How the next shrunk image is to be made, where this machine is to make it: a boot has learnt since the last one
/// came back, and whoever made that wanted it so. That it tries is noted first, so that nothing that ends the machine
/// meanwhile does so at every boot.
///
/// # Errors
/// The disk's: then nothing is tried.
pub fn begin() -> Result<Option<Options>, DeviceError> {
    let began = with(|disk| change(disk, |record| record.trying())).unwrap_or(Ok(None))?;
    Ok(began.map(|(first, was)| Options::of_byte(was.image().options, first + IMAGE_IN)))
}

/// Makes the next shrunk image of a snapshot and puts it in the place of the last, which nothing starts any more: the
/// next boot starts the new one ([`put`]). Its bytes.
///
/// # Errors
/// Why not: then the grown image starts as before, until a host makes one.
pub fn shrink(snapshot: &[u8], boot: u32, options: &Options) -> Result<usize, String> {
    let image = flat(snapshot, &Cranelift::new(), options).map_err(|error| format!("{error}"))?;
    let bytes = image.file.len();
    let mut file = image.file;
    file.resize(bytes.next_multiple_of(SECTOR), 0);
    let mut again = alloc::vec![0; 128 * SECTOR];
    match with(|disk| put(disk, &file, boot, &mut again)) {
        Some(done) => done.map(|()| bytes).map_err(|why| format!("{why}")),
        None => Err("there is no volume".into()),
    }
}
