//! What the interpreter needs of its surroundings: addresses, native calls, decisions.

use bareflow_ir::abi::RegFrame;
use bareflow_ir::{BlockId, FuncId, Symbol};

use crate::{Stack, Trap};

/// What becomes of a loop that was reported hot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HotLoop {
    /// Code that continues at the loop header ([`World::hot_loop`]), if there is some.
    pub entry: Option<u64>,
    /// Count of the same back edge at which to ask again; `u64::MAX` for never.
    pub ask_at: u64,
}

/// The surroundings of the interpreter: the session implements it.
///
/// Native code of a function is not asked for here: whoever installs it tells
/// [`crate::Interp::set_native`], so that a call costs one load.
pub trait World {
    /// The stack of the processor this runs on. The same at every call on one processor, and
    /// another one on another processor.
    fn stack(&self) -> &Stack;

    /// The address of a global variable, or that of a function as programs see it: its stub.
    /// It never changes. `None` when there is nothing by that name; the trap at its first use
    /// names it.
    fn address(&self, symbol: Symbol) -> Option<u64>;

    /// The function *defined* in this program whose address is `address`.
    fn function_at(&self, address: u64) -> Option<FuncId>;

    /// Calls machine code by the C calling convention: loads all registers from `regs`, pushes
    /// `stack` so that its first word is the first stack argument (the stack pointer is a
    /// multiple of [`RegFrame::stack_align`] there), sets `al` to 8, calls `address`, and stores rax, rdx, xmm0 and
    /// xmm1 where [`RegFrame`] says.
    ///
    /// # Safety
    /// `address` is code that follows the convention, and the arguments are what it expects.
    unsafe fn call_native(&self, address: u64, regs: &mut RegFrame, stack: &[u64]);

    /// `func` has been called `calls` times and is still interpreted. The answer is the count
    /// at which to report next; `u64::MAX` for never. Installing native code
    /// ([`crate::Interp::set_native`]) from inside is welcome: this very call uses it.
    fn hot_call(&self, func: FuncId, calls: u64) -> u64;

    /// An interpreted call of `func` has gone to the loop header `header` by one back edge
    /// `back_edges` times. An entry that is given in answer has the signature `extern "C"
    /// fn(frame: *const u64, hidden: *mut u8, tail: *mut Handover)`: `frame` is the value frame
    /// ([`bareflow_ir::layout::ValueFrame`]) with the values that are live at the header, its
    /// phis included, and `hidden` is where a result returned in memory goes. It returns what
    /// the function does, or leaves in `tail` ([`abi::Handover`]) a call that does; it is called at
    /// once.
    fn hot_loop(&self, func: FuncId, header: BlockId, back_edges: u64) -> HotLoop;

    /// A program that native code called into the interpreter for cannot go on. Unwinds to
    /// wherever the program was started, or stops the machine. The caller of the program
    /// resets the stack ([`Stack::reset`]).
    fn trap(&self, trap: Trap) -> !;
}
