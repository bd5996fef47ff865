//! COM1, a 16550: the console of a machine without a screen.

use core::fmt;
use core::sync::atomic::{AtomicBool, AtomicU16, Ordering};

use crate::arch::ports::Port;

// SAFETY: COM1; no register of it touches memory.
const COM1: Port = unsafe { Port::new(0x3f8) };
const DATA: Port = COM1;
const INTERRUPTS: Port = COM1.offset(1);
const FIFO: Port = COM1.offset(2);
const LINE: Port = COM1.offset(3);
const MODEM: Port = COM1.offset(4);
const STATUS: Port = COM1.offset(5);
const SCRATCH: Port = COM1.offset(7);

const LOOP_BACK: u8 = 0x10;
const READY: u8 = 0x03;
const RECEIVED: u8 = 1;
const ROOM: u8 = 1 << 5;
const IDLE: u8 = 1 << 6;

/// Bytes that the transmitter takes at once when it is empty.
const BURST: usize = 16;

/// Whether there is a port: nothing waits for one that was never there.
static PRESENT: AtomicBool = AtomicBool::new(false);

/// A byte that arrived before [`init`], or [`NOTHING`].
static EARLY: AtomicU16 = AtomicU16::new(NOTHING);
const NOTHING: u16 = 0x100;

/// Sets 115200 baud, 8 bits, no parity, FIFOs on, no interrupts.
pub fn init() {
    SCRATCH.write8(0x5a);
    if SCRATCH.read8() != 0x5a {
        return;
    }
    INTERRUPTS.write8(0);
    LINE.write8(0x80);
    DATA.write8(1);
    INTERRUPTS.write8(0);
    LINE.write8(0x03);
    // Switching the FIFOs on empties them: what was typed before is kept aside, and nothing
    // is let in between.
    MODEM.write8(LOOP_BACK);
    if STATUS.read8() & RECEIVED != 0 {
        EARLY.store(u16::from(DATA.read8()), Ordering::Relaxed);
    }
    FIFO.write8(0x07);
    MODEM.write8(READY);
    PRESENT.store(true, Ordering::Relaxed);
}

/// Sends bytes as they are.
pub fn write(bytes: &[u8]) {
    if !PRESENT.load(Ordering::Relaxed) {
        return;
    }
    for burst in bytes.chunks(BURST) {
        wait(ROOM);
        for &byte in burst {
            DATA.write8(byte);
        }
    }
}

/// Waits until the last bit has left.
pub fn flush() {
    if PRESENT.load(Ordering::Relaxed) {
        wait(IDLE);
    }
}

/// Waits for a bit of the status register, as long as it takes: an emulator takes nothing while nobody reads
/// what it has (a pager, a busy host). Where a port was and is none any more, all bits are set.
fn wait(bit: u8) {
    /// Most rounds between two looks. Each look takes the lock that an emulator's own thread needs to get rid
    /// of what it has.
    const LONGEST: u32 = 1024;
    let mut rounds = 1;
    while STATUS.read8() & bit == 0 {
        (0..rounds).for_each(|_| core::hint::spin_loop());
        rounds = (rounds * 2).min(LONGEST);
    }
}

/// A byte that arrived.
pub fn read() -> Option<u8> {
    let early = EARLY.swap(NOTHING, Ordering::Relaxed);
    if early != NOTHING {
        return Some(early as u8);
    }
    (PRESENT.load(Ordering::Relaxed) && STATUS.read8() & RECEIVED != 0).then(|| DATA.read8())
}

/// The line without formatting, for when formatting itself has failed.
#[derive(Debug)]
pub struct Raw;

impl Raw {
    /// Text as it is.
    pub fn text(&mut self, text: &str) {
        write(text.as_bytes());
    }

    /// A number with all its digits.
    pub fn hexadecimal(&mut self, value: u64) {
        for shift in (0..64).step_by(4).rev() {
            write(&[b"0123456789abcdef"[(value >> shift & 15) as usize]]);
        }
    }
}

impl fmt::Write for Raw {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.text(text);
        Ok(())
    }
}
