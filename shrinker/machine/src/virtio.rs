//! Virtio disks on PCI (Virtual I/O Device 1.1, sections 2.6, 4.1 and 5.2), one request at a time, polled.

use crate::commanded::Commanded;
use crate::memory;
use crate::pci::{self, PATIENCE};
use crate::sectors::SECTOR;

/// Capability of a vendor, and what it leads to.
const VENDOR: u32 = 9;
const COMMON: u32 = 1;
const NOTIFY: u32 = 2;

/// Registers of the common configuration.
const OFFERED_SELECT: usize = 0;
const OFFERED: usize = 4;
const TAKEN_SELECT: usize = 8;
const TAKEN: usize = 12;
const STATUS: usize = 20;
const QUEUE_SELECT: usize = 22;
const QUEUE_SIZE: usize = 24;
const QUEUE_ENABLE: usize = 28;
const QUEUE_NOTIFY: usize = 30;
const QUEUE_DESCRIPTORS: usize = 32;
const QUEUE_AVAILABLE: usize = 40;
const QUEUE_USED: usize = 48;

const ACKNOWLEDGE: u8 = 1;
const DRIVER: u8 = 2;
const DRIVER_OK: u8 = 4;
const FEATURES_OK: u8 = 8;

/// It has a cache that can be flushed; without this it keeps what it was given at once.
const FLUSHES: u32 = 1 << 9;
/// In the second word: version 1 of the specification.
const VERSION_1: u32 = 1;

/// Entries of the queue.
const ENTRIES: u16 = 4;
/// Where things lie in the page of commands: the descriptors begin it.
const AVAILABLE_AT: usize = 0x100;
const USED_AT: usize = 0x200;
const REQUEST_AT: usize = 0x300;
const ANSWER_AT: usize = 0x400;

const READ: u32 = 0;
const WRITE: u32 = 1;
const FLUSH: u32 = 4;

/// A disk.
#[derive(Debug)]
pub struct Virtio {
    /// Where the device is told that there is a request.
    notify: usize,
    status: usize,
    /// Requests so far.
    asked: u16,
    flushes: bool,
}

fn byte(address: usize) -> u8 {
    // SAFETY: a register of the device, or what it has answered.
    unsafe { core::ptr::with_exposed_provenance::<u8>(address).read_volatile() }
}

fn write_byte(address: usize, value: u8) {
    // SAFETY: as above.
    unsafe { core::ptr::with_exposed_provenance_mut::<u8>(address).write_volatile(value) }
}

impl Virtio {
    /// The disk that a function of PCI is.
    pub fn new(function: u32) -> Option<Self> {
        pci::enable(function);
        let (mut common, mut notify, mut step) = (0, 0, 0);
        let mut at = pci::capability(function, 0);
        while at != 0 {
            let head = pci::read(function, at);
            if head & 0xff == VENDOR {
                let place = pci::registers(function, pci::read(function, at + 4))
                    .map_or(0, |base| base + pci::read(function, at + 8) as usize);
                match head >> 24 {
                    COMMON if common == 0 => common = place,
                    NOTIFY if notify == 0 => {
                        (notify, step) = (place, pci::read(function, at + 16) as usize);
                    }
                    _ => {}
                }
            }
            at = pci::capability(function, at);
        }
        if common == 0 || notify == 0 {
            return None;
        }
        Self::start(common, notify, step)
    }

    fn start(common: usize, notify: usize, step: usize) -> Option<Self> {
        let status = common + STATUS;
        write_byte(status, 0);
        let mut left = PATIENCE;
        while byte(status) != 0 {
            left = left.checked_sub(1)?;
        }
        write_byte(status, ACKNOWLEDGE | DRIVER);
        memory::write(common + OFFERED_SELECT, 0);
        let flushes = memory::read(common + OFFERED) & FLUSHES;
        for (word, features) in [(0, flushes), (1, VERSION_1)] {
            memory::write(common + TAKEN_SELECT, word);
            memory::write(common + TAKEN, features);
        }
        write_byte(status, ACKNOWLEDGE | DRIVER | FEATURES_OK);
        memory::write_half(common + QUEUE_SELECT, 0);
        if byte(status) & FEATURES_OK == 0 || memory::read_half(common + QUEUE_SIZE) < ENTRIES {
            return None;
        }
        memory::write_half(common + QUEUE_SIZE, ENTRIES);
        let commands = memory::commands();
        // Counts of earlier requests are another device's.
        memory::write(commands + AVAILABLE_AT, 0);
        memory::write(commands + USED_AT, 0);
        let places =
            [(QUEUE_DESCRIPTORS, 0), (QUEUE_AVAILABLE, AVAILABLE_AT), (QUEUE_USED, USED_AT)];
        for (register, at) in places {
            memory::write(common + register, (commands + at) as u32);
            memory::write(common + register + 4, 0);
        }
        let notify = notify + usize::from(memory::read_half(common + QUEUE_NOTIFY)) * step;
        memory::write_half(common + QUEUE_ENABLE, 1);
        write_byte(status, ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
        Some(Self { notify, status, asked: 0, flushes: flushes != 0 })
    }

    /// Has the disk keep what it was given.
    pub fn flush(&mut self) -> bool {
        !self.flushes || self.run(FLUSH, 0, 0)
    }
}

impl Commanded for Virtio {
    const READ: u32 = READ;
    const WRITE: u32 = WRITE;

    #[inline(never)]
    fn run(&mut self, kind: u32, number: u32, count: u32) -> bool {
        let commands = memory::commands();
        let request = [kind, 0, number, 0];
        for (at, word) in request.into_iter().enumerate() {
            memory::write(commands + REQUEST_AT + at * 4, word);
        }
        write_byte(commands + ANSWER_AT, u8::MAX);
        // Each with what its descriptor says of it: 1: another one follows, 2: the device writes it.
        let bytes = count * SECTOR;
        let content = (memory::content(), bytes, if kind == READ { 3 } else { 1 });
        let parts = [
            (commands + REQUEST_AT, 16, 1),
            if bytes > 0 { content } else { (commands + ANSWER_AT, 1, 2) },
            (commands + ANSWER_AT, 1, 2),
        ];
        for (at, (place, bytes, flags)) in parts.into_iter().enumerate() {
            let entry = commands + at * 16;
            memory::write(entry, place as u32);
            memory::write(entry + 4, 0);
            memory::write(entry + 8, bytes);
            memory::write(entry + 12, flags | (at as u32 + 1) << 16);
        }
        let ring = commands + AVAILABLE_AT;
        memory::write_half(ring + 4 + usize::from(self.asked % ENTRIES) * 2, 0);
        self.asked = self.asked.wrapping_add(1);
        core::sync::atomic::fence(core::sync::atomic::Ordering::SeqCst);
        memory::write_half(ring + 2, self.asked);
        core::sync::atomic::fence(core::sync::atomic::Ordering::SeqCst);
        memory::write_half(self.notify, 0);
        let mut left = PATIENCE;
        while memory::read_half(commands + USED_AT + 2) != self.asked {
            // A register takes its time, as memory does not.
            if left == 0 || byte(self.status) & DRIVER_OK == 0 {
                return false;
            }
            left -= 1;
        }
        byte(commands + ANSWER_AT) == 0
    }
}
