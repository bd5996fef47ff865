//! `bareflow snapshot diff`: what changed from one snapshot to another.

use std::collections::BTreeMap;

use serde::Serialize;
use snapshot_fmt::{FunctionRecord, Snapshot};

use crate::failure::{Exit, Failure};
use crate::snapshot::names::{code_bytes, cycles_a_call, grouped, level, module, plain, table};
use crate::snapshot::source::one;
use crate::ui::Ui;

/// Compares two snapshots, function by function.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  bareflow snapshot diff disk.img:1 disk.img     from the first boot to the newest
  bareflow snapshot diff a.snapshot b.snapshot --top 5")]
pub(super) struct Args {
    /// File, folder or disk image
    #[arg(value_name = "OLD")]
    old: String,
    /// File, folder or disk image
    #[arg(value_name = "NEW")]
    new: String,
    /// List this many functions
    #[arg(short, long, value_name = "N", default_value_t = 30)]
    top: usize,
}

#[derive(Serialize, Default)]
struct Difference {
    old: String,
    new: String,
    /// What speaks for itself: engine, processor, modules.
    notes: Vec<String>,
    code_bytes: Change,
    program_cycles: Change,
    compiled: Change,
    functions: Vec<Row>,
    unchanged: usize,
}

#[derive(Serialize, Default, Clone, Copy)]
struct Change {
    old: u64,
    new: u64,
    delta: i64,
}

#[derive(Serialize)]
struct Row {
    module: String,
    name: String,
    /// `added`, `removed` or `changed`.
    kind: &'static str,
    level: [Option<&'static str>; 2],
    code_bytes: Change,
    cycles_avg: Change,
    code_changed: bool,
}

impl Change {
    fn new(old: u64, new: u64) -> Self {
        let delta = (i128::from(new) - i128::from(old)).clamp(i64::MIN.into(), i64::MAX.into());
        Self { old, new, delta: delta as i64 }
    }

    fn text(self) -> String {
        if self.delta > 0 { format!("+{}", grouped(self.delta)) } else { grouped(self.delta) }
    }

    /// As a factor or in per cent.
    fn ratio(self) -> String {
        match (self.old, self.new) {
            (0, _) | (_, 0) => String::from("-"),
            (old, new) if old == new => String::from("="),
            (old, new) => format!("{:+.1} %", (new as f64 / old as f64 - 1.0) * 100.0),
        }
    }
}

pub(super) fn run(args: &Args, ui: &Ui) -> Result<Exit, Failure> {
    let (old, new) = (one(&args.old)?, one(&args.new)?);
    let mut difference = difference(&old.decode()?, &new.decode()?);
    (difference.old, difference.new) = (old.name(), new.name());
    ui.result(&difference, || text(&difference, args.top));
    Ok(Exit::Success)
}

fn difference(old: &Snapshot, new: &Snapshot) -> Difference {
    let sum = |of: fn(&FunctionRecord) -> u64| {
        let all = |snapshot: &Snapshot| snapshot.functions.iter().map(of).sum();
        Change::new(all(old), all(new))
    };
    let cycles = |snapshot: &Snapshot| snapshot.boots.last().map_or(0, |boot| boot.program_cycles);
    let (before, after) = (by_name(old), by_name(new));
    let mut rows = Vec::new();
    let mut unchanged = 0;
    let mut names: Vec<_> = before.keys().chain(after.keys()).copied().collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        match row(name, before.get(&name).copied(), after.get(&name).copied()) {
            Some(row) => rows.push(row),
            None => unchanged += 1,
        }
    }
    rows.sort_by_key(|row| {
        let (bytes, cycles) = (row.code_bytes.delta, row.cycles_avg.delta);
        std::cmp::Reverse((bytes.unsigned_abs(), cycles.unsigned_abs()))
    });
    Difference {
        notes: notes(old, new),
        code_bytes: sum(code_bytes),
        program_cycles: Change::new(cycles(old), cycles(new)),
        compiled: sum(|function| function.object.is_some().into()),
        functions: rows,
        unchanged,
        ..Difference::default()
    }
}

