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

#[cfg(not(test))]
unsafe extern "C" {
    fn bf_grow(bytes: usize) -> *mut u8;
}

/// There is no memory to be had in tests.
#[cfg(test)]
unsafe fn bf_grow(_: usize) -> *mut u8 {
    core::ptr::null_mut()
}

/// Files open at a time: with the console's three descriptors as many as Linux allows.
const FILES: usize = 1021;
/// Descriptors below are the console's.
const FIRST: i32 = 3;

/// Errors, as Linux numbers them; calls give the negative of one.
const ENOENT: i32 = 2;
const EIO: i32 = 5;
const EBADF: i32 = 9;
const ENOMEM: i32 = 12;
const EACCES: i32 = 13;
const ENOTDIR: i32 = 20;
const EISDIR: i32 = 21;
const EINVAL: i32 = 22;
const EMFILE: i32 = 24;
const ESPIPE: i32 = 29;

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

    /// The file that a path leads to; or the number of the error.
    fn find(&mut self, path: &[u8]) -> Result<Entry, i32> {
        let mut found = Entry { is_folder: true, first: 0, size: 0 };
        // What a full stop or a slash at the end names is a folder.
        let mut is_file = false;
        let mut left = path;
        while !left.is_empty() {
            let end = left.iter().position(|byte| *byte == b'/').unwrap_or(left.len());
            let name = left.get(..end).unwrap_or(&[]);
            is_file = end == left.len();
            left = left.get(end + 1..).unwrap_or(&[]);
            if matches!(name, [] | [b'.']) {
                is_file = false;
                continue;
            }
            if !found.is_folder {
                return Err(ENOTDIR);
            }
            let entry = self.volume.look_up(&mut self.disk, &mut self.long, found.first, name);
            found = entry.ok_or(ENOENT)?;
        }
        match found.is_folder {
            true => Err(EISDIR),
            false if !is_file => Err(ENOTDIR),
            false => Ok(found),
        }
    }

    fn open(&mut self, path: &[u8]) -> Result<i32, i32> {
        let free = self.open.iter().position(|file| !file.open).ok_or(EMFILE)?;
        if path.is_empty() || !self.mount() {
            return Err(ENOENT);
        }
        let Entry { first, size, .. } = self.find(path)?;
        if let Some(file) = self.open.get_mut(free) {
            *file = File { open: true, first, size, cluster: first, ..CLOSED };
        }
        Ok(FIRST + free as i32)
    }

    /// An open file by its descriptor.
    fn file(&mut self, descriptor: i32) -> Option<&mut File> {
        let file = self.open.get_mut(descriptor.wrapping_sub(FIRST) as usize);
        file.filter(|file| file.open)
    }

    /// The bytes of a file from its position on that lie in one sector, none at its end; or the
    /// number of the error.
    fn next_bytes(&mut self, descriptor: i32) -> Result<&[u8], i32> {
        let file = self.open.get_mut(descriptor.wrapping_sub(FIRST) as usize);
        let file = file.filter(|file| file.open).ok_or(EBADF)?;
        if file.position >= file.size.into() {
            return Ok(&[]);
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
                return Err(EIO);
            }
            file.index += 1;
        }
        let inside = position & cluster_bytes.wrapping_sub(1);
        let number = self.volume.place(file.cluster).wrapping_add(inside / SECTOR);
        let left = file.size - position;
        let sector = self.disk.sector(number).ok_or(EIO)?;
        let bytes = sector.get((position % SECTOR) as usize..).unwrap_or(&[]);
        Ok(bytes.get(..left as usize).unwrap_or(bytes))
    }
}

/// `bf_open`: the path ends in a zero.
///
/// # Safety
/// It does.
#[unsafe(no_mangle)]
unsafe extern "C" fn file_open(path: *const u8, flags: i32) -> i32 {
    if flags != 0 {
        return -EINVAL;
    }
    let mut length = 0;
    // SAFETY: the caller's.
    while unsafe { *path.add(length) } != 0 {
        length += 1;
    }
    // SAFETY: so many bytes are the path; this is a host call.
    let opened = unsafe { state().open(core::slice::from_raw_parts(path, length)) };
    opened.unwrap_or_else(|error| -error)
}

/// Whether no disk with a volume was found. For the length of a host call.
#[cfg(not(test))]
pub fn no_disk() -> bool {
    // SAFETY: this is a host call.
    !(unsafe { state() }).volume.is_there()
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
        let bytes = match state.next_bytes(descriptor) {
            Ok(bytes) => bytes,
            Err(error) => return -error as isize,
        };
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
        None => -EBADF,
    }
}

impl State {
    /// Reads a file whole, clusters that lie one behind the other at once; whether it could be read.
    ///
    /// # Safety
    /// There is room for it, and for what is left of its last sector.
    unsafe fn read_whole(&mut self, first: u16, size: u32, to: *mut u8) -> bool {
        let cluster_bytes = self.volume.cluster_bytes();
        let (mut done, mut cluster) = (0, first);
        while done < size {
            let (mut end, mut last) = (done, cluster);
            let next = loop {
                end = end.saturating_add(cluster_bytes);
                if end >= size {
                    break 0;
                }
                let next = self.volume.next(&mut self.disk, last);
                if next != last.wrapping_add(1) {
                    break next;
                }
                last = next;
            };
            let bytes = end.min(size) - done;
            let place = self.volume.place(cluster);
            // SAFETY: by this function's contract.
            let read = unsafe {
                let to = to.add(done as usize);
                self.disk.read_run(place, bytes.div_ceil(SECTOR), to)
            };
            if !read || (next == 0 && end < size) {
                return false;
            }
            (done, cluster) = (end, next);
        }
        true
    }
}

/// `bf_map`: the file is read into memory of the program, whole.
///
/// # Safety
/// There is room for an address at `at`.
#[unsafe(no_mangle)]
unsafe extern "C" fn bf_map(descriptor: i32, at: *mut *const u8) -> isize {
    // SAFETY: this is a host call.
    let state = unsafe { state() };
    let Some(File { first, size, .. }) = state.file(descriptor).copied() else {
        return if (0..FIRST).contains(&descriptor) { -EACCES } else { -EBADF } as isize;
    };
    // SAFETY: any size will do; a sector more is room for what is left of the last one.
    let room = unsafe { bf_grow(size as usize + SECTOR as usize) };
    if room.is_null() {
        return -ENOMEM as isize;
    }
    // SAFETY: there is room for the whole file, and for the address.
    unsafe {
        at.write_unaligned(room);
        if state.read_whole(first, size, room) { size as isize } else { -EIO as isize }
    }
}

/// `bf_terminal` of files: none is one.
#[unsafe(no_mangle)]
extern "C" fn file_terminal(descriptor: i32) -> i32 {
    // SAFETY: this is a host call.
    match unsafe { state() }.file(descriptor) {
        Some(_) => 0,
        None => -EBADF,
    }
}

/// `bf_seek`.
#[unsafe(no_mangle)]
extern "C" fn bf_seek(descriptor: i32, offset: i64, whence: i32) -> i64 {
    // SAFETY: this is a host call.
    let Some(file) = (unsafe { state() }).file(descriptor) else {
        let of_console = (0..FIRST).contains(&descriptor);
        return if of_console { -ESPIPE } else { -EBADF }.into();
    };
    let from = match whence {
        0 => 0,
        1 => file.position as i64,
        2 => file.size.into(),
        _ => return (-EINVAL).into(),
    };
    let to = from.wrapping_add(offset);
    if to < 0 {
        return (-EINVAL).into();
    }
    file.position = to as u64;
    to
}
