//! One program: compiled, run natively, run here.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use bareflow_tests::place;
use bareflow_tests::process::{self, Ended};

use crate::options::Options;

/// A program that takes longer natively is left out: the interpreter would take a minute.
const NATIVELY: Duration = Duration::from_secs(3);
const TO_COMPILE: Duration = Duration::from_secs(120);

/// Compilers take what older C allowed, as gcc's programs ask for.
const FLAGS: [&str; 8] = [
    "-w",
    "-Wno-implicit-int",
    "-Wno-int-conversion",
    "-Wno-implicit-function-declaration",
    "-Wno-incompatible-pointer-types",
    "-Wno-return-type",
    "-ffp-contract=off",
    "-fno-strict-aliasing",
];

/// How a run went.
pub(crate) enum Verdict {
    Passed,
    /// It did not begin, for these reasons.
    Refused(Vec<String>),
    /// It was still running.
    Slow,
    Different(String),
}

/// What came of one bitcode of a program.
pub(crate) enum Result {
    /// Why it is left out.
    LeftOut(&'static str),
    /// What happened at each level, by name.
    Ran(Vec<(String, Verdict)>),
}

/// Programs in the folders, in their order.
///
/// # Errors
/// A folder cannot be read.
pub(crate) fn sources(options: &Options) -> std::result::Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    options.folders.iter().try_for_each(|folder| within(folder, options.cxx, &mut found))?;
    found.sort();
    found.retain(|path| path.to_string_lossy().contains(&options.only));
    Ok(found.into_iter().step_by(options.every).collect())
}

fn within(folder: &Path, cxx: bool, found: &mut Vec<PathBuf>) -> std::result::Result<(), String> {
    let wanted: &[&str] = if cxx { &["cpp", "cc", "C"] } else { &["c"] };
    let list = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    for entry in list {
        let path = entry.map_err(|error| error.to_string())?.path();
        if path.is_dir() {
            within(&path, cxx, found)?;
        } else if path.extension().is_some_and(|ext| wanted.iter().any(|wanted| ext == *wanted))
            && !is_part(&path)
        {
            found.push(path);
        }
    }
    Ok(())
}

/// Whether a file belongs to the program of another one: gcc's tests of builtins are three files each.
fn is_part(path: &Path) -> bool {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    stem.ends_with("-lib") || path.parent().is_some_and(|folder| folder.ends_with("builtins/lib"))
}

/// All files of a program.
fn parts(source: &Path) -> Vec<PathBuf> {
    let stem = source.file_stem().unwrap_or_default().to_string_lossy();
    let folder = source.parent().unwrap_or(source);
    let own = folder.join(format!("{stem}-lib.c"));
    let mut parts = vec![source.to_owned()];
    if own.exists() {
        parts.extend([own, folder.join("lib/main.c")]);
    }
    parts
}

/// Compiles and runs a program from each bitcode.
pub(crate) fn run(source: &Path, options: &Options, folder: &Path) -> Vec<Result> {
    // Sources of one name lie in many folders.
    let own = tempfile::tempdir_in(folder);
    let Ok(own) = own else { return vec![Result::LeftOut("no room for its files")] };
    let one = |opt: &String| from(source, opt, options, own.path());
    options.opts.iter().map(one).collect()
}

fn from(source: &Path, opt: &str, options: &Options, folder: &Path) -> Result {
    let compiler = || {
        let mut command = Command::new(if options.cxx { "clang++-22" } else { "clang-22" });
        command.args(FLAGS).args(&options.flags).arg(format!("-{opt}"));
        command
    };
    let parts = parts(source);
    let mut bitcode = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let file = folder.join(format!("{at}-{opt}.bc"));
        let mut command = compiler();
        command.args(options.library.as_deref()).args(["-emit-llvm", "-c", "-o"]);
        if !compiles(command.arg(&file).arg(part)) {
            return Result::LeftOut("clang does not compile it");
        }
        bitcode.push(file);
    }
    let native = folder.join(format!("native-{opt}"));
    let mut command = compiler();
    // Of C++ the source again, since this system's library is another one.
    command.arg("-pthread").args(if options.cxx { &parts } else { &bitcode });
    if !compiles(command.args(["-lm", "-o"]).arg(&native)) {
        return Result::LeftOut("clang does not link it");
    }
    // A disk of its own for each run: programs write files.
    let natively = || {
        let disk = tempfile::tempdir_in(folder).map_err(|error| error.to_string())?;
        process::run(Command::new(&native).current_dir(disk.path()), b"", NATIVELY)
    };
    let Ok(wanted) = natively() else { return Result::LeftOut("does not end natively") };
    // A program that checks itself and fails natively relies on what C does not define.
    let expected = ["reference_output", "c.expected"].map(|name| source.with_extension(name));
    if wanted.status != 0 && !expected.iter().any(|file| file.exists()) {
        return Result::LeftOut("fails natively");
    }
    let mut verdicts = Vec::new();
    for level in &options.levels {
        let mut verdict = ours(&bitcode, level, &wanted, options, folder);
        if matches!(verdict, Verdict::Different(_)) {
            // Times and addresses differ each time.
            if natively().ok().as_ref() != Some(&wanted) {
                return Result::LeftOut("natively another each time");
            }
            // Of a host that was too busy, once.
            let again = ours(&bitcode, level, &wanted, options, folder);
            if matches!(again, Verdict::Passed) {
                verdict = Verdict::Different("only sometimes".into());
            }
        }
        verdicts.push((format!("{opt} {level}"), verdict));
    }
    Result::Ran(verdicts)
}

