//! Which exceptions of arithmetic were raised: flags in MXCSR (Intel SDM volume 1, section 10.2.3) that operations
//! set and nothing clears.
//!
//! They are the program's. Interpreted and compiled code raises them alike, by the same instructions; what the
//! engine computes for itself between two of them must not.

use core::arch::asm;

/// The flags in MXCSR, in the order of `<fenv.h>`: invalid, denormal, division by zero, overflow, underflow, inexact.
const FLAGS: u32 = 0x3F;

fn control() -> u32 {
    let mut control = 0_u32;
    // SAFETY: stores the register in `control`.
    unsafe { asm!("stmxcsr [{}]", in(reg) &raw mut control, options(nostack)) };
    control
}

/// Sets the flags, and nothing else.
fn set(flags: u32) {
    let control = control() & !FLAGS | flags & FLAGS;
    // SAFETY: only flags differ from what the register was, and no bit that is reserved is set.
    unsafe { asm!("ldmxcsr [{}]", in(reg) &raw const control, options(nostack, readonly)) };
}

/// The exceptions that were raised; then forgets those of `clear`, and notes those of `raise`.
pub fn change(clear: u32, raise: u32) -> u32 {
    let before = control() & FLAGS;
    set(before & !clear | raise);
    before
}

/// What was raised when it was made is what was raised when it goes.
#[derive(Debug)]
pub struct Kept(u32);

/// Keeps what has been raised so far, until the answer goes.
#[must_use]
pub fn keep() -> Kept {
    Kept(control())
}

impl Drop for Kept {
    fn drop(&mut self) {
        set(self.0);
    }
}

#[cfg(test)]
mod tests {
    use core::hint::black_box;

    use super::*;

    #[test]
    fn what_is_raised_meanwhile_is_forgotten() {
        const BY_ZERO: u32 = 4;
        const INEXACT: u32 = 32;
        let before = change(FLAGS, 0);
        assert!(black_box(1.0_f64) / black_box(0.0) > 1.0);
        {
            let _kept = keep();
            assert!(black_box(1.0_f64) / black_box(3.0) < 1.0);
            assert_eq!(change(0, 0), BY_ZERO | INEXACT);
        }
        assert_eq!(change(FLAGS, before), BY_ZERO);
    }
}
