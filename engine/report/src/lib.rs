//! What a machine tells whoever runs it.
//!
//! Over the serial line a record is one line: the byte 0x1E (record separator, RFC 7464),
//! the JSON text, a newline. Everything else on the line is the program's own output.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod signal;

use alloc::string::String;
use alloc::vec::Vec;

use bareflow_profile::{Level, ProfileLine};
use serde::{Deserialize, Serialize};

pub use signal::Signal;

/// One record.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum Record {
    /// A line for people: what happened and why.
    Log {
        /// The line.
        text: String,
    },
    /// A module ended.
    Result {
        /// Its name.
        module: String,
        /// Exit status of `main`; 0 for an entry with a result.
        exit: i32,
        /// Result of `uint64_t entry(uint64_t)`.
        result: Option<u64>,
    },
    /// What was counted for one function, when that was asked for.
    Profile {
        /// Its module.
        module: String,
        /// The counts.
        profile: ProfileLine,
    },
    /// How it goes, for whoever watches; when that was asked for.
    Progress(Progress),
    /// What a processor was busy with, when that was asked for.
    Busy(Busy),
    /// The machine is done.
    Report(BootReport),
    /// A shrunk image goes back to the grown one beside it: the machine starts again.
    Return {
        /// What kind of cause it has (`bareflow_boot::way_back::Kind`).
        kind: u8,
        /// What was missing.
        name: String,
    },
    /// The machine ended by a fault or a panic. No report follows.
    Fault(FaultReport),
}

/// How it goes, while programs run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Progress {
    /// Number of this boot, from 1.
    pub boot: u32,
    /// Functions at each level.
    pub levels: LevelCounts,
    /// Functions compiled in this boot.
    pub compiles: u64,
    /// Functions that wait to be compiled, or are being compiled.
    pub waiting: u64,
    /// Bytes of code memory in use.
    pub code: u64,
    /// Bytes of the program's heap in use.
    pub heap: u64,
    /// Times the program has written to its console.
    #[serde(default)]
    pub writes: u64,
}

/// What a processor was busy with beside the program's first thread, when it is over.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Busy {
    /// The processor.
    pub core: u32,
    /// When it began, in microseconds since the engine did.
    pub at_us: u64,
    /// Microseconds it took.
    pub us: u64,
    /// What was done: `compile`, `thread`.
    pub kind: String,
    /// Of what: `fib:main at O2`.
    pub what: String,
}

/// How a machine ended that did not end by itself.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FaultReport {
    /// What happened: `page fault`, `division error`, `panic`.
    pub name: String,
    /// All of it in one line, for people.
    pub text: String,
    /// The processor's vector and error code, if it raised the fault.
    pub vector: Option<u8>,
    /// See `vector`.
    pub error: Option<u64>,
    /// The address that could not be used, of a page fault.
    pub address: Option<u64>,
    /// The processor it happened on; 0 is the first.
    #[serde(skip_serializing_if = "is_first")]
    pub core: u32,
    /// Address of the instruction.
    pub rip: u64,
    /// The function it lies in, as `name+0xoffset`; `?` where nobody knows.
    pub function: String,
    /// The function and its callers, outwards.
    pub backtrace: Vec<String>,
}

impl FaultReport {
    /// What would have ended a process; `None` when it was no fault that the processor raised.
    #[must_use]
    pub fn signal(&self) -> Option<Signal> {
        self.vector.map(Signal::of_vector)
    }
}

fn is_first(core: &u32) -> bool {
    *core == 0
}

