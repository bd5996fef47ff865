//! The profile of one function.

use alloc::string::String;
use alloc::vec::Vec;

use bareflow_ir::Function;
use serde::{Deserialize, Serialize};

use crate::Events;

/// Counts of one function. All counts saturate.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct FunctionProfile {
    /// Calls at any level.
    pub calls: u64,
    /// Back edges taken while interpreted or instrumented.
    pub back_edges: u64,
    /// Time in it, callees included.
    pub cycles: Cycles,
    /// Hash of the control-flow graph the counts below speak of ([`shape_of`]).
    pub shape: u64,
    /// Executions of each block, by block id; empty when nothing was counted.
    pub blocks: Vec<u64>,
    /// Executions of each edge: for each block in order, one count a successor, in the order
    /// of [`bareflow_ir::Op::successors`].
    pub edges: Vec<u64>,
    /// Indirect calls.
    pub sites: Vec<IndirectSite>,
    /// Values seen in integer and pointer parameters.
    pub params: Vec<ParamValues>,
    /// What processors counted, by model; empty where none did.
    #[serde(default)]
    pub events: Vec<Events>,
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
    /// Position of the call in [`Function::instrs`].
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

impl Cycles {
    /// Adds one measured call.
    pub fn record(&mut self, cycles: u64) {
        self.min = if self.samples == 0 { cycles } else { self.min.min(cycles) };
        self.max = self.max.max(cycles);
        self.total = self.total.saturating_add(cycles);
        self.samples = self.samples.saturating_add(1);
    }

    /// Mean cycles a call; 0 when none was measured.
    pub fn average(&self) -> u64 {
        self.total.checked_div(self.samples).unwrap_or(0)
    }
}

/// A hash (64-bit FNV-1a) of a function's control-flow graph: number of blocks and the
/// successors of each. A profile fits a changed body as long as this stays the same.
pub fn shape_of(func: &Function) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    let mut add = |word: u32| {
        for byte in word.to_le_bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    };
    add(func.blocks.len() as u32);
    for block in func.block_ids() {
        add(u32::MAX);
        func.terminator(block).op.successors(|to| add(to.0));
    }
    hash
}
