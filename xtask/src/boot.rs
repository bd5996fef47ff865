//! Builds the loader: stage 1 and stage 2, with nothing but the Rust toolchain.
//!
//! Each stage is a crate that holds only assembly. rustc makes an object of it and the
//! toolchain's own rust-lld a flat binary; no assembler or C compiler is needed.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::shell;

/// Longest stage 2, in bytes.
const STAGE2_LIMIT: u64 = 4096;

/// Writes `stage1.bin` and `stage2.bin` into `out`.
///
/// # Errors
/// When a stage does not assemble, or has not the size that its place allows.
pub fn build(out: &Path) -> Result<()> {
    let stage1 = stage("stage1", out)?;
    ensure!(stage1 == 512, "stage 1 has {stage1} bytes instead of 512");
    let stage2 = stage("stage2", out)?;
    ensure!(stage2 <= STAGE2_LIMIT, "stage 2 has {stage2} bytes, more than {STAGE2_LIMIT}");
    println!("stage1.bin: {stage1} bytes; stage2.bin: {stage2} of {STAGE2_LIMIT} bytes");
    Ok(())
}

/// Makes `out/NAME.bin`; its length in bytes.
fn stage(name: &str, out: &Path) -> Result<u64> {
    let sources = shell::workspace().join("boot/stages");
    let object = out.join(format!("{name}.o"));
    let binary = out.join(format!("{name}.bin"));
    shell::run(
        Command::new(rustc())
            .args(["--edition", "2024", "--crate-type", "lib", "--emit", "obj"])
            .args(["--target", "x86_64-unknown-linux-gnu"])
            .args(["-C", "panic=abort", "-C", "codegen-units=1", "-o"])
            .arg(&object)
            .arg(sources.join(format!("{name}.rs"))),
    )?;
    shell::run(
        Command::new(rust_lld()?)
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

/// The rustc that belongs to the cargo that runs us.
fn rustc() -> PathBuf {
    std::env::var_os("RUSTC").map_or_else(|| "rustc".into(), PathBuf::from)
}

/// The linker inside the Rust toolchain.
///
/// # Errors
/// When rustc does not say where the toolchain is, or the linker is not there.
fn rust_lld() -> Result<PathBuf> {
    let answer = Command::new(rustc())
        .args(["--print", "sysroot"])
        .current_dir(shell::workspace())
        .output()
        .context("cannot start rustc")?;
    ensure!(answer.status.success(), "rustc --print sysroot ended with {}", answer.status);
    let sysroot = String::from_utf8(answer.stdout).context("rustc's sysroot is not UTF-8")?;
    let lld = Path::new(sysroot.trim()).join("lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld");
    ensure!(lld.is_file(), "{} is missing: reinstall the Rust toolchain", lld.display());
    Ok(lld)
}
