//! Sums of 32 bits with a carry, which programs ask of the processor by name (`c/x86.c` has the others).
//!
//! The intrinsics give a pair of integers. C returns a pair as small as this one in one integer, and so would
//! Rust with C's calling convention; with its own the two stay apart.

/// The carry, and what it belongs to.
#[repr(C)]
pub struct Carried {
    carry: u8,
    value: u32,
}

#[unsafe(export_name = "x86.addcarry.32")]
pub fn add(carry: u8, a: u32, b: u32) -> Carried {
    let sum = u64::from(a) + u64::from(b) + u64::from(carry != 0);
    Carried { carry: (sum >> 32) as u8, value: sum as u32 }
}

#[unsafe(export_name = "x86.subborrow.32")]
pub fn subtract(borrow: u8, a: u32, b: u32) -> Carried {
    let difference = u64::from(a).wrapping_sub(u64::from(b)).wrapping_sub(u64::from(borrow != 0));
    Carried { carry: u8::from(difference >> 32 != 0), value: difference as u32 }
}
