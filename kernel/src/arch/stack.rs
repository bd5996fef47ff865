//! Stacks: those that interrupts run on, and the change to the one the program runs on.

use core::arch::{asm, naked_asm};
use core::sync::atomic::{AtomicU64, Ordering};

/// Bytes of an interrupt stack. A fault report formats text and walks tables on it.
const INTERRUPT_STACK: usize = 32 * 1024;

/// A stack with a page below it that is taken out of the page tables.
#[repr(C, align(4096))]
pub struct InterruptStack {
    guard: [u8; 4096],
    bytes: [u8; INTERRUPT_STACK],
}

impl InterruptStack {
    /// An empty one.
    pub const fn new() -> Self {
        Self { guard: [0; 4096], bytes: [0; INTERRUPT_STACK] }
    }
}

/// Waits until somebody writes to the cache line of `word`, or for an interrupt, with interrupts on
/// only while waiting; not at all if the word is `until` already. Has no effect where the processor
/// lacks MONITOR.
///
/// # Safety
/// The processor has MONITOR and MWAIT. Every interrupt that can come has a handler.
pub unsafe fn sleep_until_store(word: &AtomicU64, until: u64) {
    // SAFETY: watching an address reads no memory that is not there. `sti` takes effect after the
    // instruction behind it: no interrupt slips in between.
    unsafe {
        asm!("monitor", in("rax") word.as_ptr(), in("ecx") 0, in("edx") 0,
            options(nostack, preserves_flags));
        if word.load(Ordering::Acquire) != until {
            asm!("sti", "mwait", "cli", in("eax") 0, in("ecx") 0, options(nostack));
        }
    }
}

/// Goes on in `next` on the stack that ends at `top`, and never comes back.
///
/// # Safety
/// `top` is a multiple of 16, with enough memory below it that nobody else uses.
#[unsafe(naked)]
pub unsafe extern "C" fn go_on(top: u64, next: extern "C" fn() -> !) -> ! {
    // The frame pointer is zero: a backtrace ends there.
    naked_asm!("mov rsp, rdi", "xor ebp, ebp", "call rsi", "ud2")
}

/// Waits for an interrupt, with interrupts on only while waiting.
///
/// # Safety
/// Every interrupt that can come has a handler.
#[unsafe(naked)]
pub unsafe extern "C" fn sleep_until_interrupt() {
    // `sti` takes effect after the instruction behind it: no interrupt slips in between.
    naked_asm!("sti", "hlt", "cli", "ret")
}
