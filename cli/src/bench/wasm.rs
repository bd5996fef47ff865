//! Twins and larger programs as WebAssembly.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::native;
use super::process::{FLAGS, clang, run, taken};
use super::subject::Module;
use crate::failure::Failure;

/// Calls the entry again and again. It is compiled by itself, so that no call can be left out.
const DRIVER: &str = "
typedef unsigned long long u64;
u64 ENTRY(u64);
__attribute__((export_name(\"repeat\"))) u64 repeat(u64 arg, u64 calls) {
    u64 result = 0;
    while (calls--) result = ENTRY(arg);
    return result;
}
";

/// Where Debian has the C library for WebAssembly.
const SYSROOT: &str = "/usr";

/// The module, exporting `repeat(arg, calls)`; or why it cannot be had.
pub(super) fn build(module: &Module, folder: &Path) -> Result<PathBuf, String> {
    if module.is_rust() {
        return Err("programs in Rust are not compiled to WebAssembly here".to_owned());
    }
    let file = folder.join(format!("{}.wasm", module.name));
    let driver = folder.join(format!("{}.wasm.c", module.name));
    std::fs::write(&driver, DRIVER.replace("ENTRY", &module.name))
        .map_err(|error| format!("{}: {error}", driver.display()))?;
    // With a C library where there is one, else by itself.
    let library = ["--target=wasm32-wasip1", "-mexec-model=reactor", "-nodefaultlibs"];
    let by_itself = ["--target=wasm32", "-nostdlib", "-Wl,--no-entry"];
    let there = Path::new(SYSROOT).join("lib/wasm32-wasi/libc.a").is_file();
    let with_library = || {
        // The folder is called by the target's older name.
        let lib = format!("-L{SYSROOT}/lib/wasm32-wasi");
        let start = format!("{SYSROOT}/lib/wasm32-wasi/crt1-reactor.o");
        let include = format!("{SYSROOT}/include/wasm32-wasi");
        let mut more = vec!["-nostartfiles", "-isystem", &include, &lib, &start, "-lc"];
        let support = compiler_support();
        more.extend(support.as_deref());
        link(module, &[&library[..], &more].concat(), &driver, &file)
    };
    if there && with_library().is_ok() {
        return Ok(file);
    }
    match link(module, &by_itself, &driver, &file) {
        Ok(()) => Ok(file),
        Err(failure) => {
            let said = failure.to_string();
            let why = said.lines().find_map(|line| line.split("error: ").nth(1)).unwrap_or(&said);
            // Objects lie in temporary files, whose names say nothing.
            let why = why.split_once(".o: ").map_or(why, |(_, why)| why);
            Err(format!(
                "{why}; needed: apt-get install lld-22 wasi-libc libclang-rt-22-dev-wasm32"
            ))
        }
    }
}

/// clang's own functions for what the machine has no instruction for, where they are installed.
fn compiler_support() -> Option<String> {
    let mut command = Command::new(clang());
    command.args(["--target=wasm32-wasip1", "--rtlib=compiler-rt", "--print-libgcc-file-name"]);
    let file = String::from_utf8(command.output().ok()?.stdout).ok()?;
    let file = file.trim();
    Path::new(file).is_file().then(|| file.to_owned())
}

fn link(module: &Module, flags: &[&str], driver: &Path, to: &Path) -> Result<(), Failure> {
    let source = module.source();
    let mut command = Command::new(clang());
    command.args(["-O3", "-msimd128", "-mbulk-memory"]).args(FLAGS);
    command.arg(&source).arg(driver).args(flags).arg("-o").arg(to);
    run(&mut command, &source).map(|_| ())
}

/// A module that a runtime has compiled.
pub(super) struct Ready {
    pub(super) file: PathBuf,
    /// Processor time, of all threads.
    pub(super) compile_ns: u64,
    pub(super) code_bytes: u64,
}

/// Has wasmtime compile a module before it runs; `None` where it cannot.
pub(super) fn precompile(wasmtime: &Path, file: &Path) -> Option<Ready> {
    let ready = file.with_extension("cwasm");
    let mut command = Command::new(wasmtime);
    command.arg("compile").arg(file).arg("-o").arg(&ready);
    let (_, usage) = taken(&mut command).ok()?;
    let code_bytes = native::code_bytes(&ready).ok()?;
    Some(Ready { file: ready, compile_ns: usage.processor_ns, code_bytes })
}
