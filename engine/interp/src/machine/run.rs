//! A run of interpreted code: what the long ways of handlers need.

use bareflow_ir::{BlockId, FuncId};

use super::functions::Functions;
use super::inst::{Context, Cx, Fp, Ip};
use super::osr::OsrMove;
use crate::{RegFrame, Stack, Trap, TrapKind, World};

/// What a run needs beside its frames.
#[repr(C)]
pub(crate) struct Run<'a> {
    /// The part that the short ways use, at the address that handlers are given.
    pub context: Context,
    pub functions: &'a Functions,
    pub owner: &'a dyn Owner,
    pub world: &'a dyn World,
    pub stack: &'a Stack,
    /// Where the first frame of the run began.
    pub begin: *mut u8,
    /// Where the arguments came from, if machine code has entered the run.
    pub entered: Option<Entered>,
    /// When the run has ended with a call that whoever entered it has to make: where to.
    pub goes_to: u64,
    /// Why the run ended, if not by returning.
    pub trap: Option<Trap>,
}

/// The arguments of a run that machine code has entered.
#[derive(Clone, Copy)]
pub(crate) struct Entered {
    pub regs: *mut RegFrame,
    pub stack: *mut u8,
    /// Bytes at `stack`.
    pub stack_bytes: u32,
    /// Where a result in memory goes.
    pub hidden: u64,
}

const _: () = assert!(core::mem::offset_of!(Run<'_>, context) == 0);

/// What handlers ask of those above them: of whoever has decoded the code.
pub(crate) trait Owner {
    /// Decodes a function, unless that is done.
    ///
    /// # Errors
    /// Why it cannot be.
    fn decode(&self, world: &dyn World, func: FuncId) -> Result<(), TrapKind>;

    /// Looks at the parameters of a call that is about to start.
    ///
    /// # Safety
    /// They lie at `frame`.
    unsafe fn sample(&self, func: FuncId, frame: Fp, calls: u64);

    /// Runs `func` to its end with arguments as the calling convention has them, and leaves the
    /// result so.
    ///
    /// # Errors
    /// Why the program could not go on.
    ///
    /// # Safety
    /// `regs` and `stack` hold such arguments.
    unsafe fn call_image(
        &self,
        world: &dyn World,
        func: FuncId,
        regs: &mut RegFrame,
        stack: *mut u8,
    ) -> Result<(), Trap>;

    /// A trap at an instruction.
    fn trap_at(&self, ip: Ip, kind: TrapKind) -> Trap;

    /// Bytes of a frame of the function that an instruction is of.
    fn frame_bytes_at(&self, ip: Ip) -> Option<u32>;

    /// The loop whose back edge an instruction is.
    fn loop_at(&self, ip: Ip) -> Option<Loop<'_>>;
}

/// A loop of decoded code.
pub(crate) struct Loop<'a> {
    pub func: FuncId,
    pub header: BlockId,
    /// Bytes of a frame of the function.
    pub frame_bytes: u32,
    /// The function frees what it has allocated by computed sizes.
    pub saves_high: bool,
    /// What to do to the frame before compiled code goes on with it.
    pub moves: &'a [OsrMove],
}

impl<'a> Run<'a> {
    /// The run that a context belongs to.
    ///
    /// # Safety
    /// Engine invariant 3: it is what a handler was given, and nothing else of the run is borrowed.
    pub unsafe fn of(cx: Cx) -> &'a mut Self {
        // SAFETY: the context is the first field of a run.
        unsafe { &mut *cx.cast() }
    }

    /// Prepares for code outside: it may come back in, and uses the stack from `top` on. `fp` is
    /// the innermost frame.
    pub fn leave(&self, fp: Fp, top: *mut u8) {
        self.stack.leave(top as usize, self.context.limit, fp as usize);
    }

    /// Ends the run at an instruction, for any reason.
    #[cold]
    #[inline(never)]
    pub fn fail(&mut self, ip: Ip, kind: TrapKind) {
        self.trap = Some(self.owner.trap_at(ip, kind));
    }
}