fn compiles(command: &mut Command) -> bool {
    process::run(command, b"", TO_COMPILE).is_ok_and(|ended| ended.status == 0)
}

fn ours(
    bitcode: &[PathBuf],
    level: &str,
    wanted: &Ended,
    options: &Options,
    folder: &Path,
) -> Verdict {
    let different = |why: String| Verdict::Different(why);
    let (Ok(tool), Ok(artefacts)) = (place::tool("bareflow"), place::artefacts()) else {
        return different("the tool is not built".into());
    };
    let Ok(disk) = tempfile::tempdir_in(folder) else { return different("no room".into()) };
    let mut command = Command::new(tool);
    command.arg("run").args(bitcode).arg("--disk").arg(disk.path());
    match level {
        "llvm" => command.args(["--level", "O3", "--compilers", "O3=llvm"]),
        // Low, so that functions and loops change while they run.
        "auto" => command.args(["--level", "auto", "--thresholds", "3,10,40"]),
        level => command.args(["--level", level]),
    };
    let ended = process::run(command.env("BAREFLOW_ARTEFACTS", artefacts), b"", options.limit);
    let Ok(ended) = ended else { return Verdict::Slow };
    let said = String::from_utf8_lossy(&ended.err);
    if ended.status == 2
        && ended.out.is_empty()
        && let Some(message) = said.strip_prefix("error: ")
    {
        return Verdict::Refused(reasons(message.trim_end()));
    }
    let why = said.lines().last().unwrap_or_default();
    if ended.status != wanted.status {
        return different(format!("status {}, natively {}; {why}", ended.status, wanted.status));
    }
    if ended.out != wanted.out {
        let (got, wanted) =
            (String::from_utf8_lossy(&ended.out), String::from_utf8_lossy(&wanted.out));
        let pairs = wanted.lines().zip(got.lines()).find(|(wanted, got)| wanted != got);
        return different(match pairs {
            Some((wanted, got)) => format!("prints {got:?}, natively {wanted:?}; {why}"),
            None => format!("prints {} bytes, natively {}; {why}", got.len(), wanted.len()),
        });
    }
    // What a library says when it ends a program itself is in its own words.
    if wanted.status < 128 && !ended.err.starts_with(&wanted.err) {
        return different(format!(
            "says {:?}, natively {:?}",
            said,
            String::from_utf8_lossy(&wanted.err)
        ));
    }
    Verdict::Passed
}

/// The reasons in the tool's message, without the names of the program's own functions.
fn reasons(message: &str) -> Vec<String> {
    if let Some((_, names)) = message.split_once("not defined:") {
        // `a` (used by f) `b` (used by g)
        let names = names
            .split(" (used by ")
            .filter_map(|piece| piece.rsplit_once('`')?.0.rsplit_once('`'));
        return names.map(|(_, name)| format!("not defined: {name}")).collect();
    }
    if let Some((_, needs)) = message.split_once("not supported:") {
        let ends = needs.split(" (used by ");
        let needs = ends.map(|piece| piece.split_once("),").map_or(piece, |(_, next)| next).trim());
        return needs.filter(|need| !need.ends_with(')')).map(str::to_owned).collect();
    }
    let need = message.split_once(" needs ").map_or(message, |(_, need)| need);
    vec![need.trim_end_matches(", which is not supported").to_owned()]
}