fn by_name(snapshot: &Snapshot) -> BTreeMap<(&str, &str), &FunctionRecord> {
    let key = |function| (module(snapshot, function), function.name.as_str());
    snapshot.functions.iter().map(|function| (key(function), function)).collect()
}

/// `None` where code and level are the same.
fn row(
    (module, name): (&str, &str),
    old: Option<&FunctionRecord>,
    new: Option<&FunctionRecord>,
) -> Option<Row> {
    let object = |function: Option<&FunctionRecord>| function.and_then(|f| f.object.clone());
    let level_of = |function: Option<&FunctionRecord>| function.map(|f| level(f.level));
    let code_changed = object(old) != object(new);
    let kind = match (old, new) {
        (None, _) => "added",
        (_, None) => "removed",
        _ if code_changed || level_of(old) != level_of(new) => "changed",
        _ => return None,
    };
    let bytes = |function: Option<&FunctionRecord>| function.map_or(0, code_bytes);
    let cycles = |function: Option<&FunctionRecord>| function.map_or(0, cycles_a_call);
    Some(Row {
        module: module.into(),
        name: name.into(),
        kind,
        level: [level_of(old), level_of(new)],
        code_bytes: Change::new(bytes(old), bytes(new)),
        cycles_avg: Change::new(cycles(old), cycles(new)),
        code_changed,
    })
}

fn notes(old: &Snapshot, new: &Snapshot) -> Vec<String> {
    let mut notes = Vec::new();
    let mut differ = |what: &str, old: &str, new: &str| {
        if old != new {
            notes.push(format!("{what}: {old} -> {new}"));
        }
    };
    differ("engine", &old.engine.engine, &new.engine.engine);
    differ("processor", &old.engine.cpu, &new.engine.cpu);
    differ("features", &old.engine.features.join(" "), &new.engine.features.join(" "));
    for module in &new.modules {
        match old.modules.iter().find(|other| other.name == module.name) {
            None => notes.push(format!("module {} is new", module.name)),
            Some(other) if other.hash != module.hash => {
                notes.push(format!("module {} has other bitcode", module.name));
            }
            Some(_) => {}
        }
    }
    for module in &old.modules {
        if !new.modules.iter().any(|other| other.name == module.name) {
            notes.push(format!("module {} is gone", module.name));
        }
    }
    notes
}

fn text(difference: &Difference, top: usize) -> String {
    let heading = ["bytes", "cycles/call", "", "level", "function"];
    let mut rows = vec![heading.map(String::from).to_vec()];
    for row in difference.functions.iter().take(top) {
        let level = match row.level {
            [Some(old), Some(new)] if old == new => new.to_owned(),
            [old, new] => format!("{} -> {}", old.unwrap_or("-"), new.unwrap_or("-")),
        };
        rows.push(vec![
            row.code_bytes.text(),
            row.cycles_avg.text(),
            row.cycles_avg.ratio(),
            level,
            format!("{}:{}", row.module, plain(&row.name)),
        ]);
    }
    let mut text = format!("{} -> {}\n", difference.old, difference.new);
    for note in &difference.notes {
        text.push_str(&format!("{note}\n"));
    }
    text.push_str(&table(&rows, &[3, 4]));
    let more = difference.functions.len().saturating_sub(top);
    if more > 0 {
        text.push_str(&format!("\nand {more} more (--top {})", difference.functions.len()));
    }
    for (what, change) in [
        ("code bytes", difference.code_bytes),
        ("compiled functions", difference.compiled),
        ("program cycles", difference.program_cycles),
    ] {
        text.push_str(&format!(
            "\n{what}: {} -> {} ({}, {})",
            grouped(change.old),
            grouped(change.new),
            change.text(),
            change.ratio()
        ));
    }
    text.push_str(&format!("\nunchanged functions: {}", difference.unchanged));
    text
}
