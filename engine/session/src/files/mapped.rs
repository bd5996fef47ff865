//! Files that are brought into memory whole, once, to where the program uses them.

use alloc::format;
use alloc::string::String;

use bareflow_platform::Platform;

use super::opening::Opening;
use crate::errno::Errno;
use crate::heap::Heap;

/// Bytes that are read at a time: few enough that whoever waits sees them rise.
const PIECE: usize = 4 << 20;
/// The least that a machine brings in at a touch.
const PAGE: usize = 4096;
/// Standard error, where progress is told of.
const ERRORS: u32 = 2;

/// The bytes of a file in memory of the program's, for good: nothing says when it has read them for the last
/// time.
pub(crate) fn map(
    open: &Opening,
    platform: &dyn Platform,
    heap: &Heap,
) -> Result<&'static [u8], Errno> {
    let id = open.readable().map_err(|error| match error {
        Errno::ESPIPE => Errno::EACCES,
        other => other,
    })?;
    let size = platform.files().status_of(id)?.size;
    let size = usize::try_from(size).map_err(|_| Errno::ENOMEM)?;
    let at = heap.pages(size).ok_or(Errno::ENOMEM)?;
    // SAFETY: memory of the heap that was just given, and is nobody else's.
    let bytes = unsafe { core::slice::from_raw_parts_mut(at as *mut u8, size) };
    platform.expect_much(bytes);
    let mut progress = Progress::new(open.path().unwrap_or_default(), size);
    let mut done = 0;
    while done < size {
        let part = &mut bytes[done..size.min(done + PIECE)];
        // Devices write to memory that is there.
        part.iter_mut().step_by(PAGE).for_each(|byte| *byte = 0);
        match platform.files().read_at(id, done as u64, part)? {
            // It was cut off meanwhile.
            0 => break,
            count => done += count,
        }
        progress.tell(platform, done);
    }
    progress.end(platform);
    Ok(&bytes[..done])
}

/// What a person sees of it while it takes long, on a line that is taken back.
struct Progress<'a> {
    path: &'a str,
    size: usize,
    next_ns: Option<u64>,
    shown: bool,
}

/// Before anything is shown, and between two times.
const PATIENCE_NS: u64 = 500_000_000;

impl<'a> Progress<'a> {
    fn new(path: &'a str, size: usize) -> Self {
        Self { path, size, next_ns: None, shown: false }
    }

    fn tell(&mut self, platform: &dyn Platform, done: usize) {
        let now = platform.now_ns();
        let next = *self.next_ns.get_or_insert(now + PATIENCE_NS);
        if now < next || done == self.size || !platform.is_terminal(ERRORS) {
            return;
        }
        self.next_ns = Some(now + PATIENCE_NS);
        self.shown = true;
        let line = line(self.path, done, self.size);
        platform.write(ERRORS, line.as_bytes());
    }

    fn end(&self, platform: &dyn Platform) {
        if self.shown {
            platform.write(ERRORS, b"\r\x1b[K");
        }
    }
}

fn line(path: &str, done: usize, size: usize) -> String {
    format!("\rreading {path}: {} of {} MiB", done >> 20, size >> 20)
}

#[cfg(test)]
mod tests {
    #[test]
    fn progress_is_in_mebibytes() {
        assert_eq!(super::line("/a.gguf", 5 << 20, 9_999_999), "\rreading /a.gguf: 5 of 9 MiB");
    }
}
