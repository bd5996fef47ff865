//! The alarm: the engine is called in the middle of a program that calls nobody.
//!
//! When the timer strikes in the code of a program, what the interrupt returns to is not the
//! next instruction but a call in front of it ([`divert`]). So the engine runs outside of any
//! handler, with a stack that grows, and may sleep while it waits for the disk. When the timer
//! strikes anywhere else, it strikes again soon.

use core::sync::atomic::{AtomicU64, Ordering};

use crate::arch::divert::divert;
use crate::arch::trap::Frame;
use crate::devices::{apic, clock};

/// Time until it is tried again when a program cannot be interrupted where it is.
const RETRY_NS: u64 = 2_000_000;

const NEVER: u64 = u64::MAX;

/// When the alarm is to ring, in nanoseconds of the clock.
static WHEN: AtomicU64 = AtomicU64::new(NEVER);

/// Sets the alarm. From the first time on interrupts are on. Never rings where there is no timer.
pub fn set(at_ns: u64) {
    WHEN.store(at_ns, Ordering::Release);
    if apic::start(at_ns.saturating_sub(clock::now_ns())) {
        // SAFETY: the one interrupt that can come is the timer's, which has a handler.
        unsafe { x86::irq::enable() };
    }
}

/// The timer's interrupt has come, for the alarm or for a sleeper. Reads memory that is always
/// there and takes no lock: it may strike anywhere (kernel invariant 9).
pub fn strike(frame: &mut Frame) {
    let at = WHEN.load(Ordering::Acquire);
    if at == NEVER {
        return;
    }
    let now = clock::now_ns();
    if now < at {
        apic::start(at - now);
    } else if bareflow_session::may_interrupt(frame.rip as usize, frame.rsp as usize) {
        WHEN.store(NEVER, Ordering::Release);
        // SAFETY: `may_interrupt` vouches for the place and the stack, and the alarm is not set
        // again before the call is under way.
        unsafe { divert(frame, bareflow_session::interrupted) };
    } else {
        apic::start(RETRY_NS);
    }
}
