//! All that is known, by function: what was counted, what code there is, what was decided.
//!
//! The [curator](crate::curator) alone writes it; [policies](crate::policy) read it and answer with
//! orders. It knows no machine and no code memory, so policies are tested on one that is made up.

mod challenger;
mod code;
mod counter;
mod evidence;
mod model;
mod standing;
mod totals;

use alloc::sync::Arc;
use alloc::vec::Vec;

use bareflow_ir::{FuncId, Module};
use bareflow_link::ProbeId;
use bareflow_profile::{Events, FunctionProfile, Level};
use bareflow_report::LevelCounts;
use hashbrown::HashMap;

pub(crate) use challenger::Challenger;
pub(crate) use code::Code;
pub(crate) use counter::Counter;
pub(crate) use evidence::Evidence;
pub(crate) use model::Model;
pub(crate) use standing::{Refusal, Standing, Verdict, Watch};
pub(crate) use totals::Totals;

use crate::facts::Facts;
use crate::key::FuncKey;

/// What is known of one program.
pub(crate) struct Chapter {
    /// By function id.
    pub(crate) standings: Vec<Standing>,
    /// What the compilers were told of its functions.
    pub(crate) evidence: Evidence,
}

/// Which function a probe measures for, and as what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ProbeUse {
    /// Samples of a function.
    Sample(FuncKey),
    /// A variant in the running tournament: which.
    Variant(usize),
}

/// All that is known.
#[derive(Default)]
pub(crate) struct Ledger {
    /// By program, in the order they run in.
    pub(crate) chapters: Vec<Chapter>,
    /// What each probe in use is there for.
    pub(crate) probes: HashMap<ProbeId, ProbeUse>,
    /// Which function the counter at an address belongs to.
    pub(crate) counters: HashMap<u64, FuncKey>,
    /// What compiling costs and levels bring.
    pub(crate) model: Model,
    /// The same of the compiler that nobody has named.
    pub(crate) challenger: Challenger,
    pub(crate) totals: Totals,
    /// What the processor has counted of a function that was not measured yet; `None` where it counts nothing.
    pub(crate) uncounted: Option<Events>,
    /// Number of this boot, from 1.
    pub(crate) boot: u32,
    /// How earlier boots went.
    pub(crate) past: Vec<snapshot_fmt::BootLine>,
    /// When the first program began, in cycles; `None` before, and when the last has ended.
    pub(crate) began: Option<u64>,
}

impl Chapter {
    /// Of a program of which nothing is known.
    pub(crate) fn new(functions: usize) -> Self {
        Self {
            standings: (0..functions).map(|_| Standing::default()).collect(),
            evidence: Evidence::new(functions),
        }
    }
}

impl Ledger {
    /// What is known of a function.
    pub(crate) fn at(&self, key: FuncKey) -> &Standing {
        &self.chapters[key.image as usize].standings[key.func.index()]
    }

    /// The same, to write.
    pub(crate) fn at_mut(&mut self, key: FuncKey) -> &mut Standing {
        &mut self.chapters[key.image as usize].standings[key.func.index()]
    }

    /// Everything counted for a function, earlier boots included.
    pub(crate) fn profile(&self, facts: &dyn Facts, key: FuncKey) -> FunctionProfile {
        let mut profile = facts.interpreted(key);
        let standing = self.at(key);
        let calls = standing.native_calls();
        let rounds = standing.native_heat().saturating_sub(calls);
        profile.calls = profile.calls.saturating_add(calls);
        profile.back_edges = profile.back_edges.saturating_add(rounds);
        profile.cycles.merge(&standing.cycles);
        profile.events.extend(standing.events.clone());
        profile.merge(&standing.before);
        profile
    }

    /// Calls of a function, earlier boots included.
    pub(crate) fn calls(&self, facts: &dyn Facts, key: FuncKey) -> u64 {
        let standing = self.at(key);
        let now = facts.interpreted_calls(key).saturating_add(standing.native_calls());
        now.saturating_add(standing.before.calls)
    }

    /// Cycles since the first program began; 0 before.
    pub(crate) fn elapsed(&self, now_cycles: u64) -> u64 {
        self.began.map_or(0, |began| now_cycles.saturating_sub(began))
    }

    /// Functions at each level: those that were called or compiled.
    pub(crate) fn levels(&self, facts: &dyn Facts) -> LevelCounts {
        let mut levels = LevelCounts::default();
        for key in self.functions(facts) {
            let standing = self.at(key);
            if standing.code.is_some() || self.calls(facts, key) > 0 {
                levels.add(standing.level());
            }
        }
        levels
    }

    /// Tells the compiler of `key` what is known of its program: the [`Evidence`], and its epoch.
    pub(crate) fn tell(
        &mut self,
        facts: &dyn Facts,
        key: FuncKey,
    ) -> (Arc<[FunctionProfile]>, u32) {
        let evidence = &self.chapters[key.image as usize].evidence;
        let look = |func| {
            let other = FuncKey { func, ..key };
            let calls = facts.interpreted_calls(other);
            let before = !self.at(other).before.blocks.is_empty();
            let due = func == key.func || evidence.is_due(func, calls, before);
            due.then(|| (func, calls, self.profile(facts, other)))
        };
        let profiles: Vec<_> = facts.module(key.image).func_ids().filter_map(look).collect();
        let evidence = &mut self.chapters[key.image as usize].evidence;
        let epoch = evidence.update(profiles.into_iter());
        (evidence.now(), epoch)
    }

    /// All functions that have a body, program by program.
    pub(crate) fn functions(&self, facts: &dyn Facts) -> Vec<FuncKey> {
        (0..self.chapters.len() as u32)
            .flat_map(|image| defined(image, facts.module(image)))
            .collect()
    }
}

/// The functions of a program that have a body.
fn defined(image: u32, module: &Module) -> impl Iterator<Item = FuncKey> + '_ {
    let has_body = |func: &FuncId| !module.func(*func).is_declaration();
    module.func_ids().filter(has_body).map(move |func| FuncKey { image, func })
}

/// The level above.
pub(crate) fn above(level: Level) -> Option<Level> {
    Level::ALL.into_iter().find(|other| *other > level)
}
