//! How a disk is spoken to, by what it hangs on.
//!
//! Every function here exists twice, once as `disk_NAME` for all kinds of disks and once as `ide_disk_NAME` for those
//! on the classic controllers. An image that is asked to know no others has the latter in the place of the former, and with them
//! go the drivers, the search through PCI and the memory that they share with disks. So calls go by the names, and nothing of one
//! is put into its callers.

use crate::ahci::Ahci;
use crate::ata::Ata;
use crate::commanded::Commanded;
use crate::pci;
use crate::virtio::Virtio;

/// How a disk is spoken to. Its first is all zeros, so that it takes no room in an image.
#[derive(Debug)]
#[repr(u8)]
pub enum Way {
    None,
    Ata(Ata),
    Ahci(Ahci),
    Virtio(Virtio),
}

/// Class, subclass and interface of AHCI.
const AHCI: u32 = 0x01_06_01;
/// Device and vendor.
const VIRTIO_DISK: u32 = 0x1042_1af4;
const VIRTIO_DISK_OF_OLD: u32 = 0x1001_1af4;

#[expect(improper_ctypes, reason = "both sides are this crate's, compiled at once")]
unsafe extern "C" {
    /// Finds the disk of this number on the controllers that PCI names; false when there are not so many.
    pub fn disk_beyond(way: &mut Way, left: u8) -> bool;
    /// Reads sectors that lie one behind the other, for which there must be room; whether they could be read.
    pub fn disk_read(way: &mut Way, number: u32, count: u32, to: *mut u8) -> bool;
    /// Writes a sector, of which there must be the bytes; whether it could be written.
    pub fn disk_write(way: &mut Way, number: u32, from: *const u8) -> bool;
    /// Has what was written stay there; whether it will.
    pub fn disk_flush(way: &mut Way) -> bool;
}

mod all {
    use super::{AHCI, Ahci, Commanded as _, VIRTIO_DISK, VIRTIO_DISK_OF_OLD, Virtio, Way, pci};

    #[unsafe(no_mangle)]
    #[inline(never)]
    extern "C" fn disk_beyond(way: &mut Way, left: u8) -> bool {
        let mut left = left;
        pci::find(|function| {
            if pci::read(function, 8) >> 8 == AHCI {
                match Ahci::new(function, &mut left) {
                    Some(disk) => *way = Way::Ahci(disk),
                    None => return false,
                }
            } else if matches!(pci::read(function, 0), VIRTIO_DISK | VIRTIO_DISK_OF_OLD) {
                if left > 0 {
                    left -= 1;
                    return false;
                }
                match Virtio::new(function) {
                    Some(disk) => *way = Way::Virtio(disk),
                    None => return false,
                }
            } else {
                return false;
            }
            true
        })
    }

    /// # Safety
    /// There is room for the sectors.
    #[unsafe(no_mangle)]
    #[inline(never)]
    unsafe extern "C" fn disk_read(way: &mut Way, number: u32, count: u32, to: *mut u8) -> bool {
        // SAFETY: the caller's.
        unsafe {
            match way {
                Way::None => false,
                Way::Ata(disk) if count == 1 => disk.read_one(number, to),
                Way::Ata(disk) => disk.read_run(number, count, to),
                Way::Ahci(disk) => disk.read_run(number, count, to),
                Way::Virtio(disk) => disk.read_run(number, count, to),
            }
        }
    }

    /// # Safety
    /// There is a sector.
    #[unsafe(no_mangle)]
    #[inline(never)]
    unsafe extern "C" fn disk_write(way: &mut Way, number: u32, from: *const u8) -> bool {
        // SAFETY: the caller's.
        unsafe {
            match way {
                Way::None => false,
                Way::Ata(disk) => disk.write_one(number, from),
                Way::Ahci(disk) => disk.write_one(number, from),
                Way::Virtio(disk) => disk.write_one(number, from),
            }
        }
    }

    #[unsafe(no_mangle)]
    #[inline(never)]
    extern "C" fn disk_flush(way: &mut Way) -> bool {
        match way {
            Way::None => false,
            Way::Ata(disk) => disk.flush(),
            Way::Ahci(disk) => disk.flush(),
            Way::Virtio(disk) => disk.flush(),
        }
    }
}

mod classic {
    use super::Way;

    #[unsafe(no_mangle)]
    extern "C" fn ide_disk_beyond(_: &mut Way, _: u8) -> bool {
        false
    }

    /// # Safety
    /// There is room for the sectors.
    #[unsafe(no_mangle)]
    unsafe extern "C" fn ide_disk_read(
        way: &mut Way,
        number: u32,
        count: u32,
        to: *mut u8,
    ) -> bool {
        let Way::Ata(disk) = way else { return false };
        // SAFETY: the caller's.
        unsafe {
            match count {
                1 => disk.read_one(number, to),
                _ => disk.read_run(number, count, to),
            }
        }
    }

    /// # Safety
    /// There is a sector.
    #[unsafe(no_mangle)]
    unsafe extern "C" fn ide_disk_write(way: &mut Way, number: u32, from: *const u8) -> bool {
        let Way::Ata(disk) = way else { return false };
        // SAFETY: the caller's.
        unsafe { disk.write_one(number, from) }
    }

    #[unsafe(no_mangle)]
    extern "C" fn ide_disk_flush(way: &mut Way) -> bool {
        let Way::Ata(disk) = way else { return false };
        disk.flush()
    }
}
