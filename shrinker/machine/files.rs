//! Files: a FAT16 volume on an ATA disk, read only (ECMA-107; Microsoft's FAT specification 1.03).
//!
//! The first partition of type 4, 6 or 14 on any of the four disks that the classic controllers
//! have. The image's own disk has none, so files come from a second disk. Nothing here can panic:
//! there is nobody to catch it, so memory is reached through raw pointers, with bounds checked by
//! hand where a disk's contents decide them.

use core::arch::{asm, global_asm};

global_asm!(
    ".section .text.bf_open, \"ax\", @progbits",
    ".global bf_open",
    ".reloc bf_open, R_X86_64_NONE, file_read",
    "bf_open:",
    "jmp file_open",
    ".text",
);

const SECTOR: u32 = 512;
/// Files open at a time.
const FILES: usize = 16;
/// Descriptors below are the console's.
const FIRST: i32 = 3;
/// Polls of a status register before a disk counts as gone.
const PATIENCE: u32 = 10_000_000;

#[derive(Clone, Copy)]
struct Volume {
    port: u16,
    drive: u8,
    fat: u32,
    root: u32,
    root_sectors: u32,
    data: u32,
    cluster_sectors: u32,
}

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

static mut VOLUME: Volume = Volume {
    port: 0,
    drive: 0,
    fat: 0,
    root: 0,
    root_sectors: 0,
    data: 0,
    cluster_sectors: 0,
};
static mut OPEN: [File; FILES] =
    [File { open: false, first: 0, size: 0, position: 0, cluster: 0, index: 0 }; FILES];
static mut BUFFER: [u8; SECTOR as usize] = [0; SECTOR as usize];
/// Number of the sector in `BUFFER`, plus 1; 0: none.
static mut BUFFERED: u32 = 0;
static mut LONG: [u8; 260] = [0; 260];

unsafe fn outb(port: u16, value: u8) {
    unsafe { asm!("out dx, al", in("dx") port, in("al") value, options(nomem, nostack)) }
}

unsafe fn inb(port: u16) -> u8 {
    let value: u8;
    unsafe { asm!("in al, dx", in("dx") port, out("al") value, options(nomem, nostack)) }
    value
}

/// Waits until the disk is not busy; false when it reports an error or never answers.
unsafe fn ready(port: u16, wants_data: bool) -> bool {
    let mut left = PATIENCE;
    while left > 0 {
        let status = unsafe { inb(port + 7) };
        if status == 0xff {
            return false;
        }
        if status & 0x80 == 0 {
            if status & 0x21 != 0 {
                return false;
            }
            if !wants_data || status & 0x08 != 0 {
                return true;
            }
        }
        left -= 1;
    }
    false
}

/// Brings a sector of the disk into `BUFFER` (ATA-6, READ SECTOR(S)); its first byte, or null.
#[inline(never)]
unsafe fn sector(number: u32) -> *mut u8 {
    unsafe {
        let buffer = (&raw mut BUFFER).cast::<u8>();
        if BUFFERED == number + 1 {
            return buffer;
        }
        BUFFERED = 0;
        let (port, drive) = (VOLUME.port, VOLUME.drive);
        outb(port + 6, 0xe0 | drive << 4 | (number >> 24) as u8 & 15);
        if !ready(port, false) {
            return core::ptr::null_mut();
        }
        outb(port + 2, 1);
        outb(port + 3, number as u8);
        outb(port + 4, (number >> 8) as u8);
        outb(port + 5, (number >> 16) as u8);
        outb(port + 7, 0x20);
        // The status is valid 400 ns after the command: four reads of the alternate one.
        for _ in 0..4 {
            inb(port + 0x206);
        }
        if !ready(port, true) {
            return core::ptr::null_mut();
        }
        asm!("rep insw", in("dx") port, inout("rdi") buffer => _, inout("rcx") 256usize => _,
            options(nostack));
        BUFFERED = number + 1;
        buffer
    }
}

unsafe fn half(at: *const u8, offset: usize) -> u32 {
    unsafe { at.add(offset).cast::<u16>().read_unaligned() as u32 }
}

