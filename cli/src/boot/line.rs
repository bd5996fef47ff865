//! What one boot reports: the JSON object that scripts read, and a line for people.

use std::collections::BTreeMap;

use bareflow_boot::way_back::Kind;
use bareflow_emulator::{Outcome, Run};
use bareflow_report::{
    BootReport, FaultReport, FunctionReport, LevelCounts, Record, Rejection, Signal, SnapshotReport,
};
use bareflow_session::ProfileLine;
use serde::{Deserialize, Serialize};

/// What a shrunk image says that came to code which it was made without.
pub(super) const NEVER_RAN: Outcome = Outcome::Other(0x13);

/// One boot. Fields of the report are null when the machine ended without one.
#[derive(Serialize, Debug, Clone)]
pub struct Line {
    /// Number of the boot, as the machine counts.
    pub boot: Option<u32>,
    /// Exit status of the whole: that of the first module that failed.
    pub exit: i32,
    /// How the machine ended: success, failure, fault, hung, reset, …
    pub outcome: String,
    /// What the program printed.
    pub output: String,
    /// Result of each module's entry, in decimal; null where it has none.
    pub results: BTreeMap<String, Option<String>>,
    /// Exit status of each module.
    pub exits: BTreeMap<String, i32>,
    /// Times on the machine's own clock, in microseconds.
    pub guest_us: Option<GuestTimes>,
    /// Cycles in the program, all modules.
    pub program_cycles: Option<u64>,
    /// Functions at each level at the end.
    pub levels: Option<LevelCounts>,
    /// Functions compiled in this boot.
    pub compiles: Option<u64>,
    /// Time that took.
    pub compile_ns: Option<u64>,
    /// Versions swapped in while the program ran.
    pub swaps: Option<u64>,
    /// Loops entered in compiled code while they ran.
    pub osr_entries: Option<u64>,
    /// Functions restored from the snapshot.
    pub restored: Option<u64>,
    /// Functions of the snapshot not used, and why.
    pub rejected: Vec<Rejection>,
    /// The snapshot written.
    pub snapshot: Option<SnapshotReport>,
    /// Every function that ran or was compiled.
    pub functions: Vec<FunctionReport>,
    /// What was counted, function by function, by module; when the image asks for it.
    pub profile: BTreeMap<String, Vec<ProfileLine>>,
    /// Why a shrunk image went back to the grown one beside it, whose boot this then is.
    pub returns: Vec<Return>,
    /// The fault or panic that ended the machine.
    pub fault: Option<FaultReport>,
    /// What the machine said for people.
    pub log: Vec<String>,
    /// What a shrunk image made with `--timing` measured.
    pub timing: Option<Timing>,
    /// Time of the emulator's process, in microseconds.
    pub wall_us: u64,
}

/// Why a shrunk image went back to the grown one.
#[derive(Serialize, Debug, Clone, PartialEq, Eq)]
pub struct Return {
    /// What kind of cause it has.
    pub kind: &'static str,
    /// What was missing.
    pub name: String,
}

/// What a shrunk image measures of itself, in processor cycles.
#[derive(Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// From its first instruction to the first program's.
    pub to_program: u64,
    /// In the programs.
    pub program: u64,
}

impl Timing {
    /// Reads the record of a shrunk image.
    pub(super) fn read(record: &str) -> Option<Self> {
        let value: serde_json::Value = serde_json::from_str(record).ok()?;
        (value["record"] == "timing").then(|| Self::deserialize(value).ok())?
    }
}

/// Times on the machine's own clock, in microseconds.
#[derive(Serialize, Debug, Clone, Copy)]
pub struct GuestTimes {
    /// From power-on, or stage 1, to the kernel's first instruction.
    pub to_kernel: u64,
    /// From there to the program's first instruction.
    pub to_program: u64,
    /// Of that, reading the newest snapshot and installing its code.
    pub restore: u64,
    /// In the program.
    pub program: u64,
    /// Until the report.
    pub total: u64,
}

