//! The artefacts that the tools need: loader, kernel, C library, modules, resident compiler.

use anyhow::{Context, Result};

use crate::{boot, compilers, images, kernel, setup, shell};

/// Builds everything under `target/bareflow`. Steps that are up to date cost little.
///
/// # Errors
/// The first step that failed.
pub fn run() -> Result<()> {
    setup::for_building()?;
    let out = shell::artefacts();
    std::fs::create_dir_all(&out).with_context(|| format!("cannot make {}", out.display()))?;
    images::build(&out)?;
    boot::build(&out)?;
    kernel::build(&TEST_KERNEL, &out)?;
    kernel::build(&BARE_KERNEL, &out)?;
    kernel::build(&KERNEL, &out)?;
    compilers::build(&out)
}

/// What boot tests start where the loader, not the kernel, is tested.
const TEST_KERNEL: kernel::Executable<'_> = kernel::Executable {
    package: "bareflow-boot",
    bin: "bareflow-testkernel",
    cargo: &["--features", "testkernel"],
    script: "boot/kernel.ld",
    artefact: "testkernel",
};

/// The kernel with all of the engine.
const KERNEL: kernel::Executable<'_> = kernel::Executable {
    package: "bareflow-kernel",
    bin: "bareflow-kernel",
    cargo: &[],
    script: "kernel/link.ld",
    artefact: "kernel",
};

/// The kernel without the engine: the machine and its self-tests, small enough for a floppy.
const BARE_KERNEL: kernel::Executable<'_> = kernel::Executable {
    package: "bareflow-kernel",
    bin: "bareflow-kernel",
    cargo: &["--no-default-features"],
    script: "kernel/link.ld",
    artefact: "bare",
};