unsafe fn word(at: *const u8, offset: usize) -> u32 {
    unsafe { at.add(offset).cast::<u32>().read_unaligned() }
}

/// Finds the volume, once.
unsafe fn mount() -> bool {
    unsafe {
        if VOLUME.cluster_sectors != 0 {
            return true;
        }
        for place in 0..4u8 {
            VOLUME.port = if place & 2 == 0 { 0x1f0 } else { 0x170 };
            VOLUME.drive = place & 1;
            BUFFERED = 0;
            let table = sector(0);
            if table.is_null() || half(table, 510) != 0xaa55 {
                continue;
            }
            for entry in 0..4 {
                let at = 446 + entry * 16;
                if matches!(*table.add(at + 4), 4 | 6 | 14) && volume(word(table, at + 8)) {
                    return true;
                }
            }
        }
        VOLUME.cluster_sectors = 0;
        false
    }
}

/// Takes the volume that begins at a sector, if it is one.
unsafe fn volume(start: u32) -> bool {
    unsafe {
        let boot = sector(start);
        if boot.is_null() || half(boot, 11) != SECTOR || half(boot, 510) != 0xaa55 {
            return false;
        }
        let cluster_sectors = *boot.add(13) as u32;
        let fat_sectors = half(boot, 22);
        if !cluster_sectors.is_power_of_two() || fat_sectors == 0 {
            return false;
        }
        VOLUME.fat = start.wrapping_add(half(boot, 14));
        VOLUME.root = VOLUME.fat.wrapping_add(*boot.add(16) as u32 * fat_sectors);
        VOLUME.root_sectors = half(boot, 17) * 32 / SECTOR;
        VOLUME.data = VOLUME.root.wrapping_add(VOLUME.root_sectors);
        VOLUME.cluster_sectors = cluster_sectors;
        true
    }
}

/// The cluster behind `cluster`; 0 at the end of the chain.
unsafe fn next(cluster: u16) -> u16 {
    unsafe {
        let table = sector(VOLUME.fat.wrapping_add(cluster as u32 / 256));
        if table.is_null() {
            return 0;
        }
        let next = half(table, (cluster as usize % 256) * 2) as u16;
        if next < 2 || next >= 0xfff0 { 0 } else { next }
    }
}

/// First sector of a cluster.
unsafe fn place(cluster: u16) -> u32 {
    unsafe {
        VOLUME.data.wrapping_add((cluster as u32).wrapping_sub(2).wrapping_mul(VOLUME.cluster_sectors))
    }
}

fn lower(byte: u8) -> u8 {
    if byte.is_ascii_uppercase() { byte | 0x20 } else { byte }
}

/// Whether the component of a path at `name` is the zero-terminated `other`.
unsafe fn same(mut name: *const u8, mut other: *const u8) -> bool {
    unsafe {
        loop {
            let (a, b) = (*name, *other);
            let ends = a == 0 || a == b'/';
            if ends || b == 0 {
                return ends && b == 0;
            }
            if lower(a) != lower(b) {
                return false;
            }
            name = name.add(1);
            other = other.add(1);
        }
    }
}

/// The entry of a folder (first cluster; 0: the root) called like the component at `name`: its
/// address in `BUFFER`, or null.
unsafe fn look_up(folder: u16, name: *const u8) -> *const u8 {
    unsafe {
        let long = (&raw mut LONG).cast::<u8>();
        *long = 0;
        let mut cluster = folder;
        loop {
            let (first, count) = if folder == 0 {
                (VOLUME.root, VOLUME.root_sectors)
            } else {
                (place(cluster), VOLUME.cluster_sectors)
            };
            for number in 0..count {
                for index in 0..16 {
                    let entries = sector(first.wrapping_add(number));
                    if entries.is_null() {
                        return entries;
                    }
                    let entry = entries.add(index * 32);
                    let attributes = *entry.add(11);
                    if *entry == 0 {
                        return core::ptr::null();
                    }
                    if *entry == 0xe5 {
                        *long = 0;
                    } else if attributes == 0x0f {
                        add_long(entry, long);
                    } else if attributes & 8 != 0 {
                        *long = 0;
                    } else if (*long != 0 && same(name, long)) || same_short(name, entry) {
                        return entry;
                    } else {
                        *long = 0;
                    }
                }
            }
            if folder == 0 {
                return core::ptr::null();
            }
            cluster = next(cluster);
            if cluster == 0 {
                return core::ptr::null();
            }
        }
    }
}

