//! What a boot tells when it ends.

use alloc::vec::Vec;

use bareflow_report::{
    BootReport, CodeReport, FunctionReport, Record, VariantReport, VerdictReport,
};
use core::sync::atomic::Ordering::Relaxed;

use crate::curator::Curator;
use crate::facts::Facts;
use crate::ledger::{Ledger, Standing, Verdict};
use crate::run::{Outcome, overall};
use crate::shared::Shared;

/// Everything that was measured and decided.
pub(crate) fn report(shared: &Shared, curator: &Curator, outcomes: &[Outcome]) -> BootReport {
    let ledger = &curator.ledger;
    let totals = &ledger.totals;
    let (tournaments, spent) = curator.tournaments.totals();
    let elapsed = u128::from(totals.program_cycles.max(1));
    BootReport {
        boot: ledger.boot,
        exit: overall(outcomes),
        to_program_us: totals.to_program_us,
        program_us: totals.program_ns / 1_000,
        program_cycles: totals.program_cycles,
        compiles: totals.compiles,
        compile_ns: totals.compile_ns,
        swaps: totals.swaps,
        osr_entries: shared.loop_entries.load(Relaxed),
        interruptions: totals.interruptions,
        restored: totals.restored,
        restore_us: totals.restore_us,
        rejected: totals.rejected.clone(),
        levels: ledger.levels(shared),
        code: code(curator),
        tournaments,
        tournament_cost: (u128::from(spent) * 1_000 / elapsed) as u64,
        functions: functions(shared, ledger),
        ..BootReport::default()
    }
}

fn functions(shared: &Shared, ledger: &Ledger) -> Vec<FunctionReport> {
    let report = |key| {
        let standing = ledger.at(key);
        if ledger.calls(shared, key) == 0 && standing.compiles == 0 {
            return None;
        }
        let profile = ledger.profile(shared, key);
        let code = standing.code.as_ref();
        Some(FunctionReport {
            module: shared.program(key.image).into(),
            name: shared.name(key).into(),
            level: standing.level(),
            compiler: code.map_or("", |code| code.compiler).into(),
            calls: profile.calls,
            cycles_min: profile.cycles.min,
            cycles_avg: profile.cycles.average(),
            cycles_max: profile.cycles.max,
            code_bytes: code.map_or(0, |code| code.object.text.len() as u64),
            address: code.map_or(0, |code| code.installed.entry as u64),
            compiles: standing.compiles,
            compile_ns: standing.compile_ns,
            verdict: standing.verdict.as_ref().map(verdict),
            refused: standing.refused.as_ref().map(alloc::string::ToString::to_string),
        })
    };
    ledger.functions(shared).into_iter().filter_map(report).collect()
}

/// Says what was counted, function by function.
pub(crate) fn profiles(shared: &Shared, ledger: &Ledger) {
    for key in ledger.functions(shared) {
        if ledger.calls(shared, key) > 0 {
            let module = shared.program(key.image).into();
            let profile = ledger.profile(shared, key).line(shared.name(key));
            shared.platform.record(&Record::Profile { module, profile });
        }
    }
}

/// What is in use of code memory. Nothing runs any more, so all that is not some function's is
/// lost.
fn code(curator: &Curator) -> CodeReport {
    let usage = curator.linker.usage();
    let standings = curator.ledger.chapters.iter().flat_map(|chapter| &chapter.standings);
    let live: usize = standings.flat_map(Standing::codes).map(|code| code.installed.len).sum();
    CodeReport {
        size: usage.code_size as u64,
        used: usage.code as u64,
        retired: usage.retired as u64,
        live: live as u64,
    }
}

fn verdict(verdict: &Verdict) -> VerdictReport {
    let variant = |(options, cycles): &(alloc::string::String, u64)| VariantReport {
        options: options.clone(),
        cycles: *cycles,
    };
    VerdictReport {
        variants: verdict.variants.iter().map(variant).collect(),
        winner: verdict.winner,
        rounds: verdict.rounds,
        cost_us: verdict.cost_us,
        took_us: verdict.took_us,
        settled_us: verdict.settled_us,
    }
}
