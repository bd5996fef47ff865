//! What the interpreter of a program sees of the session.

use alloc::format;

use bareflow_interp::{HotLoop, RegFrame, Stack, Trap, TrapKind, World};
use bareflow_ir::{BlockId, FuncId, Symbol};
use bareflow_report::Signal;

use crate::core::Ending;
use crate::events::Event;
use crate::image::Image;
use crate::key::FuncKey;
use crate::session::Session;

/// A program in its session.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    pub(crate) session: &'a Session,
    pub(crate) image: &'a Image,
    /// Which program it is.
    pub(crate) number: u32,
}

impl Surroundings<'_> {
    fn key(&self, func: FuncId) -> FuncKey {
        FuncKey { image: self.number, func }
    }
}

impl World for Surroundings<'_> {
    fn stack(&self) -> &Stack {
        self.session.core().interp_stack()
    }

    fn address(&self, symbol: Symbol) -> Option<u64> {
        self.image.address(symbol)
    }

    fn function_at(&self, address: u64) -> Option<FuncId> {
        let key = self.session.shared.owner_of(address)?;
        (key.image == self.number).then_some(key.func)
    }

    unsafe fn call_native(&self, address: u64, regs: &mut RegFrame, stack: &[u64]) {
        // SAFETY: the caller vouches for address and arguments.
        unsafe { bareflow_link::call(address as usize, regs, stack) }
    }

    fn hot_call(&self, func: FuncId, calls: u64) -> u64 {
        self.session.report(Event::Called { key: self.key(func), calls });
        // Where the curator is busy, the answer is still an earlier one.
        let next = self.image.report_at(func);
        if next > calls { next } else { calls.saturating_mul(2) }
    }

    fn hot_loop(&self, func: FuncId, header: BlockId, back_edges: u64) -> HotLoop {
        self.session.report(Event::Looped { key: self.key(func), header, back_edges });
        // Code may be on its way.
        let again = HotLoop { entry: None, ask_at: back_edges.saturating_add(back_edges / 8 + 64) };
        let answer = self.image.hot_loop(func, header).unwrap_or(again);
        if answer.entry.is_some() {
            self.session.shared.loop_entries.fetch_add(1, core::sync::atomic::Ordering::Relaxed);
            return answer;
        }
        if answer.ask_at > back_edges { answer } else { again }
    }

    fn trap(&self, trap: Trap) -> ! {
        let mut why = format!("{}: {trap}", self.image.program.name);
        let func = trap.block.and_then(|_| self.image.find(&trap.function));
        let lines = func.zip(trap.block).and_then(|(func, at)| self.image.module().lines(func, at));
        if let Some(lines) = lines {
            why += &format!(" ({lines})");
        }
        self.session.stop(self.session.core(), Ending::Stopped(why, signal(&trap.kind)))
    }
}

/// What compiled code would have met in the interpreter's place.
const fn signal(trap: &TrapKind) -> Signal {
    match trap {
        TrapKind::DivideByZero | TrapKind::DivideOverflow => Signal::ARITHMETIC,
        TrapKind::Unreachable | TrapKind::Trapped => Signal::ILLEGAL,
        TrapKind::BadCall(_) | TrapKind::BadLabel(_) | TrapKind::StackOverflow { .. } => {
            Signal::MEMORY
        }
        // What cannot be done here, whatever it would do elsewhere.
        _ => Signal::ABORT,
    }
}
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_end_alike() {
        assert_eq!(signal(&TrapKind::DivideByZero), Signal::of_vector(0));
        assert_eq!(signal(&TrapKind::Trapped), Signal::of_vector(6));
        assert_eq!(signal(&TrapKind::BadCall(0)), Signal::of_vector(14));
        assert_eq!(Signal::MEMORY.status(), 139);
    }
}
