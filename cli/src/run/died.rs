//! What `--json` prints of a program that a fault of the processor ends: nothing can be asked of the engine then,
//! which may be in the middle of anything, so that what it would have measured is missing.

use std::io::Write;
use std::sync::OnceLock;

use bareflow_hosted::{Fault, Hosted};
use bareflow_report::{BootReport, Record};
use bareflow_session::Outcome;

use super::line::Line;

/// What runs.
struct Running {
    machine: &'static Hosted,
    /// Names and entries of the programs.
    programs: Vec<(String, String)>,
    level: &'static str,
}

static RUNNING: OnceLock<Running> = OnceLock::new();

/// From now on a fault is told on standard output, too.
pub(super) fn tell(machine: &'static Hosted, programs: Vec<(String, String)>, level: &'static str) {
    drop(RUNNING.set(Running { machine, programs, level }));
}

/// Tells it, if that was asked for. `why` is what people are told.
pub(super) fn told(fault: &Fault, why: &str) {
    let Some(running) = RUNNING.get() else { return };
    // Programs run one after the other: those before have their result.
    let (printed, records) = running.machine.last_words();
    let over = records.iter().filter(|record| matches!(record, Record::Result { .. })).count();
    let (report, nobody) = (BootReport::default(), (String::new(), String::new()));
    let (program, entry) = running.programs.get(over).unwrap_or(&nobody);
    let outcome = Outcome {
        module: program.clone(),
        exit: fault.status,
        stopped: Some(why.trim_start_matches("error: ").to_owned()),
        ..Outcome::default()
    };
    let line = Line::new(&report, &outcome, entry, running.level);
    let line = Line { output: String::from_utf8_lossy(&printed).into_owned(), ..line };
    let text = serde_json::to_string(&line).unwrap_or_default();
    // Nobody reads any more: the process is ending all the same.
    let _ = writeln!(std::io::stdout(), "{text}");
}
