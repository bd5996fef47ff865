//! Runs natively and as a process of ours.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use bareflow_tests::{place, process};

use crate::place::{Compiled, Left, files_of};
use crate::recipe::Start;

const PATIENCE: Duration = Duration::from_secs(1200);

/// How a process of ours runs a program.
pub(crate) struct Engine {
    pub(crate) name: &'static str,
    options: &'static [&'static str],
    pub(crate) by_llvm: bool,
    /// On the disk that the one before has left.
    pub(crate) warm: bool,
}

const fn engine(name: &'static str, options: &'static [&'static str]) -> Engine {
    Engine { name, options, by_llvm: false, warm: false }
}

pub(crate) const ENGINES: &[Engine] = &[
    engine("interp", &["--level", "interp"]),
    engine("O3", &["--level", "O3"]),
    engine("auto", &[]),
    Engine { warm: true, ..engine("warm", &[]) },
    Engine { by_llvm: true, ..engine("LLVM", &["--level", "O3", "--compilers", "O3=llvm"]) },
    Engine {
        by_llvm: true,
        warm: true,
        ..engine("warm", &["--level", "O3", "--compilers", "O3=llvm"])
    },
];

/// The ways to decide when functions rise, the default first.
pub(crate) const WAYS: &[Engine] = &[
    engine("default", &[]),
    engine("thresholds", &["--thresholds", "100,1000,10000"]),
    engine("adaptive", &["--thresholds", "adaptive"]),
];

/// Seconds of a processor that children of this process have had, in hundredths (proc(5), `stat`).
fn children() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(13).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn run(command: &mut Command, start: &Start, disk: &Path) -> Result<(Left, f64), String> {
    let before = children();
    let ended = process::run(command, start.input.as_bytes(), PATIENCE)?;
    // What takes less than the clock can tell counts as its least.
    let seconds = (children() - before).max(0.01);
    Ok((Left { ended, files: files_of(disk)? }, seconds))
}

/// What it does natively, and in how many seconds.
pub(crate) fn native(compiled: &Compiled, start: &Start) -> Result<(Left, f64), String> {
    let disk = compiled.disk(start)?;
    let mut command = Command::new(&compiled.native);
    run(command.args(start.args).current_dir(disk.path()), start, disk.path())
}

/// What it does natively where all it says goes to one place, as on a machine.
pub(crate) fn on_one_line(compiled: &Compiled, start: &Start) -> Result<Left, String> {
    let disk = compiled.disk(start)?;
    let mut command = Command::new("sh");
    command.args(["-c", "exec \"$0\" \"$@\" 2>&1"]).arg(&compiled.native).args(start.args);
    run(command.current_dir(disk.path()), start, disk.path()).map(|(left, _)| left.in_any_order())
}

/// What it does as a process of ours with this disk.
pub(crate) fn ours(
    compiled: &Compiled,
    start: &Start,
    engine: &Engine,
    disk: &Path,
) -> Result<(Left, f64), String> {
    let mut command = Command::new(place::tool("bareflow")?);
    command.arg("run").args(&compiled.bitcode).args(engine.options).arg("--disk").arg(disk);
    command.arg("--").args(start.args);
    run(command.env("BAREFLOW_ARTEFACTS", place::artefacts()?), start, disk)
}
