//! Programs in Rust as native code.

use std::path::Path;
use std::process::Command;

use bareflow_hosted::Usage;

use super::process::run;
use super::subject::images;
use crate::failure::Failure;

/// Compiles a program without `std`, with all it uses of other crates, to an object file; `flags`
/// are those of clang.
pub(super) fn object(source: &Path, flags: &[&str], to: &Path) -> Result<Usage, Failure> {
    let flags: Vec<&str> = flags.iter().filter_map(|flag| same(flag)).collect();
    let rustc = || {
        let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
        let mut command = Command::new(rustc);
        command.args(["--edition=2024", "-Cpanic=abort", "-Cforce-unwind-tables=no"]).args(&flags);
        command
    };
    let support = to.with_file_name("libsupport.rlib");
    let library = images().join("support/lib.rs");
    let mut command = rustc();
    command.args(["--crate-type=rlib", "--crate-name=support", "-o"]).arg(&support).arg(&library);
    run(&mut command, &library)?;
    let mut command = rustc();
    command.args(["--crate-type=staticlib", "-Clto=fat", "-Ccodegen-units=1"]);
    command.arg(format!("--extern=support={}", support.display()));
    // Link-time optimisation takes place only when something is linked.
    let (object, archive) = (to.display(), to.with_extension("a"));
    command.arg(format!("--emit=obj={object},link={}", archive.display())).arg(source);
    run(&mut command, source)
}

/// What rustc calls it.
fn same(flag: &str) -> Option<&'static str> {
    match flag {
        "-O2" => Some("-Copt-level=2"),
        "-O3" => Some("-Copt-level=3"),
        "-march=native" => Some("-Ctarget-cpu=native"),
        _ => None,
    }
}
