//! Jumps out of calls: what `longjmp` stands on (`bareflow_program`, `jumps`).

use bareflow_ir::abi::RegFrame;
use bareflow_report::Signal;

use crate::core::{Catch, Core, Ending};
use crate::run::{Call, start};
use crate::session::Session;

/// Calls `function(frame, 0)`, and `function(frame, number)` each time that somebody below throws that
/// number, not 0, to `frame`, until it returns. Both stacks are where they are now whenever it is called.
pub(crate) fn catch(core: &Core, function: usize, frame: usize) {
    let mark = core.interp_stack().mark();
    let (used, lowest) = core.block.side_stack();
    let outer = core.catches.get();
    let mut own = Catch { frame, way_back: 0, outer };
    let way_back = &raw mut own.way_back;
    core.catches.set(&raw const own);
    let mut number = 0;
    loop {
        let mut call = Call { address: function as u64, regs: RegFrame::default() };
        call.regs.ints[0] = frame as u64;
        call.regs.ints[1] = number;
        // SAFETY: the program on this processor waits for this call, which outlives `call`; `start`
        // stays here.
        number =
            unsafe { bareflow_link::catch(&core.block, way_back, start, (&raw mut call).cast()) };
        core.catches.set(&raw const own);
        core.block.set_side_stack(used, lowest);
        core.interp_stack().reset(mark);
        if number == 0 {
            core.catches.set(outer);
            return;
        }
    }
}

/// Goes back to the [`catch`] of `frame`.
pub(crate) fn throw(session: &Session, core: &Core, frame: usize, number: u64) -> ! {
    let mut at = core.catches.get();
    // SAFETY: those listed are in frames that have not returned, on this processor's stack.
    while let Some(Catch { frame: own, way_back, outer }) = unsafe { at.as_ref() } {
        if *own == frame && number != 0 {
            // SAFETY: it is under way, and whatever enters a program further in begins a list of its own.
            unsafe { bareflow_link::throw(*way_back, number) }
        }
        at = *outer;
    }
    let why = "longjmp() to a setjmp() whose function has returned, or of another thread";
    session.stop(core, Ending::Stopped(why.into(), Signal::ABORT))
}
