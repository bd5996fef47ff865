//! What a compiler is asked, and what it answers.

use alloc::string::String;

use bareflow_ir::{BlockId, FuncId, Module};
use bareflow_profile::{FunctionProfile, Level};

use crate::{CpuFeatures, Object};

/// A compiler. Which one serves which level is the session's table. Several processors may call one
/// at once.
pub trait Compiler: Send + Sync {
    /// Its name in logs and verdicts.
    fn name(&self) -> &'static str;

    /// Changes whenever the same request could give other bytes. Of the built-in compiler it is part of
    /// the engine's fingerprint in a snapshot, of others it stands beside what they made.
    fn version(&self) -> String;

    /// Compiles one function. Equal requests give equal bytes, on every machine.
    ///
    /// # Errors
    /// What it cannot compile, with the function and the instruction. That function stays
    /// interpreted.
    fn compile(&self, request: &Request<'_>) -> Result<Object, CompileError>;
}

/// One function to compile.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The program.
    pub module: &'a Module,
    /// Which function of it.
    pub func: FuncId,
    /// How hard to try.
    pub level: Level,
    /// Where the code is entered.
    pub entry: Entry,
    /// Profiles by function id; functions beyond its end have none.
    pub profile: &'a [FunctionProfile],
    /// What the code may use.
    pub cpu: CpuFeatures,
    /// Choices that do not follow from the level.
    pub options: &'a Options,
}

impl<'a> Request<'a> {
    /// What was counted, by function id, as far as the options let a compiler know it.
    pub fn counted(&self) -> &'a [FunctionProfile] {
        if self.options.unprofiled { &[] } else { self.profile }
    }
}

/// Where code is entered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entry {
    /// At the start, by the calling convention ([`bareflow_ir::abi`]).
    Call,
    /// At the head of this block, by on-stack replacement: `extern "C" fn(frame: *const u64,
    /// hidden: *mut u8)`, where `frame` is a value frame ([`bareflow_ir::layout::ValueFrame`])
    /// in which the values that are live there are set, the phis of the block included, and
    /// `hidden` is where a result returned in memory goes. It returns what the function does.
    Loop(BlockId),
}

/// Choices that a tournament varies; the default is what the level means.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Options {
    /// Count calls and back edges, and report when a function gets hot.
    pub instrument: bool,
    /// Instructions that inlining may add, if not what the level allows.
    pub inline_budget: Option<u32>,
    /// Times a small loop is repeated in its body, if not what the level does.
    pub unroll: Option<u8>,
    /// Assume that integer parameter `.0` is `.1`, behind a guard.
    pub specialise: Option<(u32, u64)>,
    /// Align loop headers to this many bytes; Cranelift, which cannot, aligns the start of the
    /// code.
    pub align_loops: Option<u8>,
    /// Prefer small code to fast code.
    pub for_size: bool,
    /// Compile as if nothing had been counted: what is usual is not always what is predicted well.
    pub unprofiled: bool,
    /// Make vectors of neighbours in straight code alone (superword-level parallelism), none of rounds of
    /// loops. LLVM's alone.
    pub slp: bool,
    /// Bits of the widest vectors to make, if not what the processor prefers. LLVM's alone.
    pub vectors: Option<u16>,
    /// Which processor instructions are ordered and weighed for, if not one like this. LLVM's alone.
    pub tuning: Option<Tuning>,
    /// By this compiler, if not by the one that serves the level.
    pub maker: Option<Maker>,
}

/// A compiler that is asked though another one serves the level.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Maker {
    /// The one that is a part of the engine.
    Builtin,
    /// LLVM.
    Llvm,
}

impl Maker {
    /// All there are.
    pub const ALL: [Self; 2] = [Self::Builtin, Self::Llvm];

    /// As options have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Builtin => "builtin",
            Self::Llvm => "llvm",
        }
    }
}

/// A processor to tune for, by LLVM's name. Code runs everywhere, whatever it is tuned for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Tuning(&'static str);

impl Tuning {
    /// Those that are told apart.
    pub const ALL: [Self; 4] =
        [Self("generic"), Self("haswell"), Self("sapphirerapids"), Self("znver4")];

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tuning| tuning.0 == name)
    }

    /// LLVM's name of it.
    pub const fn name(self) -> &'static str {
        self.0
    }
}

/// Why a function was not compiled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CompileError {
    /// The compiler does not know how to do this.
    Unsupported {
        /// The function.
        function: String,
        /// The instruction or type, in words.
        what: String,
    },
    /// The compiler broke its own rules: a bug, reported with its words.
    Internal {
        /// The function.
        function: String,
        /// What the compiler said.
        what: String,
    },
}

impl core::fmt::Display for CompileError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            CompileError::Unsupported { function, what } => {
                write!(f, "{function}: cannot compile {what}")
            }
            CompileError::Internal { function, what } => {
                write!(f, "{function}: the compiler failed: {what}")
            }
        }
    }
}

impl core::error::Error for CompileError {}
