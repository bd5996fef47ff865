//! Instructions that fault, for the self-tests. Functions of their own, never inlined: the
//! backtrace has to name them.

use core::arch::asm;

/// Divides by `zero`.
#[inline(never)]
pub fn divide_by_zero(zero: u64) {
    // SAFETY: changes no more than the registers it names; faults if `zero` is what it says.
    unsafe {
        asm!("div {}", in(reg) zero, inout("rax") 1_u64 => _, inout("rdx") 0_u64 => _, options(nomem, nostack))
    };
}

/// Executes what no processor executes.
#[inline(never)]
pub fn invalid_opcode() {
    // SAFETY: only faults.
    unsafe { asm!("ud2", options(nomem, nostack)) };
}
