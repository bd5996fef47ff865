//! The bus master of the classic controllers, by which a disk writes to memory itself (SFF-8038i). It is looked
//! for when the first run of sectors is read; where there is none, the processor takes them.

use core::arch::asm;

/// Sectors of one transfer: as many as fit a command of 28 bits.
pub const MOST: u32 = 256;
/// Entries of the table: a transfer of 128 KiB that begins anywhere crosses two boundaries of 64 KiB.
const ENTRIES: usize = 3;
const BORDER: u32 = 1 << 16;

const ADDRESS: u16 = 0xcf8;
const DATA: u16 = 0xcfc;
/// Mass storage on the classic ports.
const IDE: u32 = 0x0101;
/// What a device may do beside: answer at ports, and be master of the bus.
const PORTS_AND_MASTER: u32 = 0b101;

/// From a disk to memory.
const TO_MEMORY: u8 = 8;
const START: u8 = 1;
/// Clears what the last transfer has left, an interrupt and an error.
const CLEAR: u8 = 0b110;

/// Where it is, and the table that it reads. The table may not cross a boundary of 64 KiB.
#[repr(align(32))]
#[derive(Debug)]
pub struct Master {
    table: [u64; ENTRIES],
    /// Its first port; 0: there is none.
    port: u16,
    known: bool,
}

fn write32(port: u16, value: u32) {
    // SAFETY: the ports by which a PCI bus is set up, and those of a bus master, which works on what it is
    // given below.
    unsafe { asm!("out dx, eax", in("dx") port, in("eax") value, options(nostack)) };
}

fn read32(port: u16) -> u32 {
    let value: u32;
    // SAFETY: reading them changes nothing.
    unsafe { asm!("in eax, dx", in("dx") port, out("eax") value, options(nomem, nostack)) };
    value
}

fn write8(port: u16, value: u8) {
    // SAFETY: as for `write32`.
    unsafe { asm!("out dx, al", in("dx") port, in("al") value, options(nostack)) };
}

fn read8(port: u16) -> u8 {
    let value: u8;
    // SAFETY: as for `read32`; memory may have been written to meanwhile.
    unsafe { asm!("in al, dx", in("dx") port, out("al") value, options(nostack)) };
    value
}

/// A register of a device's function on the first bus.
fn register(function: u32, number: u32) -> u32 {
    write32(ADDRESS, 1 << 31 | function << 8 | number);
    read32(DATA)
}

impl Master {
    pub const fn new() -> Self {
        Self { table: [0; ENTRIES], port: 0, known: false }
    }

    /// Looks for it, once, and switches it on.
    fn find(&mut self) {
        self.known = true;
        for function in 0..256 {
            if register(function, 8) >> 16 != IDE {
                continue;
            }
            let ports = register(function, 0x20);
            if ports & 1 == 0 {
                continue;
            }
            let command = register(function, 4) & 0xffff;
            write32(DATA, command | PORTS_AND_MASTER);
            self.port = ports as u16 & 0xfffc;
            return;
        }
    }

    /// Makes ready for so many bytes to `to`, which a disk on the first or second channel will send; the port of
    /// the channel's master, or 0 if it cannot be done.
    pub fn prepare(&mut self, second: bool, to: *mut u8, bytes: u32) -> u16 {
        if !self.known {
            self.find();
        }
        if self.port == 0 || to as usize % 4 != 0 {
            return 0;
        }
        let (mut at, mut left) = (to as u32, bytes);
        for entry in &mut self.table {
            let now = left.min(BORDER - at % BORDER);
            left -= now;
            let last = u64::from(left == 0) << 63;
            // 64 KiB are written as 0.
            *entry = u64::from(at) | u64::from(now & 0xffff) << 32 | last;
            if left == 0 {
                break;
            }
            at = at.wrapping_add(now);
        }
        let port = self.port + if second { 8 } else { 0 };
        write8(port, TO_MEMORY);
        write32(port + 4, self.table.as_ptr() as u32);
        write8(port + 2, CLEAR);
        port
    }
}

/// Lets the transfer begin.
pub fn start(port: u16) {
    write8(port, TO_MEMORY | START);
}

/// Whether it is still going on.
pub fn is_active(port: u16) -> bool {
    read8(port + 2) & 0b11 == 1
}

/// Ends it; whether everything has come.
pub fn stop(port: u16) -> bool {
    write8(port, 0);
    read8(port + 2) & 0b10 == 0
}
