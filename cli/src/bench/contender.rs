//! What competes: native code, and the engine at each level.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{Bitcode, Module};
use crate::artefacts::Artefacts;
use crate::failure::{Failure, Kind};

/// What ratios are to.
pub(super) const BASELINE: &str = "clang -O3 -march=native";

/// Native builds: name and flags. The baseline first.
const NATIVE: &[(&str, &[&str])] =
    &[(BASELINE, &["-O3", "-march=native"]), ("clang -O2", &["-O2"])];

/// Levels of the engine, and how often the entry is called before it is timed.
const LEVELS: &[(&str, &str)] =
    &[("interp", "1"), ("O0", "1"), ("O1", "1"), ("O2", "1"), ("O3", "1"), ("auto", "40")];

/// Calls that are timed; the least counts.
const CALLS: &str = "7";

/// One way to run a module.
#[derive(Debug)]
pub(super) struct Contender {
    pub(super) name: &'static str,
    program: PathBuf,
    arguments: Vec<String>,
}

/// What one run gave.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) result: u64,
    /// Least nanoseconds of a call.
    pub(super) ns: u64,
    pub(super) compile_ns: u64,
}

/// Times calls of the twin, as `--processor-time` does, and prints what `bareflow run --json`
/// prints of it.
const DRIVER: &str = r#"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
uint64_t ENTRY(uint64_t);
int main(int argc, char **argv) {
    uint64_t arg = strtoull(argv[1], 0, 10), result = 0, least = UINT64_MAX;
    for (int i = 0, calls = atoi(argv[2]) + 1; i < calls; i++) {
        struct timespec from, to;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
        result = ENTRY(arg);
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
        uint64_t ns = (to.tv_sec - from.tv_sec) * 1000000000ull + to.tv_nsec - from.tv_nsec;
        if (i && ns < least) least = ns;
    }
    printf("{\"result\":\"%" PRIu64 "\",\"ns_min\":%" PRIu64 ",\"compile_ns\":0}\n", result, least);
}
"#;

/// All contenders of a module, the baseline first.
pub(super) fn all(
    module: &Module,
    bitcode: Bitcode,
    artefacts: &Artefacts,
    folder: &Path,
) -> Result<Vec<Contender>, Failure> {
    let mut list = Vec::new();
    for (index, (name, flags)) in NATIVE.iter().enumerate() {
        let program = folder.join(format!("{}-{index}", module.name));
        compile(module, flags, &program)?;
        let arguments = vec![module.arg.to_string(), CALLS.to_owned()];
        list.push(Contender { name, program, arguments });
    }
    let own = std::env::current_exe()
        .map_err(|error| Failure::new(Kind::Failed, format!("this program: {error}")))?;
    let file = bitcode.file(&module.name, artefacts)?;
    for (name, calls) in LEVELS {
        let text = |text: &str| text.to_owned();
        let arguments = vec![
            text("run"),
            file.display().to_string(),
            text("--entry"),
            module.name.clone(),
            text("--arg"),
            module.arg.to_string(),
            text("--level"),
            text(name),
            text("--calls"),
            text(calls),
            text("--repeat"),
            text(CALLS),
            text("--processor-time"),
            text("--json"),
        ];
        list.push(Contender { name, program: own.clone(), arguments });
    }
    Ok(list)
}

/// Compiles the C twin of a module.
fn compile(module: &Module, flags: &[&str], to: &Path) -> Result<(), Failure> {
    let clang = std::env::var("CLANG").unwrap_or_else(|_| "clang-22".to_owned());
    let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("../images/reference");
    let twin = reference.join(format!("{}.c", module.name));
    let driver = to.with_extension("driver.c");
    std::fs::write(&driver, DRIVER.replace("ENTRY", &module.name))
        .map_err(|error| Failure::output(&driver, error))?;
    let output = Command::new(&clang)
        .args(flags)
        .args(["-ffp-contract=off", "-o"])
        .args([to, &driver, &twin])
        .arg("-lm")
        .output()
        .map_err(|error| {
            let message = format!("{clang}: {error}; install it: apt-get install clang-22");
            Failure::new(Kind::MissingTool, message)
        })?;
    if output.status.success() {
        return Ok(());
    }
    Err(Failure::input(&twin, String::from_utf8_lossy(&output.stderr)))
}

impl Contender {
    /// Runs it once.
    pub(super) fn run(&self) -> Result<Reading, Failure> {
        let failed = |what: String| Failure::new(Kind::Failed, format!("{}: {what}", self.name));
        let output = Command::new(&self.program)
            .args(&self.arguments)
            .output()
            .map_err(|error| failed(error.to_string()))?;
        let said = String::from_utf8_lossy(&output.stderr);
        let line: Value = serde_json::from_slice(&output.stdout)
            .map_err(|error| failed(format!("{error}; {said}")))?;
        let number = |field: &str| line[field].as_u64().unwrap_or(0);
        let result = line["result"].as_str().and_then(|result| result.parse().ok());
        Ok(Reading {
            result: result.ok_or_else(|| failed(format!("no result; {said}")))?,
            ns: number("ns_min"),
            compile_ns: number("compile_ns"),
        })
    }
}
