//! What the project needs of the system, and how to get it.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::shell;

/// A program and the Debian package that has it.
struct Tool {
    program: &'static str,
    package: &'static str,
}

const TOOLS: &[Tool] = &[
    Tool { program: "qemu-system-x86_64", package: "qemu-system-x86" },
    Tool { program: "clang-22", package: "clang-22" },
    Tool { program: "clang-19", package: "clang-19" },
    Tool { program: "clang-16", package: "clang-16" },
    Tool { program: "clang-14", package: "clang-14" },
    Tool { program: "llvm-dis-22", package: "llvm-22" },
    Tool { program: "mdir", package: "mtools" },
    Tool { program: "fsck.fat", package: "dosfstools" },
    Tool { program: "csmith", package: "csmith" },
];

/// Files that no program stands for.
const FILES: &[(&str, &str)] =
    &[("/usr/include/csmith/csmith.h", "libcsmith-dev"), ("/usr/include/stdio.h", "libc6-dev")];

fn missing() -> Vec<&'static str> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // dosfstools installs where the search path of ordinary users does not lead.
    let folders: Vec<_> =
        std::env::split_paths(&path).chain([Path::new("/usr/sbin").to_owned()]).collect();
    let found = |program: &str| folders.iter().any(|folder| folder.join(program).is_file());
    let tools = TOOLS.iter().filter(|tool| !found(tool.program)).map(|tool| tool.package);
    let files = FILES.iter().filter(|(file, _)| !Path::new(file).exists()).map(|(_, p)| *p);
    tools.chain(files).collect()
}

/// Installs what is missing with apt where that is allowed.
///
/// # Errors
/// With the commands to run by hand when it is not, or when installing failed.
pub fn run() -> Result<()> {
    let packages = missing();
    if packages.is_empty() {
        return Ok(());
    }
    let by_hand = format!(
        "apt-get update && apt-get install -y --no-install-recommends {}",
        packages.join(" ")
    );
    let root = Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout == b"0\n");
    if !root || !Path::new("/usr/bin/apt-get").exists() {
        bail!("these packages are missing; install them, then run this again:\n  {by_hand}");
    }
    eprintln!("installing {}", packages.join(" "));
    shell::run(Command::new("apt-get").args(["update", "-qq"]))?;
    shell::run(
        Command::new("apt-get")
            .args(["install", "-qq", "-y", "--no-install-recommends"])
            .args(&packages)
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )?;
    let left = missing();
    if !left.is_empty() {
        bail!("still missing after installation: {}; try by hand:\n  {by_hand}", left.join(" "));
    }
    Ok(())
}
