//! Twins of the modules and larger programs: as native code, and as bitcode for LLVM's own `lli`.

use std::path::{Path, PathBuf};
use std::process::Command;

use bareflow_hosted::Usage;
use object::{Object, ObjectSection, SectionKind};

use super::process::{FLAGS, clang, run};
use super::rust;
use super::subject::{Bitcode, Module};
use crate::failure::Failure;

/// Times calls of the entry, as `--processor-time` does, and prints what `bareflow run --json`
/// prints of it.
const DRIVER: &str = r#"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <sys/resource.h>
uint64_t ENTRY(uint64_t);
// Rust's core refers to it even where nothing unwinds.
void rust_eh_personality(void) {}
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

/// A native form that was compiled.
#[derive(Debug)]
pub(super) struct Built {
    /// The program.
    pub(super) program: PathBuf,
    /// Bytes of its code, the driver's not counted.
    pub(super) code_bytes: u64,
    /// Processor time of the compiler.
    pub(super) compile_ns: u64,
}

/// Compiles the native form and its driver.
pub(super) fn build(module: &Module, flags: &[&str], to: &Path) -> Result<Built, Failure> {
    let object = to.with_extension("o");
    let source = module.source();
    let usage = if module.is_rust() {
        rust::object(&source, flags, &object)?
    } else {
        compile(&source, &[flags, &["-c", "-o"]].concat(), &[&object, &source], &[])?
    };
    let driver = driver(module, to)?;
    compile(&source, &[flags, &["-o"]].concat(), &[to, &driver, &object], &["-lm"])?;
    let code_bytes = code_bytes(&object)?;
    Ok(Built { program: to.to_owned(), code_bytes, compile_ns: usage.processor_ns })
}

/// Bytes of code in an object file.
pub(super) fn code_bytes(file: &Path) -> Result<u64, Failure> {
    let bytes = std::fs::read(file).map_err(|error| Failure::input(file, error))?;
    let object = object::File::parse(&*bytes).map_err(|error| Failure::input(file, error))?;
    let code = object.sections().filter(|section| section.kind() == SectionKind::Text);
    Ok(code.map(|section| section.size()).sum())
}

/// The native form and its driver as bitcode, joined by `link`. A Rust program's is `ready`.
pub(super) fn bitcode(
    module: &Module,
    ready: &Path,
    flags: &[&str],
    link: &Path,
    to: &Path,
) -> Result<(), Failure> {
    let source = module.source();
    let driver = driver(module, to)?;
    let part = |source: &Path, name: &str| {
        let part = to.with_extension(name);
        let flags = [&["-O2"], flags, &["-emit-llvm", "-c", "-o"]].concat();
        compile(source, &flags, &[&part, source], &[]).map(|_| part)
    };
    let program = if module.is_rust() { ready.to_owned() } else { part(&source, "own.bc")? };
    let mut command = Command::new(link);
    command.arg(program).arg(part(&driver, "driver.bc")?).arg("-o").arg(to);
    run(&mut command, &source).map(|_| ())
}

/// The bitcode of the native form of a module, optimised as far as the engine's.
pub(super) fn twin(module: &Module, bitcode: Bitcode, to: &Path) -> Result<PathBuf, Failure> {
    let (source, file) = (module.source(), to.with_extension("twin.bc"));
    let level = format!("-{bitcode:?}");
    let mut flags = vec![level.as_str(), "-emit-llvm", "-c"];
    if bitcode == Bitcode::O0 {
        // Not optimised, but free to be.
        flags.extend(["-Xclang", "-disable-O0-optnone"]);
    }
    compile(&source, &[&flags[..], &["-o"]].concat(), &[&file, &source], &[])?;
    Ok(file)
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
) -> Result<Usage, Failure> {
    let mut command = Command::new(clang());
    command.args(FLAGS).args(flags).args(files).args(libraries);
    run(&mut command, source)
}
