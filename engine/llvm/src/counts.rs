//! A profile as what LLVM's optimiser takes.

use alloc::vec::Vec;

use bareflow_bitcode::write::{Counts, FunctionCounts, SiteCounts};
use bareflow_ir::{FuncId, Function, Module};
use bareflow_profile::{FunctionProfile, shape_of};
use hashbrown::HashMap;

/// What was counted of the functions of a module: `profiles` by function id, those that do not
/// fit their function left out.
///
/// Blocks are counted while a function is interpreted, calls at every level. So the counts of
/// blocks are raised to what they would be had they been counted all the time, and functions
/// can be compared.
#[must_use]
pub fn counts(module: &Module, profiles: &[FunctionProfile]) -> Counts {
    let names: HashMap<&str, FuncId> =
        module.func_ids().map(|id| (module.func(id).name.as_str(), id)).collect();
    let one = |(func, profile): (&Function, &FunctionProfile)| {
        let fits = !func.is_declaration()
            && profile.blocks.len() == func.blocks.len()
            && profile.shape == shape_of(func);
        fits.then(|| function(profile, &names))
    };
    Counts { funcs: module.funcs.iter().zip(profiles).map(one).collect() }
}

fn function(profile: &FunctionProfile, names: &HashMap<&str, FuncId>) -> FunctionCounts {
    let counted = u128::from(profile.blocks.first().copied().unwrap_or(0));
    let calls = u128::from(profile.calls).max(counted);
    let whole = |count: u64| {
        let raised = (u128::from(count) * calls).checked_div(counted);
        raised.map_or(count, |raised| u64::try_from(raised).unwrap_or(u64::MAX))
    };
    let sites = profile.sites.iter().map(|site| {
        let mut targets = Vec::new();
        let mut other = site.other;
        for (name, count) in &site.targets {
            match names.get(name.as_str()) {
                Some(id) => targets.push((*id, whole(*count))),
                None => other = other.saturating_add(*count),
            }
        }
        SiteCounts { instr: site.instr, targets, other: whole(other) }
    });
    FunctionCounts {
        blocks: profile.blocks.iter().copied().map(whole).collect(),
        edges: profile.edges.iter().copied().map(whole).collect(),
        sites: sites.collect(),
    }
}
