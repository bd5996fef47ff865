//! Builds the loader: stage 1 and stage 2, with nothing but the Rust toolchain.
//!
//! Each stage is a crate that holds only assembly. rustc makes an object of it and the
//! toolchain's own rust-lld a flat binary; no assembler or C compiler is needed.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::shell;
use crate::stamp::Stamp;

/// Longest stage 2, in bytes.
const STAGE2_LIMIT: u64 = 4096;

/// Writes `stage1.bin` and `stage2.bin` into `out`.
///
/// # Errors
/// When a stage does not assemble, or has not the size that its place allows.
pub fn build(out: &Path) -> Result<()> {
    let sources = shell::workspace().join("boot/stages");
    let made = [out.join("stage1.bin"), out.join("stage2.bin")];
    let mut stamp = Stamp::new(include_str!("boot.rs"));
    stamp.compiler(Command::new(shell::rustc()))?;
    stamp.up_to_date(out, "loader", &[&sources], &[&made[0], &made[1]], || {
        let stage1 = stage("stage1", out)?;
        ensure!(stage1 == 512, "stage 1 has {stage1} bytes instead of 512");
        let stage2 = stage("stage2", out)?;
        ensure!(stage2 <= STAGE2_LIMIT, "stage 2 has {stage2} bytes, more than {STAGE2_LIMIT}");
        println!("stage1.bin: {stage1} bytes; stage2.bin: {stage2} of {STAGE2_LIMIT} bytes");
        Ok(())
    })
}

/// Makes `out/NAME.bin`; its length in bytes.
fn stage(name: &str, out: &Path) -> Result<u64> {
    let sources = shell::workspace().join("boot/stages");
    let object = out.join(format!("{name}.o"));
    let binary = out.join(format!("{name}.bin"));
    shell::run(
        Command::new(shell::rustc())
            .args(["--edition", "2024", "--crate-type", "lib", "--emit", "obj"])
            .args(["--target", "x86_64-unknown-linux-gnu"])
            .args(["-C", "panic=abort", "-C", "codegen-units=1", "-o"])
            .arg(&object)
            .arg(sources.join(format!("{name}.rs"))),
    )?;
    shell::run(
        Command::new(shell::toolchain("rust-lld")?)
            .args(["-flavor", "gnu", "-m", "elf_x86_64", "--oformat", "binary", "-T"])
            .arg(sources.join(format!("{name}.ld")))
            .arg("-o")
            .arg(&binary)
            .arg(&object),
    )?;
    std::fs::remove_file(&object).with_context(|| format!("cannot remove {}", object.display()))?;
    let length = std::fs::metadata(&binary)
        .with_context(|| format!("cannot look at {}", binary.display()))?
        .len();
    Ok(length)
}
