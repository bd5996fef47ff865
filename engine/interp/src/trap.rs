//! Why a program cannot go on.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use bareflow_ir::BlockId;

use crate::value::Fault;

/// The end of a program, and where it came.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trap {
    /// What happened.
    pub kind: TrapKind,
    /// Name of the function it happened in.
    pub function: String,
    /// The block it happened in, when that is known.
    pub block: Option<BlockId>,
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum TrapKind {
    /// An integer division or remainder by zero.
    DivideByZero,
    /// The smallest integer divided by -1.
    DivideOverflow,
    /// Control reached what the compiler was promised it would not.
    Unreachable,
    /// The program called `llvm.trap`, `llvm.ubsantrap` or `llvm.debugtrap`.
    Trapped,
    /// A call of an address where there is no function.
    BadCall(u64),
    /// An `indirectbr` to something that is no label of the function.
    BadLabel(u64),
    /// A symbol that nothing defines.
    Unresolved(String),
    /// Something that cannot be interpreted.
    Unsupported(Box<Unsupported>),
    /// No room for another frame.
    StackOverflow {
        /// Interpreted calls that were under way.
        depth: u64,
    },
    /// A `resume`, or another part of exception handling that cannot arise.
    Unwind,
}

impl From<Fault> for TrapKind {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::DivideByZero => TrapKind::DivideByZero,
            Fault::DivideOverflow => TrapKind::DivideOverflow,
            Fault::Unreachable => TrapKind::Unreachable,
            Fault::Trapped => TrapKind::Trapped,
            Fault::Unwind => TrapKind::Unwind,
        }
    }
}

/// Something that cannot be interpreted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unsupported {
    /// The function it is in.
    pub function: String,
    /// The instruction, intrinsic or type, in words.
    pub what: String,
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: cannot interpret {}", self.function, self.what)
    }
}

impl core::error::Error for Unsupported {}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let TrapKind::StackOverflow { depth } = self.kind {
            return write!(f, "stack overflow in {}, depth {depth}", self.function);
        }
        write!(f, "{} in {}", self.kind, self.function)?;
        match self.block {
            Some(block) => write!(f, ", block {}", block.0),
            None => Ok(()),
        }
    }
}

impl fmt::Display for TrapKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TrapKind::DivideByZero => f.write_str("division by zero"),
            TrapKind::DivideOverflow => f.write_str("overflow in a division"),
            TrapKind::Unreachable => f.write_str("reached what was declared unreachable"),
            TrapKind::Trapped => f.write_str("trap"),
            TrapKind::BadCall(address) => {
                write!(f, "call of {address:#x}, where there is no function,")
            }
            TrapKind::BadLabel(value) => write!(f, "jump to {value:#x}, which is no label,"),
            TrapKind::Unresolved(name) => write!(f, "use of {name}, which nothing defines,"),
            TrapKind::Unsupported(what) => write!(f, "cannot interpret {}", what.what),
            TrapKind::StackOverflow { depth } => write!(f, "stack overflow, depth {depth},"),
            TrapKind::Unwind => f.write_str("exception"),
        }
    }
}

impl core::error::Error for Trap {}
