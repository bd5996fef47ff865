//! Open files, on a FAT16 volume, read only: the first one on any of the disks. The image's own
//! disk has none, so files come from a second disk.
//!
//! Nothing here can panic (see [`crate::fat`]).

use core::arch::asm;
use core::cell::UnsafeCell;

use crate::ata::{DISKS, Disk};
use crate::fat::{Entry, LongName, Volume, partition};
use crate::sectors::{SECTOR, Sectors};

#[cfg(not(test))]
core::arch::global_asm!(
    ".section .text.bf_open, \"ax\", @progbits",
    ".global bf_open",
    ".reloc bf_open, R_X86_64_NONE, file_read",
    "bf_open:",
    "jmp file_open",
    ".text",
);

/// Files open at a time.
const FILES: usize = 16;
/// Descriptors below are the console's.
const FIRST: i32 = 3;

#[derive(Clone, Copy, Debug)]
struct File {
    open: bool,
    first: u16,
    size: u32,
    position: u64,
    /// The cluster that `index` counts to, so that reading on is not reading from the start.
    cluster: u16,
    index: u32,
}

const CLOSED: File = File { open: false, first: 0, size: 0, position: 0, cluster: 0, index: 0 };

/// All that there is of files.
#[derive(Debug)]
struct State {
    disk: Disk,
    volume: Volume,
    long: LongName,
    open: [File; FILES],
}

/// What the one processor alone uses.
struct Alone(UnsafeCell<State>);

// SAFETY: there is one processor, and no interrupt that would come in between (see the crate).
unsafe impl Sync for Alone {}

static STATE: Alone = Alone(UnsafeCell::new(State {
    disk: Disk::new(),
    volume: Volume::new(),
    long: LongName::new(),
    open: [CLOSED; FILES],
}));

/// The state, for the length of a host call.
///
/// # Safety
/// Called once in each host call; the reference ends with the call.
unsafe fn state<'a>() -> &'a mut State {
    // SAFETY: host calls do not nest, and one processor makes them.
    unsafe { &mut *STATE.0.get() }
}

impl State {
    /// Finds the volume, once.
    fn mount(&mut self) -> bool {
        if self.volume.is_there() {
            return true;
        }
        for disk in 0..DISKS {
            self.disk.choose(disk);
            for number in 0..4 {
                let start = self.disk.sector(0).and_then(|table| partition(table, number));
                if let Some(start) = start
                    && let Some(boot) = self.disk.sector(start)
                    && self.volume.take(start, boot)
                {
                    return true;
                }
            }
        }
        false
    }

    /// The entry that a path leads to.
    fn find(&mut self, path: &[u8]) -> Option<Entry> {
        let mut found: Option<Entry> = None;
        // The last name is that of a file, so it is not the file itself that a full stop names.
        let mut last_is_own = false;
        let mut left = path;
        while !left.is_empty() {
            let end = left.iter().position(|byte| *byte == b'/').unwrap_or(left.len());
            let name = left.get(..end)?;
            left = left.get(end + 1..).unwrap_or(&[]);
            if name.is_empty() {
                continue;
            }
            last_is_own = matches!(name, [b'.']);
            let folder = match found {
                Some(Entry { is_folder: false, .. }) => return None,
                Some(folder) => folder.first,
                None => 0,
            };
            if !last_is_own {
                found = Some(self.volume.look_up(&mut self.disk, &mut self.long, folder, name)?);
            }
        }
        found.filter(|entry| !entry.is_folder && !last_is_own && path.last() != Some(&b'/'))
    }

    fn open(&mut self, path: &[u8]) -> i32 {
        if !self.mount() {
            return -1;
        }
        let Some(Entry { first, size, .. }) = self.find(path) else { return -1 };
        for (number, file) in self.open.iter_mut().enumerate() {
            if !file.open {
                *file = File { open: true, first, size, cluster: first, ..CLOSED };
                return FIRST + number as i32;
            }
        }
        -1
    }

    /// An open file by its descriptor.
    fn file(&mut self, descriptor: i32) -> Option<&mut File> {
        let file = self.open.get_mut(descriptor.wrapping_sub(FIRST) as usize);
        file.filter(|file| file.open)
    }

    /// The bytes of a file from its position on that lie in one sector; none at its end.
    fn next_bytes(&mut self, descriptor: i32) -> Option<&[u8]> {
        let file = self.open.get_mut(descriptor.wrapping_sub(FIRST) as usize);
        let file = file.filter(|file| file.open)?;
        if file.position >= file.size.into() {
            return Some(&[]);
        }
        let position = file.position as u32;
        let cluster_bytes = self.volume.cluster_bytes();
        // Not a division: that could panic.
        let wanted = position >> cluster_bytes.trailing_zeros();
        if wanted < file.index {
            file.cluster = file.first;
            file.index = 0;
        }
        while file.index < wanted {
            file.cluster = self.volume.next(&mut self.disk, file.cluster);
            if file.cluster == 0 {
                file.index = u32::MAX;
                return None;
            }
            file.index += 1;
        }
        let inside = position & cluster_bytes.wrapping_sub(1);
        let number = self.volume.place(file.cluster).wrapping_add(inside / SECTOR);
        let left = file.size - position;
        let bytes = self.disk.sector(number)?.get((position % SECTOR) as usize..)?;
        Some(bytes.get(..left as usize).unwrap_or(bytes))
    }
}

/// `bf_open`: the path ends in a zero.
///
/// # Safety
/// It does.
#[unsafe(no_mangle)]
unsafe extern "C" fn file_open(path: *const u8, flags: i32) -> i32 {
    if flags != 0 {
        return -1;
    }
    let mut length = 0;
    // SAFETY: the caller's.
    while unsafe { *path.add(length) } != 0 {
        length += 1;
    }
    // SAFETY: so many bytes are the path; this is a host call.
    unsafe { state().open(core::slice::from_raw_parts(path, length)) }
}

/// `bf_read` of files.
///
/// # Safety
/// There is room for `length` bytes at `to`.
#[unsafe(no_mangle)]
unsafe extern "C" fn file_read(descriptor: i32, mut to: *mut u8, length: usize) -> isize {
    // SAFETY: this is a host call.
    let state = unsafe { state() };
    let mut done = 0;
    loop {
        let Some(bytes) = state.next_bytes(descriptor) else { return -1 };
        let count = bytes.len().min(length - done);
        if count == 0 {
            return done as isize;
        }
        // SAFETY: the sector has these bytes, and the program's memory the room.
        unsafe {
            asm!("rep movsb", inout("rsi") bytes.as_ptr() => _, inout("rdi") to => to,
                inout("rcx") count => _, options(nostack));
        }
        done += count;
        if let Some(file) = state.file(descriptor) {
            file.position += count as u64;
        }
    }
}

/// `bf_close`.
#[unsafe(no_mangle)]
extern "C" fn bf_close(descriptor: i32) -> i32 {
    // SAFETY: this is a host call.
    match unsafe { state() }.file(descriptor) {
        Some(file) => {
            file.open = false;
            0
        }
        None => -1,
    }
}

/// `bf_seek`.
#[unsafe(no_mangle)]
extern "C" fn bf_seek(descriptor: i32, offset: i64, whence: i32) -> i64 {
    // SAFETY: this is a host call.
    let Some(file) = (unsafe { state() }).file(descriptor) else { return -1 };
    let from = match whence {
        0 => 0,
        1 => file.position as i64,
        2 => file.size.into(),
        _ => return -1,
    };
    let to = from.wrapping_add(offset);
    if to < 0 {
        return -1;
    }
    file.position = to as u64;
    to
}
