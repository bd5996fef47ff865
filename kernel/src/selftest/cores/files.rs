//! All processors use the volume at once.

use core::sync::atomic::{AtomicU32, Ordering};

use super::together::together;
use crate::arch::exit::Status;
use crate::{cores, files, say};

static WRONG: AtomicU32 = AtomicU32::new(0);

/// Each writes files of its own and reads them back, and those of its neighbour.
pub fn run() -> Status {
    if files::with(|volume| volume.create_folder("/cores")).is_none() {
        say!("cores: there is no volume");
        return Status::Failure;
    }
    together(write);
    together(read);
    let wrong = WRONG.load(Ordering::Relaxed);
    say!("cores: {} processors used the volume, {wrong} times wrong", cores::count());
    if wrong == 0 { Status::Success } else { Status::Failure }
}

const FILES: u32 = 3;

fn path(core: u32, file: u32) -> alloc::string::String {
    alloc::format!("/cores/{core}-{file}.bin")
}

fn content(core: u32, file: u32) -> alloc::vec::Vec<u8> {
    (0..5000 + 777 * file).map(|i| (i ^ (core * 31) ^ file) as u8).collect()
}

fn check(right: bool) {
    if !right {
        WRONG.fetch_add(1, Ordering::Relaxed);
    }
}

fn write(core: u32) {
    for file in 0..FILES {
        let (path, content) = (path(core, file), content(core, file));
        check(matches!(files::with(|v| v.write(&path, &content)), Some(Ok(()))));
        check(matches!(files::with(|v| v.read(&path)), Some(Ok(read)) if read == content));
    }
}

fn read(core: u32) {
    let next = (core + 1) % cores::count();
    for file in 0..FILES {
        let read = files::with(|v| v.read(&path(next, file)));
        check(matches!(read, Some(Ok(read)) if read == content(next, file)));
    }
}
