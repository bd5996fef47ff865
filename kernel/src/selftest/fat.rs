//! The volume: files written, read back, listed, renamed and removed, then throughput.

use alloc::vec::Vec;

use bareflow_storage::Error;

use crate::arch::exit::Status;
use crate::devices::clock;
use crate::files::{self, Mounted};
use crate::say;

const FOLDER: &str = "/selftest/a folder with a long name";

/// Runs on whatever volume was mounted, and leaves one file behind for others to read:
/// `/selftest/kept.bin`, 100,000 bytes of [`pattern`] 7.
pub fn run() -> Status {
    match files::with(|volume| operations(volume).and_then(|()| throughput(volume))) {
        None => say!("fat: there is no volume"),
        Some(Err(why)) => say!("fat: {why}"),
        Some(Ok(false)) => say!("fat: what was read is not what was written"),
        Some(Ok(true)) => {
            say!("fat: all went well");
            return Status::Success;
        }
    }
    Status::Failure
}

/// `len` bytes that differ by `seed`.
fn pattern(seed: usize, len: usize) -> Vec<u8> {
    (0..len).map(|i| (i * seed + i / 251) as u8).collect()
}

fn operations(volume: &mut Mounted) -> Result<(), Error> {
    let repairs = volume.repairs();
    say!("fat: mounted, {repairs:?}");
    volume.create_folder(FOLDER)?;
    let (first, second) =
        (alloc::format!("{FOLDER}/first file.txt"), alloc::format!("{FOLDER}/second file.txt"));
    for path in [&first, &second] {
        if volume.find(path)?.is_some() {
            volume.remove(path)?;
        }
    }
    volume.write_new(&first, &pattern(3, 5000))?;
    volume.append(&first, &pattern(5, 700))?;
    volume.rename(&first, &second)?;
    let expected = [pattern(3, 5000), pattern(5, 700)].concat();
    assert_eq!(volume.read(&second)?, expected, "a file that was appended to and renamed");
    assert_eq!(volume.find(&first)?.map(|e| e.size), None, "the old name");
    assert!(volume.list(FOLDER)?.iter().any(|e| e.name == "second file.txt" && e.size == 5700));
    assert!(matches!(volume.write_new(&second, b""), Err(Error::Exists { .. })));
    volume.remove(&second)?;
    volume.remove(FOLDER)?;
    volume.write("/selftest/kept.bin", &pattern(7, 100_000))
}

fn throughput(volume: &mut Mounted) -> Result<bool, Error> {
    const PATH: &str = "/selftest/large.bin";
    let len = (volume.space().free / 4).min(4 << 20) as usize;
    let content = pattern(11, len);
    let (mut writing, mut reading) = (u64::MAX, u64::MAX);
    let mut same = true;
    // The fastest of three: emulators are not always running.
    for _ in 0..3 {
        let start = clock::now_ns();
        volume.write(PATH, &content)?;
        let wrote = clock::now_ns();
        let back = volume.read(PATH)?;
        reading = reading.min(clock::now_ns() - wrote);
        writing = writing.min(wrote - start);
        same &= back == content;
    }
    volume.remove(PATH)?;
    say!(
        "fat: {len} bytes of a file: written at {} MB/s, read at {} MB/s",
        len as u64 * 1000 / writing.max(1),
        len as u64 * 1000 / reading.max(1)
    );
    Ok(same && volume.read("/selftest/kept.bin")? == pattern(7, 100_000))
}
