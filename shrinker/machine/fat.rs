//! A FAT16 volume, read only (ECMA-107; Microsoft's FAT specification 1.03).
//!
//! The first partition of type 4, 6 or 14 on any of the disks. The image's own disk has none, so
//! files come from a second disk.

use crate::ata::{DISKS, SECTOR, choose, half, sector, word};

#[derive(Clone, Copy)]
struct Volume {
    fat: u32,
    root: u32,
    root_sectors: u32,
    data: u32,
    cluster_sectors: u32,
}

static mut VOLUME: Volume =
    Volume { fat: 0, root: 0, root_sectors: 0, data: 0, cluster_sectors: 0 };
static mut LONG: [u8; 260] = [0; 260];

/// Finds the volume, once.
pub unsafe fn mount() -> bool {
    unsafe {
        if VOLUME.cluster_sectors != 0 {
            return true;
        }
        for disk in 0..DISKS {
            choose(disk);
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

/// Bytes in a cluster, a power of two, once there is a volume.
pub unsafe fn cluster_bytes() -> u32 {
    unsafe { VOLUME.cluster_sectors * SECTOR }
}

/// The cluster behind `cluster`; 0 at the end of the chain.
pub unsafe fn next(cluster: u16) -> u16 {
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
pub unsafe fn place(cluster: u16) -> u32 {
    unsafe {
        VOLUME
            .data
            .wrapping_add((cluster as u32).wrapping_sub(2).wrapping_mul(VOLUME.cluster_sectors))
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
/// address, until another sector is read, or null.
pub unsafe fn look_up(folder: u16, name: *const u8) -> *const u8 {
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