/// The whole boot.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct BootReport {
    /// Number of this boot, from 1.
    pub boot: u32,
    /// Exit status of the whole: that of the first module that failed.
    pub exit: i32,
    /// Microseconds from power-on to the first instruction of the kernel, if known.
    pub to_kernel_us: u64,
    /// Microseconds from there to the first instruction of the program.
    pub to_program_us: u64,
    /// Microseconds of that in which the newest snapshot was read and its code installed.
    #[serde(default)]
    pub restore_us: u64,
    /// Microseconds in the program, all modules.
    pub program_us: u64,
    /// Microseconds until this report.
    pub total_us: u64,
    /// Cycles in the program, all modules.
    pub program_cycles: u64,
    /// Functions at each level at the end.
    pub levels: LevelCounts,
    /// Functions compiled in this boot.
    pub compiles: u64,
    /// Time spent compiling, in nanoseconds.
    pub compile_ns: u64,
    /// Times code in a slot was replaced by better code.
    pub swaps: u64,
    /// Times a loop of an interpreted call continued in compiled code.
    pub osr_entries: u64,
    /// Times the alarm stopped the program between two instructions.
    #[serde(default)]
    pub interruptions: u64,
    /// Tournaments held.
    #[serde(default)]
    pub tournaments: u64,
    /// What they cost, in thousandths of the program's time.
    #[serde(default)]
    pub tournament_cost: u64,
    /// Code memory at the end.
    #[serde(default)]
    pub code: CodeReport,
    /// Functions restored from the snapshot.
    pub restored: u64,
    /// Functions of the snapshot not used, and why.
    pub rejected: Vec<Rejection>,
    /// The snapshot written, if any.
    pub snapshot: Option<SnapshotReport>,
    /// Every function that ran or was compiled.
    pub functions: Vec<FunctionReport>,
}

/// Code memory, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct CodeReport {
    /// Size of the pool.
    pub size: u64,
    /// In use, retired code included.
    pub used: u64,
    /// Retired and not freed.
    pub retired: u64,
    /// Code of functions and loops. Everything in use is one or the other.
    pub live: u64,
}

/// Functions at each level.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[expect(missing_docs, reason = "one field a level")]
pub struct LevelCounts {
    pub interp: u64,
    #[serde(rename = "O0")]
    pub o0: u64,
    #[serde(rename = "O1")]
    pub o1: u64,
    #[serde(rename = "O2")]
    pub o2: u64,
    #[serde(rename = "O3")]
    pub o3: u64,
}

impl LevelCounts {
    /// Counts one function.
    pub fn add(&mut self, level: Level) {
        *match level {
            Level::Interp => &mut self.interp,
            Level::O0 => &mut self.o0,
            Level::O1 => &mut self.o1,
            Level::O2 => &mut self.o2,
            Level::O3 => &mut self.o3,
        } += 1;
    }
}

/// A function of a snapshot that was not used.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Rejection {
    /// Its name.
    pub function: String,
    /// What did not match.
    pub reason: String,
}

/// A snapshot that was written.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SnapshotReport {
    /// Its path.
    pub file: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// Functions in it.
    pub functions: u64,
    /// Boots it remembers.
    pub boot_count: u32,
}

/// One function at the end of a boot.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct FunctionReport {
    /// Its module.
    pub module: String,
    /// Its name.
    pub name: String,
    /// Where it ended.
    pub level: Level,
    /// Which compiler made its code; empty where it has none.
    #[serde(default)]
    pub compiler: String,
    /// Calls counted.
    pub calls: u64,
    /// Cycles of sampled calls.
    pub cycles_min: u64,
    /// Mean.
    pub cycles_avg: u64,
    /// Largest.
    pub cycles_max: u64,
    /// Bytes of its code.
    pub code_bytes: u64,
    /// Where its code is at the end; 0 where it has none.
    #[serde(default)]
    pub address: u64,
    /// Times it was compiled.
    pub compiles: u32,
    /// Time that took, in nanoseconds.
    pub compile_ns: u64,
    /// How its tournament ended, if one was held.
    #[serde(default)]
    pub verdict: Option<VerdictReport>,
    /// Why it is not compiled, or not any more.
    #[serde(default)]
    pub refused: Option<String>,
}

/// How a tournament ended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct VerdictReport {
    /// The variants, the default first.
    pub variants: Vec<VariantReport>,
    /// Index of the one that stays.
    pub winner: u32,
    /// Rounds that decided; 0 when that was in an earlier boot.
    pub rounds: u32,
    /// Microseconds it cost the program.
    pub cost_us: u64,
    /// Microseconds from its beginning to its end.
    pub took_us: u64,
    /// Microseconds from the program's beginning to its end.
    pub settled_us: u64,
}

/// One of the variants.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct VariantReport {
    /// What is different about it; empty for the default.
    pub options: String,
    /// Median cycles of a call.
    pub cycles: u64,
}
