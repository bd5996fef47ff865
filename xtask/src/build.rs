//! The artefacts that the tools need: loader, kernel, C library, modules, resident compiler.

use anyhow::{Context, Result};

use crate::{boot, compilers, images, kernel, setup, shell};

/// What is built.
#[derive(clap::Args, Debug, Default)]
pub struct Args {
    /// Only these: images, boot, testkernel, bare, kernel, compilers.
    #[arg(value_parser = ["images", "boot", "testkernel", "bare", "kernel", "compilers"])]
    only: Vec<String>,
}

/// Builds everything under `target/bareflow`. Steps that are up to date cost little.
///
/// # Errors
/// The first step that failed.
pub fn run(args: &Args) -> Result<()> {
    setup::for_building()?;
    let out = shell::artefacts();
    std::fs::create_dir_all(&out).with_context(|| format!("cannot make {}", out.display()))?;
    let wanted = |name: &str| args.only.is_empty() || args.only.iter().any(|only| only == name);
    if wanted("images") {
        images::build(&out)?;
    }
    if wanted("boot") {
        boot::build(&out)?;
    }
    for executable in [TEST_KERNEL, BARE_KERNEL, KERNEL] {
        if wanted(executable.artefact) {
            kernel::build(&executable, &out)?;
        }
    }
    if wanted("compilers") {
        compilers::build(&out)?;
    }
    Ok(())
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
