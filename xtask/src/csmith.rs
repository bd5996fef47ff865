//! Random programs, in C from csmith, in LLVM IR of our own or in C with random signatures, natively
//! and as bitcode: they must print the same.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, bail, ensure};

use crate::{images, random_calls, random_ir, shell};

/// What to try.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Seeds, first and last
    #[arg(long, value_name = "A..B", default_value = "1..20")]
    seeds: String,
    /// Levels of the engine, with commas between: interp, O0 to O3, auto, or stress, which changes
    /// functions to any level all the time; llvm is O3 by LLVM, and llvm-auto rises into what it makes
    #[arg(long, default_value = "auto", value_delimiter = ',')]
    level: Vec<String>,
    /// More that csmith is told, such as --float
    #[arg(long, default_value = "", allow_hyphen_values = true, value_delimiter = ' ')]
    csmith: Vec<String>,
    /// Random LLVM IR of our own instead of csmith's C
    #[arg(long, conflicts_with = "csmith")]
    ir: bool,
    /// Random signatures of functions in C of our own, a hundred a seed, instead of csmith's C
    #[arg(long, conflicts_with_all = ["csmith", "ir"])]
    signatures: bool,
    /// Processors: those beside the first compile while the program runs
    #[arg(long, value_name = "N", default_value_t = 1)]
    smp: u32,
    /// Calls before each level where levels rise by themselves: few, so that code is swapped and loops are
    /// entered while these short programs run
    #[arg(long, value_name = "A,B,C", default_value = "3,10,40")]
    thresholds: String,
    /// Seconds that one run may take; a program that takes longer natively is left out
    #[arg(long, value_name = "S", default_value_t = 60)]
    limit: u64,
    /// Programs at a time
    #[arg(long, default_value_t = 2)]
    jobs: usize,
}

impl Args {
    /// What programs are called in file names, and in words.
    fn kind(&self) -> (&'static str, &'static str) {
        match (self.ir, self.signatures) {
            (true, _) => ("ir", "IR"),
            (_, true) => ("calls", "signatures"),
            _ => ("", "csmith"),
        }
    }
}

/// How one program went.
enum Verdict {
    /// The same from every bitcode at every level.
    Same,
    /// It does not end natively in the time there is.
    Endless,
    /// It ends natively, and was still running here.
    Slow,
    /// A difference or a refusal, and how to see it again.
    Failed(String),
}

/// Where csmith's header lies.
const INCLUDE: &str = "-I/usr/include/csmith";
/// Optimisation levels of the bitcode.
const LEVELS: [&str; 2] = ["-O0", "-O2"];
/// What csmith is told of x86-64.
const PLATFORM: &str = "integer size = 4\npointer size = 8\n";
/// A native program that takes longer is left out.
const NATIVE_LIMIT: &str = "5";

/// Tries every seed; failures stay under `target/csmith`.
///
/// # Errors
/// A tool is missing, or a program behaved differently.
pub fn run(args: &Args) -> Result<()> {
    let (first, last) = range(&args.seeds)?;
    images::build(&shell::artefacts())?;
    shell::run(shell::cargo().args(["build", "--quiet", "--release", "-p", "bareflow"]))?;
    let folder = shell::workspace().join("target/csmith");
    std::fs::create_dir_all(&folder).with_context(|| format!("{}", folder.display()))?;
    // csmith keeps the sizes of the machine's types where it runs, and reads them from there; two
    // that start together must not meet while the first writes.
    let sizes = folder.join("platform.info");
    std::fs::write(&sizes, PLATFORM).with_context(|| format!("{}", sizes.display()))?;
    let next = AtomicU64::new(first);
    let verdicts = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..args.jobs.max(1) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed > last {
                        break;
                    }
                    let verdict = try_seed(seed, args, &folder)
                        .unwrap_or_else(|error| Verdict::Failed(format!("seed {seed}: {error:#}")));
                    if let Verdict::Failed(why) = &verdict {
                        eprintln!("{why}");
                    }
                    verdicts.lock().expect("no thread panics").push(verdict);
                }
            });
        }
    });
    let verdicts = verdicts.into_inner().expect("no thread panics");
    let count = |wanted: fn(&Verdict) -> bool| verdicts.iter().filter(|v| wanted(v)).count();
    let failed = count(|v| matches!(v, Verdict::Failed(_)));
    println!(
        "{} seeds {first} to {last} at {} with --smp {}: {} the same, {failed} failed, {} too slow here, \
         {} endless natively",
        args.kind().1,
        args.level.join(", "),
        args.smp,
        count(|v| matches!(v, Verdict::Same)),
        count(|v| matches!(v, Verdict::Slow)),
        count(|v| matches!(v, Verdict::Endless)),
    );
    ensure!(failed == 0, "{failed} programs failed; they lie in {}", folder.display());
    Ok(())
}

fn range(text: &str) -> Result<(u64, u64)> {
    let (first, last) = text.split_once("..").with_context(|| format!("{text:?} is not A..B"))?;
    let number = |text: &str| text.parse().with_context(|| format!("{text:?} is not a number"));
    Ok((number(first)?, number(last)?))
}

