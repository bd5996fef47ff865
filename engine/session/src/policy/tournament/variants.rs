//! Variants of a function: ideas, and what they cost.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use bareflow_ir::Function;
use bareflow_ir::cfg::Cfg;
use bareflow_object::{Entry, Maker, Options, Tuning};
use bareflow_profile::{FunctionProfile, Level};

use crate::events::{Purpose, Wish};
use crate::key::FuncKey;
use crate::policy::View;
use crate::policy::rising::compiler_options;

/// Options of an alternative that the job brings; see [`crate::Manifest::alternatives`].
const INSTEAD: &str = "instead=";

/// A way to make another variant of a function: what it changes; `None` where it makes no sense.
/// Further compilers and ideas are further lines here.
type Strategy = fn(&Function, &FunctionProfile) -> Option<Options>;

const STRATEGIES: &[Strategy] = &[
    |_, _| Some(Options { maker: Some(Maker::Builtin), ..Options::default() }),
    |func, _| has_loop(func).then(|| Options { vectors: Some(128), ..Options::default() }),
    |func, _| has_loop(func).then(|| Options { vectors: Some(512), ..Options::default() }),
    |func, _| has_loop(func).then(|| Options { slp: true, ..Options::default() }),
    |_, profile| {
        (!profile.blocks.is_empty()).then(|| Options { unprofiled: true, ..Options::default() })
    },
    |_, _| Some(Options { tuning: Tuning::named("generic"), ..Options::default() }),
    |_, _| Some(Options { tuning: Tuning::named("sapphirerapids"), ..Options::default() }),
    |_, _| Some(Options { inline_budget: Some(0), ..Options::default() }),
    |_, _| Some(Options { inline_budget: Some(400), ..Options::default() }),
    |func, _| has_loop(func).then(|| Options { unroll: Some(4), ..Options::default() }),
    |func, _| has_loop(func).then(|| Options { align_loops: Some(32), ..Options::default() }),
    |_, profile| {
        let (param, value) = usual_value(profile)?;
        Some(Options { specialise: Some((param, value)), ..Options::default() })
    },
];

fn has_loop(func: &Function) -> bool {
    !Cfg::of(func).loop_headers().is_empty()
}

/// A parameter that nearly always has the same value.
fn usual_value(profile: &FunctionProfile) -> Option<(u32, u64)> {
    profile.params.iter().find_map(|param| {
        let (value, count) = param.values.first().copied()?;
        let all: u64 = param.values.iter().map(|(_, count)| count).sum::<u64>() + param.other;
        (all >= 8 && count * 20 >= all * 19).then_some((param.param, value))
    })
}

/// Cycles that making the variants of a function will take, judging by how long its code took.
pub(super) fn price(view: &View<'_>, key: FuncKey) -> u64 {
    let standing = view.ledger.at(key);
    let once = if own_maker(view, key).is_some() {
        let instrs = view.instrs_with_callees(key);
        view.ledger.challenger.cost(instrs, view.ledger.model.slowness())
    } else {
        let once = standing.compile_ns / u64::from(standing.compiles.max(1));
        once.max(view.ledger.model.cost(Level::O3, view.instrs(key)))
    };
    let alone = !view.facts.manifest().alternatives.is_empty();
    let tried = if alone { 1 } else { STRATEGIES.len() };
    view.cycles_in(once.saturating_mul(tried as u64))
}

/// The variants of a function that are worth trying.
pub(super) fn wishes(view: &View<'_>, key: FuncKey) -> Vec<Wish> {
    let wish = |compiled: FuncKey, options, name| Wish {
        key: compiled,
        level: Level::O3,
        entry: Entry::Call,
        options,
        purpose: Purpose::Variant { of: key, name },
        heat: 0,
        reason: String::new(),
    };
    let alternatives = &view.facts.manifest().alternatives;
    let instead = alternatives.iter().find(|(name, _)| name == view.facts.name(key));
    if let Some(other) = instead.and_then(|(_, other)| view.facts.find(key.image, other)) {
        // Measured against each other, and against nothing else.
        let other = FuncKey { func: other, ..key };
        let name = format!("{INSTEAD}{}", view.facts.name(other));
        return Vec::from([wish(other, compiler_options(Level::O3, false), Some(name))]);
    }
    let func = view.facts.module(key.image).func(key.func);
    let profile = view.profile(key);
    let own = own_maker(view, key);
    let ideas = STRATEGIES.iter().filter_map(|strategy| strategy(func, &profile));
    // Where LLVM was not named, the two compilers were measured against each other before.
    let ideas = ideas.filter(|options| own.is_none() || options.maker.is_none());
    ideas
        .map(|options| wish(key, Options { maker: options.maker.or(own), ..options }, None))
        .collect()
}

/// Who has made a function's code, if that is not the compiler that serves the level.
fn own_maker(view: &View<'_>, key: FuncKey) -> Option<Maker> {
    let code = view.ledger.at(key).code.as_ref()?;
    (code.is_llvm() && view.facts.challenger().is_some()).then_some(Maker::Llvm)
}
