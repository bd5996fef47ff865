//! The C twins of the modules: as native programs, and as bitcode for LLVM's own `lli`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use object::{Object, ObjectSection, SectionKind};

use super::Module;
use crate::failure::{Failure, Kind};

/// Times calls of the twin, as `--processor-time` does, and prints what `bareflow run --json`
/// prints of it.
const DRIVER: &str = r#"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <sys/resource.h>
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
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("{\"result\":\"%" PRIu64 "\",\"ns_min\":%" PRIu64 ",\"compile_ns\":0,", result, least);
    printf("\"peak_bytes\":%ld}\n", usage.ru_maxrss * 1024);
}
"#;

/// A twin that was compiled.
#[derive(Debug)]
pub(super) struct Built {
    /// The program.
    pub(super) program: PathBuf,
    /// Bytes of the twin's code, the driver's not counted.
    pub(super) code_bytes: u64,
    /// Time of the compiler's process on the twin.
    pub(super) compile_ns: u64,
}

/// The compiler: clang-22, or what `CLANG` names.
pub(super) fn clang() -> String {
    std::env::var("CLANG").unwrap_or_else(|_| "clang-22".to_owned())
}

/// The C twin of a module.
pub(super) fn twin(module: &Module) -> PathBuf {
    let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("../images/reference");
    reference.join(format!("{}.c", module.name))
}

/// Compiles the twin and its driver.
pub(super) fn build(module: &Module, flags: &[&str], to: &Path) -> Result<Built, Failure> {
    let object = to.with_extension("o");
    let twin = twin(module);
    let begun = Instant::now();
    compile(&twin, &[flags, &["-c", "-o"]].concat(), &[&object, &twin], &[])?;
    let compile_ns = begun.elapsed().as_nanos() as u64;
    let driver = driver(module, to)?;
    compile(&twin, &[flags, &["-o"]].concat(), &[to, &driver, &object], &["-lm"])?;
    let bytes = std::fs::read(&object).map_err(|error| Failure::input(&object, error))?;
    let code_bytes = object::File::parse(&*bytes)
        .map_err(|error| Failure::input(&object, error))?
        .sections()
        .filter(|section| section.kind() == SectionKind::Text)
        .map(|section| section.size())
        .sum();
    Ok(Built { program: to.to_owned(), code_bytes, compile_ns })
}

/// The twin and its driver as bitcode, joined by `llvm-link`.
pub(super) fn bitcode(
    module: &Module,
    flags: &[&str],
    link: &Path,
    to: &Path,
) -> Result<(), Failure> {
    let twin = twin(module);
    let driver = driver(module, to)?;
    let parts = [to.with_extension("twin.bc"), to.with_extension("driver.bc")];
    for (source, part) in [&twin, &driver].into_iter().zip(&parts) {
        let flags = [flags, &["-O2", "-emit-llvm", "-c", "-o"]].concat();
        compile(source, &flags, &[part, source], &[])?;
    }
    let mut command = Command::new(link);
    command.args(&parts).arg("-o").arg(to);
    run(&mut command, &twin)
}

fn driver(module: &Module, to: &Path) -> Result<PathBuf, Failure> {
    let driver = to.with_extension("driver.c");
    std::fs::write(&driver, DRIVER.replace("ENTRY", &module.name))
        .map_err(|error| Failure::output(&driver, error))?;
    Ok(driver)
}

fn compile(
    source: &Path,
    flags: &[&str],
    files: &[&Path],
    libraries: &[&str],
) -> Result<(), Failure> {
    let mut command = Command::new(clang());
    command.arg("-ffp-contract=off").args(flags).args(files).args(libraries);
    run(&mut command, source)
}

/// Runs a compiler or linker on `source`.
pub(super) fn run(command: &mut Command, source: &Path) -> Result<(), Failure> {
    let output = command.output().map_err(|error| {
        let program = command.get_program().to_string_lossy().into_owned();
        let message = format!("{program}: {error}; install it: apt-get install clang-22 llvm-22");
        Failure::new(Kind::MissingTool, message)
    })?;
    if output.status.success() {
        return Ok(());
    }
    Err(Failure::input(source, String::from_utf8_lossy(&output.stderr)))
}
