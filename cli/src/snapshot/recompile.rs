//! Makes every object of a snapshot anew from the bitcode in it, and compares bytes.
//!
//! Code that differs was not made by this engine of this program: a compiler that is not what it says, a snapshot
//! that somebody made by hand, or a machine that lies.

use bareflow_fleet::forget_code;
use indicatif::ProgressBar;
use snapshot_fmt::Snapshot;

use super::again::{Again, Made, Makers, Why};

/// How it went.
#[derive(Default, Debug)]
pub(super) struct Recompiled {
    /// Objects with the same bytes.
    pub same: usize,
    /// Objects that could not be made here, and why.
    pub skipped: Vec<String>,
    /// Objects with other bytes, modules that do not load.
    pub problems: Vec<String>,
}

/// Does it for every module.
pub(super) fn recompile(snapshot: &Snapshot, progress: &ProgressBar) -> Recompiled {
    let mut result = Recompiled::default();
    let makers = Makers::of(snapshot);
    for (index, module) in (0..).zip(&snapshot.modules) {
        match Again::new(&makers, snapshot, index) {
            Err(why) => result.problems.push(why),
            Ok(again) => whole(&again, &module.name, &mut result, progress),
        }
    }
    let own = bareflow_session::engine();
    if snapshot.engine.engine != own && !result.problems.is_empty() {
        result.problems.push(format!(
            "made by engine `{}`; this tool has `{own}`, whose code may well be another",
            snapshot.engine.engine,
        ));
    }
    result
}

fn whole(again: &Again<'_>, module: &str, result: &mut Recompiled, progress: &ProgressBar) {
    for function in again.functions() {
        for made in Made::all(function) {
            let at = made.block().map_or(String::new(), |n| format!(" entered at block {n}"));
            let name = format!("{module}:{}{at}", function.name);
            match again.same(function, &made) {
                Ok(()) => result.same += 1,
                Err(Why::Skipped(why)) => result.skipped.push(format!("{name}: {why}")),
                Err(Why::Problem(why)) => {
                    result.problems.push(format!("{name} at {}: {why}", made.level()));
                }
            }
        }
        progress.inc(1);
    }
}

/// Takes out of a snapshot the code that its compiler does not make again here, byte for byte: each with the reason.
/// Everything else that is known of a function stays, and the machine compiles it anew.
pub(crate) fn only_proved(snapshot: &mut Snapshot) -> Vec<String> {
    let makers = Makers::of(snapshot);
    let mut refused = Vec::new();
    // By function and, for code that is entered in a loop, its place.
    let mut unproved = Vec::new();
    for (index, module) in (0..).zip(&snapshot.modules) {
        let again = Again::new(&makers, snapshot, index);
        let functions = snapshot.functions.iter().enumerate();
        for (at, function) in functions.filter(|(_, function)| function.module == index) {
            let proof = |made: &Made<'_>| match &again {
                Ok(again) => again.same(function, made).map_err(|why| why.to_string()),
                Err(why) => Err(why.clone()),
            };
            let whole = Made::of(function).map(|made| (None, made));
            let loops = (0..).zip(&function.osr).map(|(n, osr)| (Some(n), Made::of_loop(osr)));
            for (place, made) in whole.into_iter().chain(loops) {
                let Err(why) = proof(&made) else { continue };
                refused.push(format!("{}:{}: {why}", module.name, function.name));
                unproved.push((at, place));
            }
        }
    }
    // From behind, so that places stay what they are.
    for (at, place) in unproved.into_iter().rev() {
        let function = &mut snapshot.functions[at];
        match place {
            Some(number) => drop(function.osr.remove(number)),
            None => forget_code(function),
        }
    }
    refused
}
