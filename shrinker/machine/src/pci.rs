//! Configuration space of PCI, through the ports that every PC has (PCI Local Bus 3.0, 3.2.2.3.2).

use core::arch::asm;

use crate::memory;

/// Where the first function begins.
const FIRST: u32 = 0x8000_0000;
/// Functions there can be: 256 buses of 32 devices of 8.
const FUNCTIONS: u32 = 1 << 16;

/// Four bytes of a function's registers.
pub fn read(function: u32, register: u32) -> u32 {
    let value: u32;
    // SAFETY: nothing else here uses these ports, which touch no memory.
    unsafe {
        asm!("out dx, eax", in("dx") 0xcf8_u16, in("eax") function | register & 0xfc,
            options(nomem, nostack));
        asm!("in eax, dx", in("dx") 0xcfc_u16, out("eax") value, options(nomem, nostack));
    }
    value
}

fn write(function: u32, register: u32, value: u32) {
    // SAFETY: as for `read`; what devices are let do is their drivers' affair.
    unsafe {
        asm!("out dx, eax", in("dx") 0xcf8_u16, in("eax") function | register & 0xfc,
            options(nomem, nostack));
        asm!("out dx, eax", in("dx") 0xcfc_u16, in("eax") value, options(nomem, nostack));
    }
}

/// Shows all functions, until that is the one that is wanted; whether it was among them.
pub fn find(mut is_it: impl FnMut(u32) -> bool) -> bool {
    let mut number = 0;
    while number < FUNCTIONS {
        let function = FIRST | number << 8;
        let there = read(function, 0) as u16 != u16::MAX;
        if there && is_it(function) {
            return true;
        }
        // A device has one function, unless the first says that there are more.
        let alone = number & 7 == 0 && (!there || read(function, 12) & 0x80_0000 == 0);
        number += if alone { 8 } else { 1 };
    }
    false
}

/// Where the registers lie that a base address register names, if that is memory within reach.
pub fn registers(function: u32, bar: u32) -> Option<usize> {
    let register = 0x10 + (bar & 7) * 4;
    let base = read(function, register);
    let above = base & 6 == 4 && read(function, register + 4) != 0;
    (base & 1 == 0 && base >= 16 && !above).then_some((base & !15) as usize)
}

/// Lets a device be spoken to, at ports and in memory, and use memory itself.
pub fn enable(function: u32) {
    write(function, 4, read(function, 4) & 0xffff | 7);
}

/// The capability behind another one, or the first; 0 when there is none.
pub fn capability(function: u32, behind: u32) -> u32 {
    match behind {
        0 if read(function, 4) & 0x10_0000 == 0 => 0,
        0 => read(function, 0x34) & 0xfc,
        _ => read(function, behind) >> 8 & 0xfc,
    }
}

/// Waits until a register has the value that is wanted, of the bits that count; false when it never has.
pub fn wait(address: usize, bits: u32, wanted: u32) -> bool {
    let mut left = PATIENCE;
    while left > 0 {
        if memory::read(address) & bits == wanted {
            return true;
        }
        left -= 1;
    }
    false
}

/// Polls of a register before a device counts as gone.
pub const PATIENCE: u32 = 10_000_000;
