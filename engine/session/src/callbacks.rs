//! Where machine code comes back into the engine: thunks, counters, probes and the alarm.

use alloc::format;

use bareflow_ir::abi::RegFrame;
use bareflow_link::{Kind, ProbeId, SlotId};
use bareflow_report::Signal;

use crate::core::Ending;
use crate::events::Event;
use crate::ledger::Counter;
use crate::session::Session;
use crate::world::Surroundings;

/// Stack that must be left below the program for what is done on top of it, in bytes.
const STACK_LEFT: usize = 256 << 10;

/// Functions that compiled code calls and no program names.
pub(crate) fn symbols() -> [(&'static str, usize); 2] {
    [
        (bareflow_object::HOT, counter_used_up as *const () as usize),
        (bareflow_object::THREAD, bareflow_link::thread_words as *const () as usize),
    ]
}

/// What was granted to a counter of instrumented code is used up.
///
/// # Safety
/// Called by such code, with the address of the counter that the curator made for it.
unsafe extern "C" fn counter_used_up(counter: *const Counter) {
    // SAFETY: the caller's; counters stay for ever.
    let words = unsafe { &*counter };
    words.take_in();
    if let Some(session) = Session::current()
        && words.has_run_out()
    {
        session.report(Event::CounterOut { counter: counter as u64 });
    }
    words.grant();
}

/// A probe has measured as many calls as it was to.
pub(crate) extern "C" fn turn_over(probe: ProbeId) {
    if let Some(session) = Session::current() {
        session.report(Event::TurnOver { probe });
    }
}

/// What thunks lead to: interprets the function of `slot`.
///
/// # Safety
/// Called by thunks only, with a frame and stack arguments of the C calling convention.
pub(crate) unsafe extern "C" fn interpret(
    slot: u32,
    frame: *mut RegFrame,
    stack_args: *mut u8,
    _context: *mut (),
) -> usize {
    let Some(session) = Session::current() else { unreachable!("thunks run in a session") };
    let slot = SlotId(slot);
    let Some(key) = session.shared.owner(slot) else {
        let name = alloc::string::String::from(session.curator().linker.name(slot));
        let why = format!("call of {name}, which nothing defines");
        session.stop(session.core(), Ending::Stopped(why, Signal::ABORT));
    };
    let image = session.shared.image(key.image);
    let world = Surroundings { session, image, number: key.image };
    // SAFETY: the thunk passes the registers of one call.
    unsafe { image.interp.enter(&world, key.func, &mut *frame, stack_args) as usize }
}

/// Whether a program that was stopped at `instruction`, with its stack pointer at `stack`, may be
/// interrupted by [`interrupted`]: in the code of a function, the engine is in the middle of
/// nothing, as it is at any call that code makes. Takes no lock: for interrupt handlers.
#[must_use]
pub fn may_interrupt(instruction: usize, stack: usize) -> bool {
    let Some(session) = Session::current() else { return false };
    let (low, high) = session.core().stack;
    let room = (low..high).contains(&stack) && stack - low >= STACK_LEFT;
    let found = || session.shared.symbols.find(instruction);
    room && found().is_some_and(|found| matches!(found.kind, Kind::Code(_)))
}

/// What a machine calls when the alarm has rung, in place of the next instruction of the program
/// and on its stack, at least 128 bytes further down. The address of that instruction lies on
/// the stack as a whole word meanwhile, so that the code around it counts as in use; all
/// registers are put back afterwards.
///
/// A program that runs compiled loops does not come by the engine for minutes; what is due then is
/// done here, and the loops pay nothing for it.
pub extern "C" fn interrupted() {
    if let Some(session) = Session::current() {
        session.core().alarm_rang();
        session.report(Event::Interrupted);
    }
}

/// Where a call of a program really returns whose return address on the stack is `address`:
/// while a call is measured, another one stands there. `nth` counts those outwards from 0.
/// `None` for an address that is what it seems. Takes no lock: for fault handlers.
pub fn real_return(address: usize, nth: usize) -> Option<usize> {
    Session::current()?.core().block.real_return(address, nth)
}