/// Puts thirteen letters of a long name into their place.
unsafe fn add_long(entry: *const u8, long: *mut u8) {
    unsafe {
        let order = *entry;
        let part = (order & 0x1f) as usize;
        if part == 0 || part > 19 {
            *long = 0;
            return;
        }
        let start = (part - 1) * 13;
        if order & 0x40 != 0 {
            *long.add(start + 13) = 0;
        }
        for letter in 0..13 {
            let offset = match letter {
                0..5 => 1 + letter * 2,
                5..11 => 14 + (letter - 5) * 2,
                _ => 28 + (letter - 11) * 2,
            };
            let unit = half(entry, offset);
            // Letters beyond ASCII match nothing.
            *long.add(start + letter) = if unit < 128 { unit as u8 } else { 255 };
        }
    }
}

/// Whether the component at `name` is the short name of an entry.
unsafe fn same_short(name: *const u8, entry: *const u8) -> bool {
    unsafe {
        let mut text = [0u8; 13];
        let text = text.as_mut_ptr();
        let mut length = 0;
        for index in 0..11 {
            let byte = *entry.add(index);
            if byte == b' ' {
                continue;
            }
            if index >= 8 && *entry.add(8) != b' ' && index == 8 {
                *text.add(length) = b'.';
                length += 1;
            }
            *text.add(length) = byte;
            length += 1;
        }
        same(name, text)
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn file_open(path: *const u8, flags: i32) -> i32 {
    unsafe {
        let files = (&raw mut OPEN).cast::<File>();
        let mut free = 0;
        while free < FILES && (*files.add(free)).open {
            free += 1;
        }
        if flags != 0 || free == FILES || !mount() {
            return -1;
        }
        let (mut name, mut folder) = (path, 0);
        loop {
            while *name == b'/' {
                name = name.add(1);
            }
            let mut rest = name;
            while *rest != 0 && *rest != b'/' {
                rest = rest.add(1);
            }
            let own = *name == b'.' && rest.offset_from(name) == 1;
            if !own {
                let entry = look_up(folder, name);
                if entry.is_null() {
                    return -1;
                }
                let is_folder = *entry.add(11) & 0x10 != 0;
                let first = half(entry, 26) as u16;
                if *rest == 0 {
                    if is_folder {
                        return -1;
                    }
                    let size = word(entry, 28);
                    let file =
                        File { open: true, first, size, position: 0, cluster: first, index: 0 };
                    *files.add(free) = file;
                    return FIRST + free as i32;
                }
                if !is_folder {
                    return -1;
                }
                folder = first;
            } else if *rest == 0 {
                return -1;
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
            return -1;
        }
        let file = &mut *file;
        let cluster_bytes = VOLUME.cluster_sectors * SECTOR;
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
                    return -1;
                }
                file.index += 1;
            }
            let inside = position & (cluster_bytes - 1);
            let from = sector(place(file.cluster).wrapping_add(inside / SECTOR));
            if from.is_null() {
                return -1;
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
            return -1;
        }
        (*file).open = false;
        0
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bf_seek(descriptor: i32, offset: i64, whence: i32) -> i64 {
    unsafe {
        let file = file(descriptor);
        if file.is_null() {
            return -1;
        }
        let from = match whence {
            0 => 0,
            1 => (*file).position as i64,
            2 => (*file).size as i64,
            _ => return -1,
        };
        let to = from.wrapping_add(offset);
        if to < 0 {
            return -1;
        }
        (*file).position = to as u64;
        to
    }
}
