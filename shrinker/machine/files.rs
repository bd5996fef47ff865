//! Open files, on a FAT16 volume, read only.
//!
//! Nothing here or below can panic: there is nobody to catch it, so memory is reached through raw
//! pointers, with bounds checked by hand where a disk's contents decide them.

use core::arch::{asm, global_asm};

use crate::ata::{SECTOR, half, sector, word};
use crate::fat::{cluster_bytes, look_up, mount, next, place};

global_asm!(
    ".section .text.bf_open, \"ax\", @progbits",
    ".global bf_open",
    ".reloc bf_open, R_X86_64_NONE, file_read",
    "bf_open:",
    "jmp file_open",
    ".text",
);

/// Files open at a time: with the console's three descriptors as many as Linux allows.
const FILES: usize = 1021;
/// Descriptors below are the console's.
const FIRST: i32 = 3;

/// Errors, as Linux numbers them; calls give the negative of one.
const ENOENT: i32 = 2;
const EIO: i32 = 5;
const EBADF: i32 = 9;
const ENOTDIR: i32 = 20;
const EISDIR: i32 = 21;
const EINVAL: i32 = 22;
const EMFILE: i32 = 24;
const ESPIPE: i32 = 29;

#[derive(Clone, Copy)]
struct File {
    open: bool,
    first: u16,
    size: u32,
    position: u64,
    /// The cluster that `index` counts to, so that reading on is not reading from the start.
    cluster: u16,
    index: u32,
}

static mut OPEN: [File; FILES] =
    [File { open: false, first: 0, size: 0, position: 0, cluster: 0, index: 0 }; FILES];
#[unsafe(no_mangle)]
unsafe extern "C" fn file_open(path: *const u8, flags: i32) -> i32 {
    unsafe {
        let files = (&raw mut OPEN).cast::<File>();
        let mut free = 0;
        while free < FILES && (*files.add(free)).open {
            free += 1;
        }
        if flags != 0 {
            return -EINVAL;
        }
        if free == FILES {
            return -EMFILE;
        }
        if *path == 0 || !mount() {
            return -ENOENT;
        }
        let (mut name, mut folder) = (path, 0);
        loop {
            while *name == b'/' {
                name = name.add(1);
            }
            if *name == 0 {
                return -EISDIR;
            }
            let mut rest = name;
            while *rest != 0 && *rest != b'/' {
                rest = rest.add(1);
            }
            let own = *name == b'.' && rest.offset_from(name) == 1;
            if !own {
                let entry = look_up(folder, name);
                if entry.is_null() {
                    return -ENOENT;
                }
                let is_folder = *entry.add(11) & 0x10 != 0;
                let first = half(entry, 26) as u16;
                if *rest == 0 {
                    if is_folder {
                        return -EISDIR;
                    }
                    let size = word(entry, 28);
                    let file =
                        File { open: true, first, size, position: 0, cluster: first, index: 0 };
                    *files.add(free) = file;
                    return FIRST + free as i32;
                }
                if !is_folder {
                    return -ENOTDIR;
                }
                folder = first;
            } else if *rest == 0 {
                return -EISDIR;
            }
            name = rest;
        }
    }
}

/// An open file by descriptor, or null.
unsafe fn file(descriptor: i32) -> *mut File {
    unsafe {
        let index = descriptor.wrapping_sub(FIRST) as usize;
        let files = (&raw mut OPEN).cast::<File>();
        if index >= FILES || !(*files.add(index)).open {
            return core::ptr::null_mut();
        }
        files.add(index)
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn file_read(descriptor: i32, mut to: *mut u8, length: usize) -> isize {
    unsafe {
        let file = file(descriptor);
        if file.is_null() {
            return -EBADF as isize;
        }
        let file = &mut *file;
        let cluster_bytes = cluster_bytes();
        let mut done = 0usize;
        while done < length && file.position < file.size as u64 {
            let position = file.position as u32;
            // Not a division: that could panic.
            let wanted = position >> cluster_bytes.trailing_zeros();
            if wanted < file.index {
                file.cluster = file.first;
                file.index = 0;
            }
            while file.index < wanted {
                file.cluster = next(file.cluster);
                if file.cluster == 0 {
                    file.index = u32::MAX;
                    return -EIO as isize;
                }
                file.index += 1;
            }
            let inside = position & (cluster_bytes - 1);
            let from = sector(place(file.cluster).wrapping_add(inside / SECTOR));
            if from.is_null() {
                return -EIO as isize;
            }
            let offset = position % SECTOR;
            let mut count = (SECTOR - offset).min(file.size - position) as usize;
            if count > length - done {
                count = length - done;
            }
            asm!("rep movsb", inout("rsi") from.add(offset as usize) => _,
                inout("rdi") to => to, inout("rcx") count => _, options(nostack));
            done += count;
            file.position += count as u64;
        }
        done as isize
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bf_close(descriptor: i32) -> i32 {
    unsafe {
        let file = file(descriptor);
        if file.is_null() {
            return -EBADF;
        }
        (*file).open = false;
        0
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn file_terminal(descriptor: i32) -> i32 {
    unsafe { if file(descriptor).is_null() { -EBADF } else { 0 } }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bf_seek(descriptor: i32, offset: i64, whence: i32) -> i64 {
    unsafe {
        let file = file(descriptor);
        if file.is_null() {
            return if (descriptor as u32) < FIRST as u32 { -ESPIPE as i64 } else { -EBADF as i64 };
        }
        let from = match whence {
            0 => 0,
            1 => (*file).position as i64,
            2 => (*file).size as i64,
            _ => return -EINVAL as i64,
        };
        let to = from.wrapping_add(offset);
        if to < 0 {
            return -EINVAL as i64;
        }
        (*file).position = to as u64;
        to
    }
}
