//! The artefacts that the tools need: loader, kernel, C library, modules, resident compiler.

use anyhow::{Context, Result};
use bareflow_host::tools::Purpose;

use crate::{boot, compilers, cxx, images, kernel, setup, shell};

/// What is built.
#[derive(clap::Args, Debug, Default)]
pub struct Args {
    /// Only these: modules (with the C library), images (and at all levels), boot, testkernel, bare,
    /// kernel, compilers; and cxx, the C++ library, which is made only when it is named.
    #[arg(value_parser = [&PARTS[..], &[CXX]].concat())]
    only: Vec<String>,
    /// Only what this needs, its packages of the system included: `run` (hosted), `demo`.
    #[arg(long = "for", value_name = "WHAT", value_parser = ["run", "demo"], conflicts_with = "only")]
    purpose: Option<String>,
}

impl Args {
    /// These parts alone.
    pub fn only(parts: &[&str]) -> Self {
        Self { only: parts.iter().map(|part| (*part).to_owned()).collect(), purpose: None }
    }
}

/// The part that loads sources.
const CXX: &str = "cxx";

const PARTS: [&str; 7] = ["modules", "images", "boot", "testkernel", "bare", "kernel", "compilers"];

/// Builds everything under `target/bareflow`. Steps that are up to date cost little.
///
/// # Errors
/// The first step that failed.
pub fn run(args: &Args) -> Result<()> {
    use Purpose::{Boot, Compile, Llvm};
    let only: Vec<&str> = args.only.iter().map(String::as_str).collect();
    let (parts, purposes): (&[&str], &[Purpose]) = match args.purpose.as_deref() {
        Some("run") => (&["modules"], &[Compile]),
        Some(_) => (&["modules", "boot", "kernel"], &[Compile, Boot]),
        None if only.is_empty() => (&PARTS, &[Compile, Boot, Llvm]),
        None if only.contains(&"compilers") => (&only, &[Compile, Llvm]),
        None if only.iter().any(|part| ["modules", "images", CXX].contains(part)) => {
            (&only, &[Compile])
        }
        None => (&only, &[]),
    };
    setup::for_purposes(purposes)?;
    let out = shell::artefacts();
    std::fs::create_dir_all(&out).with_context(|| format!("cannot make {}", out.display()))?;
    let wanted = |name: &str| parts.contains(&name);
    if wanted("images") {
        images::build(&out)?;
    } else if wanted("modules") {
        images::build_usual(&out)?;
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
    if wanted(CXX) {
        cxx::build(&out)?;
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
