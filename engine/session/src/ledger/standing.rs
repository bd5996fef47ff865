//! Where one function stands.

use alloc::string::String;
use alloc::vec::Vec;

use bareflow_ir::BlockId;
use bareflow_link::ProbeId;
use bareflow_object::Maker;
use bareflow_profile::{Cycles, Events, FunctionProfile, Level};

use super::{Code, Counter};

/// Where a function stands.
#[derive(Default)]
pub(crate) struct Standing {
    /// The code its slot leads to.
    pub(crate) code: Option<Code>,
    /// Code entered at loop headers.
    pub(crate) loops: Vec<(BlockId, Code)>,
    /// The highest level it is being compiled for, calls being its entry.
    pub(crate) awaited: Option<Level>,
    /// Loop headers that code is being made for.
    pub(crate) awaited_loops: Vec<BlockId>,
    /// Compilations in this boot, and the time they took in nanoseconds.
    pub(crate) compiles: u32,
    pub(crate) compile_ns: u64,
    /// The same of earlier boots.
    pub(crate) compiled_before: (u32, u64),
    /// What its body is called in snapshots, once one was saved.
    pub(crate) body_hash: Option<[u8; 32]>,
    /// Levels reached: boot and level.
    pub(crate) history: Vec<(u32, Level)>,
    /// Its counter, once instrumented code has asked for one.
    pub(crate) counter: Option<&'static Counter>,
    /// Calls of code that counts nothing itself, as far as probes have counted them.
    pub(crate) calls: u64,
    /// What earlier boots counted.
    pub(crate) before: FunctionProfile,
    /// Cycles of calls measured in this boot.
    pub(crate) cycles: Cycles,
    /// What the processor counted in them, where it does.
    pub(crate) events: Option<Events>,
    /// Cycles a call takes as a rule at its present level, spikes left out; 0 when that was not
    /// measured.
    pub(crate) usual_cycles: u64,
    /// The level it came from and the mean cycles of a call there, until its new code is measured.
    pub(crate) before_rise: Option<(Level, u64)>,
    /// Calls counted when it came to its level.
    pub(crate) calls_at_rise: u64,
    /// What measures it now.
    pub(crate) watch: Watch,
    /// Which variant won, once that is settled.
    pub(crate) verdict: Option<Verdict>,
    /// Why it is not compiled any more.
    pub(crate) refused: Option<Refusal>,
}

/// What measures a function.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Watch {
    /// Nothing.
    #[default]
    None,
    /// A probe in front of its code measures every call.
    Sampling(ProbeId),
    /// A gate counts its calls, and leads to the probe when `window` of them are over.
    Gated {
        probe: ProbeId,
        /// Where the gate's count stood when it was last looked at.
        left: i64,
        /// When the gate was set, in cycles, and to how many calls.
        window: (u64, u64),
    },
    /// Its variants take turns behind probes of their own.
    Competing,
}

/// How a tournament ended.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Verdict {
    /// Options and median cycles of each variant.
    pub(crate) variants: Vec<(String, u64)>,
    /// Which one stays.
    pub(crate) winner: u32,
    /// Rounds that decided; 0 when that was in an earlier boot.
    pub(crate) rounds: u32,
    /// Microseconds it cost the program.
    pub(crate) cost_us: u64,
    /// Microseconds from its beginning to its end.
    pub(crate) took_us: u64,
    /// Microseconds from the program's beginning to its end.
    pub(crate) settled_us: u64,
}

impl Verdict {
    /// Whether code of LLVM took part beside that of the built-in compiler.
    pub(crate) fn knows_llvm(&self) -> bool {
        self.variants.iter().any(|(name, _)| name == Maker::Llvm.name())
    }

    /// Whether it says which of two compilers is faster, and no more.
    pub(crate) fn is_of_compilers(&self) -> bool {
        self.variants.len() == 2 && self.knows_llvm()
    }
}

/// Why a function is not compiled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Refusal {
    /// A compiler cannot do it, at any level: why.
    Unsupported(String),
    /// There was no room for it: which pool, in words.
    Full(String),
}

impl core::fmt::Display for Refusal {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Refusal::Unsupported(why) | Refusal::Full(why) => f.write_str(why),
        }
    }
}

impl Standing {
    /// All code there is of it.
    pub(crate) fn codes(&self) -> impl Iterator<Item = &Code> {
        self.code.iter().chain(self.loops.iter().map(|(_, code)| code))
    }

    /// The level calls run at.
    pub(crate) fn level(&self) -> Level {
        self.code.as_ref().map_or(Level::Interp, |code| code.level)
    }

    /// Where its code is entered by calls; `None` while it is interpreted.
    pub(crate) fn entry(&self) -> Option<usize> {
        self.code.as_ref().map(|code| code.installed.entry)
    }

    /// Whether code is being made, or there, for the loop header `block`.
    pub(crate) fn has_loop(&self, block: BlockId) -> bool {
        self.loops.iter().any(|(known, _)| *known == block)
    }

    /// Cycles a call takes as a rule; of any call, when that is not known.
    pub(crate) fn call_cycles(&self) -> u64 {
        if self.usual_cycles > 0 { self.usual_cycles } else { self.cycles.average() }
    }

    /// Calls of native code.
    pub(crate) fn native_calls(&self) -> u64 {
        self.calls.saturating_add(self.counter.map_or(0, Counter::calls))
    }

    /// Calls of native code and rounds of its loops: what it rises by.
    pub(crate) fn native_heat(&self) -> u64 {
        self.calls.saturating_add(self.counter.map_or(0, Counter::counted))
    }

    /// Calls and back edges of earlier boots.
    pub(crate) fn heat_before(&self) -> u64 {
        self.before.calls.saturating_add(self.before.back_edges)
    }

    /// Has the counter run out after that many further calls and rounds.
    pub(crate) fn set_counter(&self, left: u64) {
        if let Some(counter) = self.counter {
            counter.set(left);
        }
    }

    /// Whether its code counts itself.
    pub(crate) fn counts_itself(&self) -> bool {
        self.code.as_ref().is_some_and(|code| code.options.instrument)
    }
}
