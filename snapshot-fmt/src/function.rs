//! What is remembered of one function: its code, its profile, its way through the levels.
//!
//! The profile's types mirror `bareflow-profile` field by field.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::ObjectRecord;

/// One function of a module.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FunctionRecord {
    /// Index in [`crate::Snapshot::modules`].
    pub module: u32,
    /// Its symbol.
    pub name: String,
    /// The level it is at: 0 the interpreter, 1 to 4 O0 to O3.
    pub level: u8,
    /// Which compiler made `object`; empty when there is none.
    pub compiler: String,
    /// Options `object` was made with, in the compiler's own words.
    pub options: String,
    /// Processor features without which `object` must not run, sorted.
    pub features: Vec<String>,
    /// The [epoch](Evidence) of its module that `object` was made in; `None` for code that was
    /// made without evidence, and in files of version 1.
    pub epoch: Option<u32>,
    /// Hash of the IR body the code was made of and the profile speaks of.
    pub body_hash: [u8; 32],
    /// The code, when it was compiled.
    pub object: Option<ObjectRecord>,
    /// Entries for on-stack replacement.
    pub osr: Vec<OsrRecord>,
    /// What was counted and measured.
    pub profile: FunctionProfile,
    /// Levels reached, oldest first: the boot and the level.
    pub history: Vec<(u32, u8)>,
    /// How often it was compiled, all boots together.
    pub compiles: u32,
    /// Nanoseconds spent compiling it, all boots together.
    pub compile_ns: u64,
    /// The result of letting variants of it compete, when they did.
    pub verdict: Option<Verdict>,
    /// What compilers were told of it, each with the epoch from which on they were, in order:
    /// as far as code in this file was made of it.
    pub evidence: Vec<(u32, Evidence)>,
}

/// What compilers were told of a function: its profile, as shares of its calls and rounded.
///
/// Code follows from the bitcode, the compiler, its options, the processor's features and the
/// evidence on all functions of the module. The epoch of a module is a number that grows when
/// any evidence of it changes; code names the one that it was made in, and what was told of a
/// function then is the last entry of its list that is not younger.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Evidence {
    /// Hash of the control-flow graph it speaks of.
    pub shape: u64,
    /// Executions of each block, one byte each: 0 for none, 1 + 4 e + m for 2^e (1 + m / 4).
    #[serde(with = "crate::bytes")]
    pub blocks: Vec<u8>,
    /// Executions of each edge, in the same way.
    #[serde(with = "crate::bytes")]
    pub edges: Vec<u8>,
    /// Indirect calls.
    pub sites: Vec<IndirectSite>,
}

/// Code that enters a function in the middle, at the start of a block.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OsrRecord {
    /// Id of the block it enters at.
    pub block: u32,
    /// The level it was made for, as in [`FunctionRecord::level`].
    pub level: u8,
    /// Which compiler made it.
    pub compiler: String,
    /// With what options.
    pub options: String,
    /// Processor features without which it must not run, sorted.
    pub features: Vec<String>,
    /// The [epoch](Evidence) it was made in.
    pub epoch: Option<u32>,
    /// The code.
    pub object: ObjectRecord,
}

/// The result of a tournament between variants of a function.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Verdict {
    /// What competed.
    pub variants: Vec<Variant>,
    /// Index of the winner in `variants`.
    pub winner: u32,
}

/// One competitor.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Variant {
    /// The options it was made with.
    pub name: String,
    /// Median cycles a call.
    pub median_cycles: u64,
}

/// Counts of one function. All counts saturate.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct FunctionProfile {
    /// Calls at any level.
    pub calls: u64,
    /// Back edges taken while interpreted or instrumented.
    pub back_edges: u64,
    /// Time in it, callees included.
    pub cycles: Cycles,
    /// Hash of the control-flow graph the counts below speak of.
    pub shape: u64,
    /// Executions of each block, by block id; empty when nothing was counted.
    pub blocks: Vec<u64>,
    /// Executions of each edge: for each block in order, one count a successor.
    pub edges: Vec<u64>,
    /// Indirect calls.
    pub sites: Vec<IndirectSite>,
    /// Values seen in integer and pointer parameters.
    pub params: Vec<ParamValues>,
    /// What processors counted in measured calls, by model. Lies in a section of its own.
    #[serde(skip)]
    pub events: Vec<Events>,
}

/// Events that a processor counted in measured calls.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Events {
    /// The processor's brand string.
    pub cpu: String,
    /// Which events it counts, a bit each, in the order of `counts`.
    pub counted: u8,
    /// Calls measured.
    pub samples: u64,
    /// Sums over them: instructions, cycles of the processor, branches, mispredictions, cache references,
    /// cache misses.
    pub counts: [u64; 6],
}

/// Processor cycles of sampled calls.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Cycles {
    /// Calls measured.
    pub samples: u64,
    /// Sum over them.
    pub total: u64,
    /// Smallest; 0 when none was measured.
    pub min: u64,
    /// Largest.
    pub max: u64,
}

/// An indirect call and what it called.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct IndirectSite {
    /// Position of the call among the function's instructions.
    pub instr: u32,
    /// Names of the functions called and how often, most frequent first.
    pub targets: Vec<(String, u64)>,
    /// Calls of targets not listed.
    pub other: u64,
}

/// The most frequent values of a parameter.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ParamValues {
    /// Which parameter.
    pub param: u32,
    /// Values and how often, most frequent first.
    pub values: Vec<(u64, u64)>,
    /// Calls with values not listed.
    pub other: u64,
}
