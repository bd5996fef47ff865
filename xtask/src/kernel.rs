//! Builds bare-metal executables: the ELF file for `-kernel`, and the FLUD file stage 2 loads.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use bareflow_boot::flud::Header;
use object::LittleEndian;
use object::elf::{FileHeader64, PT_LOAD};
use object::read::elf::{FileHeader, ProgramHeader};

use crate::{shell, symbols};

/// The target of everything that runs on the bare machine.
pub const TARGET: &str = "x86_64-unknown-linux-gnu";

/// A bare-metal executable of the workspace.
#[derive(Clone, Copy, Debug)]
pub struct Executable<'a> {
    /// Its package.
    pub package: &'a str,
    /// Its name.
    pub bin: &'a str,
    /// Further arguments to cargo: features.
    pub cargo: &'a [&'a str],
    /// Linker script, relative to the workspace.
    pub script: &'a str,
    /// Name of the artefacts: `NAME.elf`, `NAME.bin`.
    pub artefact: &'a str,
}

/// Writes `NAME.elf` and `NAME.bin` into `out`.
///
/// # Errors
/// When it does not build, or cannot be made a FLUD file.
pub fn build(executable: &Executable<'_>, out: &Path) -> Result<()> {
    // Named for its target, what builds it (build scripts, derive macros) is as for the tools, and
    // built once; what runs on the bare machine has flags of its own.
    let target = shell::target();
    shell::run_cargo(
        shell::cargo()
            .args(["build", "--release", "--target", TARGET])
            .args(["--package", executable.package, "--bin", executable.bin])
            .args(executable.cargo)
            .env("CARGO_TARGET_DIR", &target)
            .env("CARGO_ENCODED_RUSTFLAGS", flags(executable.script).join("\x1f")),
        executable.artefact,
    )?;
    let built: PathBuf = target.join(TARGET).join("release").join(executable.bin);
    let elf = std::fs::read(&built).with_context(|| format!("cannot read {}", built.display()))?;
    let elf = symbols::add(elf).with_context(|| built.display().to_string())?;
    let flud = flud_of(&elf).with_context(|| built.display().to_string())?;
    let name = executable.artefact;
    let new = shell::write_changed(&out.join(format!("{name}.elf")), &elf)?;
    if shell::write_changed(&out.join(format!("{name}.bin")), &flud)? || new {
        println!("{name}.elf: {} bytes; {name}.bin: {} bytes", elf.len(), flud.len());
    }
    Ok(())
}

/// What rustc needs to make a static executable at a fixed address, linked by its own linker.
/// Interrupts push below the stack pointer, hence no red zone. Backtraces follow frame pointers.
fn flags(script: &str) -> Vec<String> {
    let script = shell::workspace().join(script);
    let codegen = [
        "relocation-model=static",
        "no-redzone=yes",
        "force-frame-pointers=yes",
        "linker=rust-lld",
        "linker-flavor=ld.lld",
        "link-self-contained=no",
        "default-linker-libraries=no",
        "target-feature=+crt-static",
        "panic=abort",
        // Every byte is read from a slow disk at boot.
        "debuginfo=0",
        "strip=debuginfo",
        "link-arg=-nostdlib",
        "link-arg=-static",
        "link-arg=--no-pie",
        "link-arg=--build-id=none",
        // What core, which is built to unwind, names in tables that are left out.
        "link-arg=--defsym=rust_eh_personality=0",
    ];
    let script = format!("link-arg=-T{}", script.display());
    codegen.into_iter().map(str::to_owned).chain([script]).map(|flag| format!("-C{flag}")).collect()
}

/// The FLUD file of an executable: its loadable segments, laid out flat.
fn flud_of(elf: &[u8]) -> Result<Vec<u8>> {
    let header = FileHeader64::<LittleEndian>::parse(elf)?;
    let endian = header.endian()?;
    let mut segments: Vec<(u64, &[u8], u64)> = Vec::new();
    for segment in header.program_headers(endian, elf)? {
        if segment.p_type(endian) != PT_LOAD || segment.p_memsz(endian) == 0 {
            continue;
        }
        let Ok(bytes) = segment.data(endian, elf) else {
            bail!("the segment at {:#x} lies outside the file", segment.p_paddr(endian));
        };
        segments.push((segment.p_paddr(endian), bytes, segment.p_memsz(endian)));
    }
    segments.sort_by_key(|&(address, ..)| address);
    let Some(&(base, ..)) = segments.first() else { bail!("no segment to load") };
    let mut payload = Vec::new();
    let mut end = base;
    for (address, bytes, memory) in segments {
        ensure!(address >= end, "the segment at {address:#x} overlaps the one before it");
        end = address + memory;
        if !bytes.is_empty() {
            payload.resize(usize::try_from(address - base)?, 0);
            payload.extend_from_slice(bytes);
        }
    }
    let entry = header.e_entry(endian);
    let mut flud = Header::for_payload(&payload, base, entry, end - base)?.to_bytes().to_vec();
    flud.extend_from_slice(&payload);
    Ok(flud)
}
