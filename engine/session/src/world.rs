//! What the interpreter of a unit sees of the session.

use alloc::format;

use bareflow_interp::{HotLoop, RegFrame, Stack, Trap, World};
use bareflow_ir::{BlockId, FuncId, Symbol};

use crate::session::{Ending, Session};
use crate::tiers;
use crate::unit::Unit;

/// A unit in its session.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    pub(crate) session: &'a Session,
    pub(crate) unit: &'a Unit,
}

impl World for Surroundings<'_> {
    fn stack(&self) -> &Stack {
        &self.session.interp_stack
    }

    fn address(&self, symbol: Symbol) -> Option<u64> {
        self.unit.address(symbol)
    }

    fn function_at(&self, address: u64) -> Option<FuncId> {
        let (unit, func) = self.session.owner_of(address)?;
        let own = core::ptr::eq(&raw const self.session.units[unit], self.unit);
        (own && !self.unit.module().func(func).is_declaration()).then_some(func)
    }

    unsafe fn call_native(&self, address: u64, regs: &mut RegFrame, stack: &[u64]) {
        let frame = core::ptr::from_mut(regs).cast::<bareflow_link::RegFrame>();
        // SAFETY: the two frames have one layout (both are register save areas), and the
        // caller vouches for address and arguments.
        unsafe { bareflow_link::call(address as usize, &mut *frame, stack) }
    }

    fn hot_call(&self, func: FuncId, calls: u64) -> u64 {
        tiers::interpreted_calls(self.session, self.unit, func, calls)
    }

    fn hot_loop(&self, func: FuncId, header: BlockId, back_edges: u64) -> HotLoop {
        tiers::hot_loop(self.session, self.unit, func, header, back_edges)
    }

    fn trap(&self, trap: Trap) -> ! {
        self.session.leave(Ending::Stopped(format!("{}: {trap}", self.unit.program.name)))
    }
}

/// What thunks lead to: interprets the function of `slot`.
///
/// # Safety
/// Called by thunks only, with a frame and stack arguments of the C calling convention.
pub(crate) unsafe extern "C" fn interpret(
    slot: u32,
    frame: *mut bareflow_link::RegFrame,
    stack_args: *mut u8,
    _context: *mut (),
) -> usize {
    let Some(session) = Session::current() else { unreachable!("thunks run in a session") };
    let slot = bareflow_link::SlotId(slot);
    let Some((unit, func)) = session.owners.get(&slot).copied() else {
        let name = session.space().name(slot);
        session.leave(Ending::Stopped(format!("call of {name}, which nothing defines")));
    };
    let unit = &session.units[unit];
    // SAFETY: the thunk passes the registers of one call, laid out alike in both crates.
    unsafe {
        let surroundings = Surroundings { session, unit };
        unit.interp.enter(&surroundings, func, &mut *frame.cast(), stack_args) as usize
    }
}
