//! What `--json` prints of a program that ran.

use bareflow_report::{
    BootReport, CodeReport, FunctionReport, LevelCounts, Rejection, SnapshotReport,
};
use bareflow_session::{Outcome, ProfileLine};
use serde::Serialize;

/// What `--json` prints for each program.
#[derive(Serialize, Debug)]
pub(super) struct Line<'a> {
    pub(super) program: &'a str,
    pub(super) entry: &'a str,
    pub(super) level: &'static str,
    pub(super) exit: i32,
    pub(super) result: Option<String>,
    pub(super) output: String,
    pub(super) stopped: Option<&'a str>,
    pub(super) calls: usize,
    pub(super) ns_first: u64,
    pub(super) ns_median: u64,
    pub(super) ns_min: u64,
    pub(super) boot: u32,
    pub(super) levels: LevelCounts,
    pub(super) compiles: u64,
    pub(super) compile_ns: u64,
    pub(super) swaps: u64,
    pub(super) osr_entries: u64,
    pub(super) tournaments: u64,
    pub(super) tournament_cost: u64,
    pub(super) code: CodeReport,
    pub(super) restored: u64,
    pub(super) restore_us: u64,
    pub(super) rejected: &'a [Rejection],
    pub(super) snapshot: Option<&'a SnapshotReport>,
    /// Most memory that this process had.
    pub(super) peak_bytes: u64,
    pub(super) functions: Vec<&'a FunctionReport>,
    /// What was counted, when that was asked for.
    pub(super) profile: Vec<&'a ProfileLine>,
    /// Nanoseconds of each call of the entry.
    pub(super) call_ns: &'a [u64],
}

impl<'a> Line<'a> {
    /// Of a program that ran: without what it printed, how long its calls took, and profiles.
    pub(super) fn new(
        report: &'a BootReport,
        outcome: &'a Outcome,
        entry: &'a str,
        level: &'static str,
    ) -> Self {
        let functions = report.functions.iter().filter(|f| f.module == outcome.module);
        Self {
            program: &outcome.module,
            entry,
            level,
            exit: outcome.exit,
            result: outcome.result.map(|result| result.to_string()),
            output: String::new(),
            stopped: outcome.stopped.as_deref(),
            calls: outcome.call_ns.len(),
            ns_first: 0,
            ns_median: 0,
            ns_min: 0,
            boot: report.boot,
            levels: report.levels,
            compiles: report.compiles,
            compile_ns: report.compile_ns,
            swaps: report.swaps,
            osr_entries: report.osr_entries,
            tournaments: report.tournaments,
            tournament_cost: report.tournament_cost,
            code: report.code,
            restored: report.restored,
            restore_us: report.restore_us,
            rejected: &report.rejected,
            snapshot: report.snapshot.as_ref(),
            peak_bytes: peak_bytes(),
            functions: functions.collect(),
            profile: Vec::new(),
            call_ns: &outcome.call_ns,
        }
    }
}

/// Most memory that this process had so far; 0 where the system does not say.
fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}