impl Line {
    /// What a run reported.
    pub(super) fn new(run: &Run, records: &[Record]) -> Self {
        let report = records.iter().rev().find_map(|record| match record {
            Record::Report(report) => Some(report),
            _ => None,
        });
        let mut line = Self {
            boot: None,
            exit: exit(run, records),
            outcome: run.outcome.to_string(),
            // What was printed before the machine started again is printed again.
            output: String::from_utf8_lossy(&run.output[run.restarts.last().map_or(0, |at| *at)..])
                .into_owned(),
            results: BTreeMap::new(),
            exits: BTreeMap::new(),
            guest_us: None,
            program_cycles: None,
            levels: None,
            compiles: None,
            compile_ns: None,
            swaps: None,
            osr_entries: None,
            restored: None,
            rejected: Vec::new(),
            snapshot: None,
            functions: Vec::new(),
            profile: BTreeMap::new(),
            returns: Vec::new(),
            fault: None,
            log: Vec::new(),
            timing: run.records.iter().find_map(|text| Timing::read(text)),
            wall_us: u64::try_from(run.elapsed.as_micros()).unwrap_or(u64::MAX),
        };
        for record in records {
            match record {
                Record::Log { text } => line.log.push(text.clone()),
                Record::Result { module, exit, result } => {
                    line.results.insert(module.clone(), result.map(|value| value.to_string()));
                    line.exits.insert(module.clone(), *exit);
                }
                Record::Fault(fault) => line.fault = Some(fault.clone()),
                Record::Profile { module, profile } => {
                    line.profile.entry(module.clone()).or_default().push(profile.clone())
                }
                Record::Return { kind, name } => {
                    let kind = Kind::of(*kind).name();
                    line.returns.push(Return { kind, name: name.clone() });
                }
                Record::Report(_) | Record::Progress(_) | Record::Busy(_) => {}
            }
        }
        line.program_cycles = line.timing.map(|timing| timing.program);
        if let Some(report) = report {
            line.fill(report);
        }
        line
    }

    /// Whether the boot was one to its end, whatever status the program had.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.boot.is_some()
    }

    /// Whether its programs came to their ends, in a shrunk image as well, which makes no report.
    #[must_use]
    pub fn ran_to_its_end(&self) -> bool {
        self.is_whole() || (self.fault.is_none() && !self.exits.is_empty())
    }

    fn fill(&mut self, report: &BootReport) {
        self.boot = Some(report.boot);
        self.exit = report.exit;
        self.guest_us = Some(GuestTimes {
            to_kernel: report.to_kernel_us,
            to_program: report.to_program_us,
            restore: report.restore_us,
            program: report.program_us,
            total: report.total_us,
        });
        self.program_cycles = Some(report.program_cycles);
        self.levels = Some(report.levels);
        self.compiles = Some(report.compiles);
        self.compile_ns = Some(report.compile_ns);
        self.swaps = Some(report.swaps);
        self.osr_entries = Some(report.osr_entries);
        self.restored = Some(report.restored);
        self.rejected.clone_from(&report.rejected);
        self.snapshot.clone_from(&report.snapshot);
        self.functions.clone_from(&report.functions);
    }

    /// One line for people; empty when the machine ended without a report.
    #[must_use]
    pub fn summary(&self) -> String {
        let (Some(boot), Some(times), Some(levels)) = (self.boot, self.guest_us, self.levels)
        else {
            return String::new();
        };
        let back =
            self.returns.iter().map(|back| format!("came back ({}: {}); ", back.kind, back.name));
        let back: String = back.collect();
        let snapshot = self.snapshot.as_ref().map_or_else(
            || "no snapshot".to_owned(),
            |snapshot| format!("{} of {} KiB", snapshot.file, snapshot.bytes.div_ceil(1024)),
        );
        let status = match self.exit {
            0 => String::new(),
            status => format!(", status {status}"),
        };
        format!(
            "{back}boot {boot}: program {:.3} ms{status}, {} compiled, {} restored, interp/O0/O1/O2/O3 \
             {}/{}/{}/{}/{}, {snapshot}",
            times.program as f64 / 1000.0,
            self.compiles.unwrap_or(0),
            self.restored.unwrap_or(0),
            levels.interp,
            levels.o0,
            levels.o1,
            levels.o2,
            levels.o3,
        )
    }
}

/// Exit status of a machine that made no report: that of the fault that ended it, or of the first
/// program that failed; 1 when that is not known.
fn exit(run: &Run, records: &[Record]) -> i32 {
    let of_fault = records.iter().find_map(|record| match record {
        Record::Fault(fault) => fault.signal().map(Signal::status),
        _ => None,
    });
    let of_program = records.iter().find_map(|record| match record {
        Record::Result { exit, .. } if *exit != 0 => Some(*exit),
        _ => None,
    });
    match run.outcome {
        Outcome::Success => 0,
        NEVER_RAN => Signal::ILLEGAL.status(),
        _ => of_fault.or(of_program).unwrap_or(1),
    }
}
