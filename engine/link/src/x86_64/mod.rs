//! The pieces of machine code that the engine's own code and the program's meet in.

mod call;
mod catch;
mod enter;
mod installed;
mod interpret;
mod leave;
mod probe_enter;
mod probe_exit;
mod read_events;
mod serialise;
mod stack;
pub(crate) mod stubs;
mod thread;

pub use call::call;
pub use catch::{catch, throw};
pub use enter::enter;
pub(crate) use installed::bareflow_code_installed;
pub(crate) use interpret::interpret;
pub use leave::leave;
pub(crate) use probe_enter::probe_enter;
pub(crate) use probe_exit::probe_exit;
use read_events::read_events;
pub(crate) use serialise::serialise;
pub use stack::stack_pointer;
pub use thread::thread_words;

use bareflow_ir::abi::RegFrame;

/// What a call of a function that is not compiled leads to: runs function `slot` with the
/// arguments in `frame` and on the stack from `stack_args` on, and puts the result in `frame`.
/// `context` is what [`crate::Linker::new`] was given. The answer is 0, or an address: then the
/// function ends with a call of the code there, with the arguments now in `frame` and on the stack.
pub type Handler = unsafe extern "C" fn(
    slot: u32,
    frame: *mut RegFrame,
    stack_args: *mut u8,
    context: *mut (),
) -> usize;
