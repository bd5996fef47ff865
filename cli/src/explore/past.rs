//! Other snapshots, for comparison: of each function its level and figures alone.

use std::collections::HashMap;

use serde::Serialize;
use snapshot_fmt::Snapshot;

use crate::explore::function::Function;
use crate::snapshot::names::{code_bytes, cycles_a_call, module};

/// One snapshot.
#[derive(Serialize)]
pub(super) struct Past {
    pub name: String,
    pub boot: u32,
    /// Cycles of the programs in its boot.
    pub cycles: u64,
    /// By place in the list of functions: level, bytes of code, mean cycles, calls; none for a function
    /// that it does not know.
    pub figures: Vec<Option<(u8, u64, u64, u64)>>,
    /// Functions that only it knows.
    pub gone: Vec<String>,
}

/// All of them, oldest first, the one that the page is about last.
pub(super) fn all(
    name: &str,
    snapshot: &Snapshot,
    others: &[(String, Snapshot)],
    functions: &[Function],
) -> Vec<Past> {
    let mut all: Vec<Past> =
        others.iter().map(|(name, other)| past(name, other, functions)).collect();
    all.sort_by_key(|past| past.boot);
    all.push(past(name, snapshot, functions));
    all
}

fn past(name: &str, snapshot: &Snapshot, functions: &[Function]) -> Past {
    let mut known: HashMap<(&str, &str), (u8, u64, u64, u64)> = HashMap::new();
    for record in &snapshot.functions {
        let figures =
            (record.level, code_bytes(record), cycles_a_call(record), record.profile.calls);
        known.insert((module(snapshot, record), &record.name), figures);
    }
    let figures = functions
        .iter()
        .map(|function| known.remove(&(function.module.as_str(), function.symbol.as_str())))
        .collect();
    let mut gone: Vec<String> =
        known.keys().map(|(module, symbol)| format!("{module}:{symbol}")).collect();
    gone.sort();
    Past {
        name: name.to_owned(),
        boot: snapshot.boot_count,
        cycles: snapshot.boots.last().map_or(0, |boot| boot.program_cycles),
        figures,
        gone,
    }
}
