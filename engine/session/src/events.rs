//! What processors see, and what is to be done about it.
//!
//! Events go one way and orders the other: a processor leaves an [`Event`], the
//! [curator](crate::curator) brings the ledger up to date and asks the [policies](crate::policy),
//! and performs their [`Order`]s. An event may be lost when nobody takes it in for long: whatever
//! it reports is then still so, and is reported again.

use alloc::boxed::Box;
use alloc::string::String;

use bareflow_ir::BlockId;
use bareflow_link::ProbeId;
use bareflow_object::{Entry, Options};
use bareflow_profile::Level;

use crate::key::FuncKey;
use crate::ledger::Verdict;

/// What a processor saw.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Event {
    /// An interpreted function was called this many times.
    Called { key: FuncKey, calls: u64 },
    /// A loop goes round and round in an interpreted call.
    Looped { key: FuncKey, header: BlockId, back_edges: u64 },
    /// The counter at this address ran out.
    CounterOut { counter: u64 },
    /// A probe has measured as many calls as it was to.
    TurnOver { probe: ProbeId },
    /// What was learned is to be saved.
    Due,
    /// The alarm has rung.
    Interrupted,
    /// A call of an entry has returned.
    Returned,
}

/// Code that a policy wants.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    /// What is compiled.
    pub(crate) key: FuncKey,
    pub(crate) level: Level,
    pub(crate) entry: Entry,
    pub(crate) options: Options,
    pub(crate) purpose: Purpose,
    /// Calls and rounds of loops when it was wished for.
    pub(crate) heat: u64,
    /// Why, for people.
    pub(crate) reason: String,
}

/// What becomes of code that was wished for.
#[derive(Clone, Debug)]
pub(crate) enum Purpose {
    /// Calls of its function run it, or a loop of it continues there, as its entry says.
    Rise,
    /// The same for its own sake: the function changes again after this many calls and rounds.
    Shake { again_after: u64 },
    /// It competes with the code of this function, under this name; `None`: that of its options.
    Variant { of: FuncKey, name: Option<String> },
}

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Order {
    /// The interpreter reports the function at this count of calls; `u64::MAX`: never.
    ReportAt(FuncKey, u64),
    /// The interpreter reports the loop at this count of back edges; `u64::MAX`: never.
    ReportLoopAt(FuncKey, BlockId, u64),
    /// Code is made.
    Compile(Box<Wish>),
    /// The function's counter runs out after this many calls and rounds.
    Arm(FuncKey, u64),
    /// The function is interpreted from the next call on.
    Interpret(FuncKey),
    /// The next calls of the function are counted only, `calls` of them, and `samples` after
    /// those measured.
    Gate { key: FuncKey, calls: u64, samples: u64 },
    /// The function's calls go straight to its code.
    Unwatch(FuncKey),
    /// The function's code and the variants made of it get probes, to take turns.
    Field(FuncKey),
    /// The next `calls` calls of the function run this entrant, measured.
    Turn { key: FuncKey, entrant: usize, calls: u64 },
    /// The next `calls` calls of the function run this entrant, counted only.
    Rest { key: FuncKey, entrant: usize, calls: u64 },
    /// The tournament is over.
    Settle(Box<Settlement>),
    /// A line for people who want to know of every decision.
    Explain(String),
}

/// How a tournament ended.
#[derive(Debug)]
pub(crate) struct Settlement {
    pub(crate) key: FuncKey,
    /// The entrant that stays.
    pub(crate) winner: usize,
    /// Its cycles a call; 0 when they were not measured.
    pub(crate) median: u64,
    /// Calls made meanwhile.
    pub(crate) calls: u64,
    /// What is remembered of it; `None` when it is to be held again.
    pub(crate) verdict: Option<Verdict>,
    /// Cycles of a call by the built-in compiler and by LLVM, if it was between these.
    pub(crate) compilers: Option<(u64, u64)>,
}

/// Orders, to be performed one after the other.
pub(crate) type Orders = alloc::vec::Vec<Order>;
