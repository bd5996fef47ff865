//! The alarm: the engine is called in the middle of a program that calls nobody.
//!
//! When the timer strikes in the code of a program, what the interrupt returns to is not the
//! next instruction but a call in front of it ([`divert`]). So the engine runs outside of any
//! handler, with a stack that grows, and may sleep while it waits for the disk. When the timer
//! strikes anywhere else, it strikes again soon.
//!
//! Each processor has a timer and an alarm of its own. The timer also ends sleeps; it is always
//! set for what comes first.

mod time;

use core::sync::atomic::{AtomicPtr, Ordering};

pub use time::Alarm;
use time::NEVER;

use crate::arch::divert::divert;
use crate::arch::frame::Frame;
use crate::arch::gs;
use crate::devices::{apic, clock};

/// Time until it is tried again when a program cannot be interrupted where it is.
const RETRY_NS: u64 = 2_000_000;

/// Who is called: whether a program may be interrupted at an instruction, with a stack pointer, and
/// what is called then.
#[derive(Debug)]
pub struct Callee {
    /// Takes no lock and touches only memory that is always there (kernel invariant 9).
    pub may_interrupt: fn(usize, usize) -> bool,
    /// Called in place of the program's next instruction, on its stack.
    pub interrupted: extern "C" fn(),
}

static CALLEE: AtomicPtr<Callee> = AtomicPtr::new(core::ptr::null_mut());

/// Sets who is called when an alarm rings.
pub fn set_callee(callee: &'static Callee) {
    CALLEE.store(core::ptr::from_ref(callee).cast_mut(), Ordering::Release);
}

impl Alarm {
    /// Has the timer's interrupt come at `deadline`, or earlier if the alarm is to ring earlier.
    /// Whether there is a timer.
    pub fn start_timer(&self, deadline: u64) -> bool {
        let at = deadline.min(self.when.load(Ordering::Acquire));
        apic::start(at.saturating_sub(clock::now_ns()))
    }
}

/// Sets the calling processor's alarm. From the first time on interrupts are on. Never rings where
/// there is no timer.
pub fn set(at_ns: u64) {
    let alarm = &gs::block().alarm;
    alarm.when.store(at_ns, Ordering::Release);
    if alarm.start_timer(at_ns) {
        // SAFETY: the interrupts that can come, the timer's and other processors', have handlers.
        unsafe { x86::irq::enable() };
    }
}

/// The timer's interrupt has come, for the alarm or for a sleeper. Reads memory that is always
/// there and takes no lock: it may strike anywhere (kernel invariant 9).
pub fn strike(frame: &mut Frame) {
    let alarm = &gs::block().alarm;
    let at = alarm.when.load(Ordering::Acquire);
    if at == NEVER {
        return;
    }
    // SAFETY: only `set_callee` stores here, and what it stores lives for ever.
    let Some(callee) = (unsafe { CALLEE.load(Ordering::Acquire).as_ref() }) else { return };
    let now = clock::now_ns();
    if now < at {
        apic::start(at - now);
    } else if (callee.may_interrupt)(frame.rip as usize, frame.rsp as usize) {
        alarm.forget();
        // SAFETY: `may_interrupt` vouches for the place and the stack, and the alarm is not set
        // again before the call is under way.
        unsafe { divert(frame, callee.interrupted) };
    } else {
        // Written down, so that a sleep meanwhile does not have the timer strike at once again.
        alarm.when.store(now + RETRY_NS, Ordering::Release);
        apic::start(RETRY_NS);
    }
}
