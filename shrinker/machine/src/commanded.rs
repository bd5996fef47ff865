//! Disks that take commands and move content through memory that they share with their driver.

use crate::memory::{self, TOGETHER};
use crate::sectors::SECTOR;

/// One of them.
pub trait Commanded {
    const READ: u32;
    const WRITE: u32;

    /// Runs a command that moves so many sectors between the disk and what is shared.
    fn run(&mut self, command: u32, number: u32, count: u32) -> bool;

    /// Reads sectors that lie one behind the other; whether they could be read.
    ///
    /// # Safety
    /// There is room for them.
    unsafe fn read_run(&mut self, mut number: u32, mut left: u32, mut to: *mut u8) -> bool {
        while left > 0 {
            let count = left.min(TOGETHER);
            if !self.run(Self::READ, number, count) {
                return false;
            }
            // SAFETY: by this function's contract.
            unsafe {
                memory::take(to, count);
                to = to.add((count * SECTOR) as usize);
            }
            number = number.wrapping_add(count);
            left -= count;
        }
        true
    }

    /// Writes a sector; whether it could be written.
    ///
    /// # Safety
    /// There is one.
    unsafe fn write_one(&mut self, number: u32, from: *const u8) -> bool {
        // SAFETY: the caller's.
        unsafe { memory::give(from) };
        self.run(Self::WRITE, number, 1)
    }
}
