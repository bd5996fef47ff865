//! Ideas for variants of a function.

use bareflow_ir::Function;
use bareflow_ir::cfg::Cfg;
use bareflow_object::{Options, Tuning};
use bareflow_profile::FunctionProfile;

/// A way to make another variant of a function: what it changes; `None` where it makes no sense.
/// Further compilers and ideas are further lines here.
pub(super) type Strategy = fn(&Function, &FunctionProfile) -> Option<Options>;

pub(super) const STRATEGIES: &[Strategy] = &[
    |_, _| Some(Options { builtin: true, ..Options::default() }),
    |func, _| has_loop(func).then(|| Options { vectors: Some(128), ..Options::default() }),
    |func, _| has_loop(func).then(|| Options { vectors: Some(512), ..Options::default() }),
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
