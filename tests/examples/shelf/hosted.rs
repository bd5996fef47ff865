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

/// What `task` gives, and how many seconds of a processor its processes had, waited for.
pub(crate) fn seconds_of<T>(task: impl FnOnce() -> Result<T, String>) -> Result<(T, f64), String> {
    let before = children();
    let given = task()?;
    // What takes less than the clock can tell counts as its least.
    Ok((given, (children() - before).max(0.01)))
}

fn run(command: &mut Command, start: &Start, disk: &Path) -> Result<(Left, f64), String> {
    let (ended, seconds) = seconds_of(|| process::run(command, start.input.as_bytes(), PATIENCE))?;
    Ok((Left { ended, files: files_of(disk)? }, seconds))
}

/// Its environment, by names.
fn variables(compiled: &Compiled) -> impl Iterator<Item = (&'static str, &'static str)> {
    compiled.env.iter().filter_map(|variable| variable.split_once('='))
}

/// What it does natively, and in how many seconds.
pub(crate) fn native(compiled: &Compiled, start: &Start) -> Result<(Left, f64), String> {
    let disk = compiled.disk(start)?;
    let mut command = Command::new(&compiled.native);
    command.args(start.args).env_clear().envs(variables(compiled));
    run(command.current_dir(disk.path()), start, disk.path())
}

/// What it does natively where all it says goes to one place, as on a machine, and in how many seconds: three
/// runs on one disk, each with what the one before has left.
pub(crate) fn on_one_line(compiled: &Compiled, start: &Start) -> Result<[(Left, f64); 3], String> {
    let disk = compiled.disk(start)?;
    let one = || -> Result<_, String> {
        compiled.lay(disk.path(), start)?;
        let mut command = Command::new("sh");
        command.args(["-c", "exec \"$0\" \"$@\" 2>&1"]).arg(&compiled.native).args(start.args);
        command.env_clear().envs(variables(compiled)).current_dir(disk.path());
        let (left, seconds) = run(&mut command, start, disk.path())?;
        Ok((left.in_any_order(), seconds))
    };
    Ok([one()?, one()?, one()?])
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
    for variable in compiled.env {
        command.args(["--env", variable]);
    }
    command.arg("--").args(start.args);
    run(command.env("BAREFLOW_ARTEFACTS", place::artefacts()?), start, disk)
}