fn try_seed(seed: u64, args: &Args, folder: &Path) -> Result<Verdict> {
    // Two runs of different kinds may go on at once.
    let kind = args.kind().0;
    let file = |suffix: &str| folder.join(format!("{kind}{seed}{suffix}"));
    let source = file(if args.ir { ".ll" } else { ".c" });
    let native = file(".native");
    let program = if args.ir {
        random_ir::program(seed).into_bytes()
    } else if args.signatures {
        random_calls::program(seed).into_bytes()
    } else {
        csmith(seed, args, folder)?
    };
    std::fs::write(&source, program)?;
    compile(&["-O1", "-o"], &native, &source)?;
    let wanted = output(Command::new("timeout").arg(NATIVE_LIMIT).arg(&native))?;
    let mut made = vec![source.clone(), native];
    let mut verdict = Verdict::Same;
    if wanted.status != Some(0) {
        verdict = Verdict::Endless;
    } else {
        for level in LEVELS {
            let bitcode = file(&format!("{level}.bc"));
            compile(&["-c", "-emit-llvm", level, "-o"], &bitcode, &source)?;
            made.push(bitcode.clone());
            for engine in &args.level {
                let here = compare(seed, args, engine, level, &bitcode, &wanted)?;
                // What is wrong outweighs what is slow.
                if !matches!(here, Verdict::Same) && !matches!(verdict, Verdict::Failed(_)) {
                    verdict = here;
                }
            }
        }
    }
    if !matches!(verdict, Verdict::Failed(_)) {
        made.iter().for_each(|file| drop(std::fs::remove_file(file)));
    }
    Ok(verdict)
}

/// What csmith writes for a seed.
fn csmith(seed: u64, args: &Args, folder: &Path) -> Result<Vec<u8>> {
    let mut csmith = Command::new("csmith");
    // It keeps a file in the folder it runs in, which another one beside it may be writing.
    let own = folder.join(format!("generator-{seed}"));
    std::fs::create_dir_all(&own)?;
    csmith.args(["--seed", &seed.to_string()]).current_dir(&own);
    let text = output(csmith.args(args.csmith.iter().filter(|word| !word.is_empty())))?;
    ensure!(text.status == Some(0), "csmith: {}", String::from_utf8_lossy(&text.err).trim());
    std::fs::remove_dir_all(&own)?;
    Ok(text.out)
}

fn compile(args: &[&str], out: &PathBuf, source: &Path) -> Result<()> {
    let mut clang = Command::new("clang-22");
    // Natively, what is rounded is rounded by the mathematical library.
    clang.args(["-w", INCLUDE]).args(args).arg(out).arg(source).arg("-lm");
    let said = output(&mut clang)?;
    ensure!(said.status == Some(0), "clang-22: {}", String::from_utf8_lossy(&said.err));
    Ok(())
}

fn compare(
    seed: u64,
    args: &Args,
    engine: &str,
    level: &str,
    bitcode: &Path,
    wanted: &Output,
) -> Result<Verdict> {
    let tool = tool()?;
    let mut command = Command::new("timeout");
    command.arg(args.limit.to_string()).arg(tool).args(["run", "--smp", &args.smp.to_string()]);
    match engine {
        "auto" => command.args(["--thresholds", &args.thresholds]),
        "stress" => command.args(["--stress", &(seed + 1).to_string()]),
        "llvm" => command.args(["--level", "O3", "--compilers", "O3=llvm"]),
        "llvm-auto" => {
            command.args(["--thresholds", &args.thresholds, "--compilers", "O2=llvm,O3=llvm"])
        }
        level => command.args(["--level", level]),
    };
    command.arg(bitcode).env("BAREFLOW_ARTEFACTS", shell::artefacts());
    let got = output(&mut command)?;
    const TIMED_OUT: i32 = 124;
    if got.status == Some(TIMED_OUT) {
        return Ok(Verdict::Slow);
    }
    if got.status == Some(0) && got.out == wanted.out {
        return Ok(Verdict::Same);
    }
    let mut why = format!("seed {seed} {level} at {engine}: ");
    let show = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if got.status != Some(0) {
        write!(why, "status {:?}: {}", got.status, show(&got.err))?;
    } else {
        // The lines that differ say which function it was, where programs print more than one.
        let (got, wanted) = (show(&got.out), show(&wanted.out));
        let differ = got.lines().zip(wanted.lines()).filter(|(got, wanted)| got != wanted);
        let (got, wanted): (Vec<_>, Vec<_>) = differ.take(5).unzip();
        write!(why, "{got:?}, natively {wanted:?}")?;
    }
    let (smp, file) = (args.smp, bitcode.display());
    write!(why, "\n  again: bareflow run --level {engine} --smp {smp} {file}")?;
    Ok(Verdict::Failed(why))
}

/// The release build of `bareflow`, in the target folder that we were built in.
fn tool() -> Result<PathBuf> {
    let own = std::env::current_exe().context("our own path")?;
    let target = own.ancestors().nth(2).context("xtask lies in target/PROFILE")?;
    Ok(target.join("release/bareflow"))
}

struct Output {
    status: Option<i32>,
    out: Vec<u8>,
    err: Vec<u8>,
}

fn output(command: &mut Command) -> Result<Output> {
    match command.output() {
        Ok(out) => Ok(Output { status: out.status.code(), out: out.stdout, err: out.stderr }),
        Err(error) => bail!("cannot start {command:?}: {error}; `cargo xtask setup` installs it"),
    }
}
