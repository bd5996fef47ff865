//! The pieces of machine code that the engine's own code and the program's meet in.

mod call;
mod enter;
mod installed;
mod interpret;
mod leave;
mod probe_enter;
mod probe_exit;
pub(crate) mod stubs;

pub use call::call;
pub use enter::{Escape, enter};
pub(crate) use installed::bareflow_code_installed;
pub(crate) use interpret::interpret;
pub use leave::leave;
pub(crate) use probe_enter::probe_enter;
pub(crate) use probe_exit::probe_exit;

/// The registers that arguments and results travel in, laid out as a register save area
/// ([`bareflow_ir::abi::SAVE_AREA`]) and what is not in one.
///
/// As arguments: `ints` are rdi, rsi, rdx, rcx, r8, r9 and `floats` xmm0 to xmm7. As results:
/// `ints[0]` is rax, `ints[1]` rdx, `floats[0]` xmm0, `floats[1]` xmm1.
#[repr(C, align(16))]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RegFrame {
    /// Integer registers.
    pub ints: [u64; 6],
    /// Vector registers, low half first.
    pub floats: [[u64; 2]; 8],
    /// r10, the static chain.
    pub nest: u64,
    /// What the address of the first stack argument has to be a multiple of, a power of two; 0
    /// stands for 16.
    pub stack_align: u64,
}

const _: () = assert!(core::mem::offset_of!(RegFrame, nest) == bareflow_ir::abi::SAVE_AREA);

/// What a call of a function that is not compiled leads to: runs function `slot` with the
/// arguments in `frame` and on the stack from `stack_args` on, and puts the result in `frame`.
/// `context` is what [`crate::CodeSpace::new`] was given. The answer is 0, or an address: then the
/// function ends with a call of the code there, with the arguments now in `frame` and on the stack.
pub type Handler = unsafe extern "C" fn(
    slot: u32,
    frame: *mut RegFrame,
    stack_args: *mut u8,
    context: *mut (),
) -> usize;
