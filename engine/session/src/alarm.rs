//! The alarm: what is due although a program calls nobody.
//!
//! A program that runs compiled loops does not come by here for minutes. A machine with a timer
//! therefore stops it between two instructions and calls [`interrupted`]. It may do so only where
//! [`may_interrupt`] says: in the code of a function, the engine is in the middle of nothing, as
//! it is at any call that code makes. Nothing is asked of the code itself, so this costs it nothing.

use bareflow_link::Kind;

use crate::session::Session;
use crate::{save, stress};

/// Stack that must be left below the program for what is done on top of it, in bytes.
const STACK_LEFT: usize = 256 << 10;

/// Nanoseconds between interruptions for their own sake.
const STRESS_NS: u64 = 2_000_000;

/// Sets the alarm, if something will be due and it is not set already.
pub(crate) fn arm(session: &Session) {
    let at = if stress::is_on(session) {
        Some(session.platform.now_ns() + STRESS_NS)
    } else {
        save::due_ns(session)
    };
    if let Some(at) = at
        && !session.alarm_set.replace(true)
    {
        session.platform.set_alarm(at);
    }
}

/// Whether a program that was stopped at `instruction`, with its stack pointer at `stack`, may be
/// interrupted by [`interrupted`]. Takes no lock: for interrupt handlers.
#[must_use]
pub fn may_interrupt(instruction: usize, stack: usize) -> bool {
    let Some(session) = Session::current() else { return false };
    let (low, high) = session.stack;
    let room = (low..high).contains(&stack) && stack - low >= STACK_LEFT;
    let found = || session.symbols.find(instruction);
    room && found().is_some_and(|found| matches!(found.kind, Kind::Code(_)))
}

/// What a machine calls when the alarm has rung, in place of the next instruction of the program
/// and on its stack, at least 128 bytes further down. The address of that instruction lies on
/// the stack as a whole word meanwhile, so that the code around it counts as in use; all
/// registers are put back afterwards.
pub extern "C" fn interrupted() {
    let Some(session) = Session::current() else { return };
    session.alarm_set.set(false);
    session.totals.borrow_mut().interruptions += 1;
    if stress::is_on(session) {
        session.collect();
    }
    save::save_if_due(session);
    arm(session);
}
