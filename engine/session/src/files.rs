//! The program's open files and its heap.

use alloc::vec::Vec;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use bareflow_platform::Arena;
use spin::Mutex;

use crate::errno::Errno;

/// The first descriptor of a file; those below are the console's.
const FIRST_FILE: i32 = 3;
/// With the console's three descriptors as many as Linux allows, and as a shrunk image has.
const MOST_FILES: usize = 1021;

/// Whether a descriptor is the console's.
pub(crate) fn is_console(descriptor: i32) -> bool {
    (0..FIRST_FILE).contains(&descriptor)
}

/// Open files by descriptor, from 3 on. Files are read whole when opened.
#[derive(Default, Debug)]
pub(crate) struct Files {
    open: Mutex<Vec<Option<File>>>,
}

#[derive(Debug)]
struct File {
    bytes: Vec<u8>,
    position: usize,
    /// The program knows where the bytes are.
    mapped: bool,
}

impl Files {
    /// A descriptor for a file with these contents.
    pub(crate) fn add(&self, bytes: Vec<u8>) -> Result<i32, Errno> {
        let mut open = self.open.lock();
        let index = open.iter().position(Option::is_none).unwrap_or(open.len());
        if index == MOST_FILES {
            return Err(Errno::EMFILE);
        }
        if index == open.len() {
            open.push(None);
        }
        open[index] = Some(File { bytes, position: 0, mapped: false });
        Ok(FIRST_FILE + index as i32)
    }

    /// Whether a descriptor is that of a file.
    pub(crate) fn has(&self, descriptor: i32) -> bool {
        self.with(descriptor, |_| ()).is_ok()
    }

    /// Reads on; the number of bytes.
    pub(crate) fn read(&self, descriptor: i32, buffer: &mut [u8]) -> Result<usize, Errno> {
        self.with(descriptor, |file| {
            let rest = file.bytes.get(file.position..).unwrap_or_default();
            let count = rest.len().min(buffer.len());
            buffer[..count].copy_from_slice(&rest[..count]);
            file.position += count;
            count
        })
    }

    /// As lseek; the new position.
    pub(crate) fn seek(&self, descriptor: i32, offset: i64, whence: i32) -> Result<i64, Errno> {
        if is_console(descriptor) {
            return Err(Errno::ESPIPE);
        }
        self.with(descriptor, |file| {
            let from = match whence {
                0 => 0,
                1 => file.position as i64,
                2 => file.bytes.len() as i64,
                _ => return Err(Errno::EINVAL),
            };
            let to = from.checked_add(offset).filter(|to| *to >= 0).ok_or(Errno::EINVAL)?;
            file.position = to as usize;
            Ok(to)
        })?
    }

    /// Where a file's bytes are, and how many: there, unchanged, for good, whether or not it is closed.
    pub(crate) fn map(&self, descriptor: i32) -> Result<(usize, usize), Errno> {
        if is_console(descriptor) {
            return Err(Errno::EACCES);
        }
        self.with(descriptor, |file| {
            file.mapped = true;
            (file.bytes.as_ptr() as usize, file.bytes.len())
        })
    }

    /// Closes a file.
    pub(crate) fn close(&self, descriptor: i32) -> Result<(), Errno> {
        let index = index(descriptor);
        let closed = index.and_then(|at| self.open.lock().get_mut(at)?.take());
        let file = closed.ok_or(Errno::EBADF)?;
        if file.mapped {
            // The program goes on reading them.
            core::mem::forget(file.bytes);
        }
        Ok(())
    }

    fn with<R>(&self, descriptor: i32, act: impl FnOnce(&mut File) -> R) -> Result<R, Errno> {
        let mut open = self.open.lock();
        let file = index(descriptor).and_then(|index| open.get_mut(index)?.as_mut());
        file.map(act).ok_or(Errno::EBADF)
    }
}

fn index(descriptor: i32) -> Option<usize> {
    usize::try_from(descriptor.checked_sub(FIRST_FILE)?).ok()
}

/// The program's heap, which only grows.
#[derive(Debug)]
pub(crate) struct Heap {
    arena: Arena,
    used: AtomicUsize,
}

impl Heap {
    /// A heap of which nothing is used.
    pub(crate) fn new(arena: Arena) -> Self {
        Self { arena, used: AtomicUsize::new(0) }
    }

    /// Bytes that were given.
    pub(crate) fn used(&self) -> usize {
        self.used.load(Relaxed)
    }

    /// The address of `bytes` more, rounded up to 16, directly behind what was given last; `None`
    /// when there are no more.
    pub(crate) fn grow(&self, bytes: usize) -> Option<usize> {
        let bytes = bytes.checked_next_multiple_of(16)?;
        let end = |used: usize| used.checked_add(bytes).filter(|end| *end <= self.arena.len);
        let used = self.used.fetch_update(Relaxed, Relaxed, end).ok()?;
        Some(self.arena.base + used)
    }
}
