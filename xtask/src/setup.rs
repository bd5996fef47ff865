//! What the project needs of the system, and how to get it.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::shell;

/// A program and the Debian package that has it.
struct Tool {
    program: &'static str,
    package: &'static str,
    need: Need,
}

/// What something is needed for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Need {
    /// Building the artefacts: without it nothing works.
    Build,
    /// Booting, testing, comparing: what can be done without it is done.
    More,
}

const TOOLS: &[Tool] = &[
    Tool { program: "qemu-system-x86_64", package: "qemu-system-x86", need: Need::More },
    Tool { program: "clang-22", package: "clang-22", need: Need::Build },
    Tool { program: "clang-19", package: "clang-19", need: Need::More },
    Tool { program: "clang-16", package: "clang-16", need: Need::More },
    Tool { program: "clang-14", package: "clang-14", need: Need::More },
    Tool { program: "llvm-dis-22", package: "llvm-22", need: Need::More },
    Tool { program: "ld.lld-22", package: "lld-22", need: Need::More },
    Tool { program: "mdir", package: "mtools", need: Need::More },
    Tool { program: "fsck.fat", package: "dosfstools", need: Need::More },
    Tool { program: "csmith", package: "csmith", need: Need::More },
    Tool { program: "chromium", package: "chromium", need: Need::More },
    Tool { program: "gdb", package: "gdb", need: Need::More },
];

/// Files that no program stands for.
const FILES: &[(&str, &str)] = &[
    ("/usr/include/csmith/csmith.h", "libcsmith-dev"),
    ("/usr/include/stdio.h", "libc6-dev"),
    ("/usr/lib/llvm-22/lib/libLLVMX86CodeGen.a", "llvm-22-dev"),
    ("/usr/lib/x86_64-linux-gnu/libz.a", "zlib1g-dev"),
    ("/usr/lib/x86_64-linux-gnu/libzstd.a", "libzstd-dev"),
];

/// Something that is not there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Missing {
    /// The program or file.
    what: &'static str,
    /// The Debian package that has it.
    package: &'static str,
    need: Need,
}

fn missing() -> Vec<Missing> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // dosfstools installs where the search path of ordinary users does not lead.
    let folders: Vec<_> =
        std::env::split_paths(&path).chain([Path::new("/usr/sbin").to_owned()]).collect();
    let found = |program: &str| folders.iter().any(|folder| folder.join(program).is_file());
    let tools = TOOLS.iter().filter(|tool| !found(tool.program));
    let tools =
        tools.map(|tool| Missing { what: tool.program, package: tool.package, need: tool.need });
    let files = FILES.iter().filter(|(file, _)| !Path::new(file).exists());
    tools.chain(files.map(|&(what, package)| Missing { what, package, need: Need::More })).collect()
}

/// What this machine lets us do about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Means {
    /// Install packages.
    Apt,
    /// Tell a user how to.
    AptWithSudo,
    /// Tell what is missing: how packages are called here is not known.
    OtherSystem,
}

impl Means {
    fn of_this_machine() -> Self {
        if !Path::new("/usr/bin/apt-get").exists() {
            return Self::OtherSystem;
        }
        let root = Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout == b"0\n");
        if root { Self::Apt } else { Self::AptWithSudo }
    }
}

/// What to do by hand about what is missing.
fn by_hand(missing: &[Missing], means: Means) -> String {
    let mut packages: Vec<_> = missing.iter().map(|missing| missing.package).collect();
    packages.sort_unstable();
    packages.dedup();
    let sudo = if means == Means::Apt { "" } else { "sudo " };
    let commands = format!(
        "  {sudo}apt-get update\n  {sudo}apt-get install -y --no-install-recommends {}",
        packages.join(" ")
    );
    let what: Vec<_> = missing.iter().map(|missing| missing.what).collect();
    let what = what.join(", ");
    match means {
        Means::Apt | Means::AptWithSudo => format!("missing: {what}; install them by\n{commands}"),
        Means::OtherSystem => format!(
            "missing: {what}; install them with this system's package manager. On Debian and \
             Ubuntu that would be\n{commands}"
        ),
    }
}

/// Installs what is missing with apt where that is allowed.
///
/// # Errors
/// With the commands to run by hand when it is not, or when installing failed.
pub fn run() -> Result<()> {
    let lacking = missing();
    if lacking.is_empty() {
        return Ok(());
    }
    let means = Means::of_this_machine();
    if means != Means::Apt {
        bail!("{}", by_hand(&lacking, means));
    }
    install(&lacking)?;
    let left = missing();
    if !left.is_empty() {
        bail!("after installation, {}", by_hand(&left, means));
    }
    Ok(())
}

/// Installs what is missing where that is allowed; without what only tests and boots need, it goes
/// on and says so.
///
/// # Errors
/// When something that building needs is missing, with the commands to run by hand.
pub fn for_building() -> Result<()> {
    let lacking = missing();
    if lacking.is_empty() {
        return Ok(());
    }
    let means = Means::of_this_machine();
    let tried = if means == Means::Apt { install(&lacking) } else { Ok(()) };
    let left = missing();
    if left.iter().any(|missing| missing.need == Need::Build) {
        tried?;
        bail!("{}", by_hand(&left, means));
    }
    if !left.is_empty() {
        eprintln!("{}\nbuilding goes on without", by_hand(&left, means));
    }
    Ok(())
}

fn install(lacking: &[Missing]) -> Result<()> {
    let packages: Vec<_> = lacking.iter().map(|missing| missing.package).collect();
    eprintln!("installing {}", packages.join(" "));
    shell::run(Command::new("apt-get").args(["update", "-qq"]))?;
    shell::run(
        Command::new("apt-get")
            .args(["install", "-qq", "-y", "--no-install-recommends"])
            .args(&packages)
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const LACKING: [Missing; 3] = [
        Missing { what: "mdir", package: "mtools", need: Need::More },
        Missing { what: "clang-22", package: "clang-22", need: Need::Build },
        Missing { what: "mtype", package: "mtools", need: Need::More },
    ];

    #[test]
    fn each_missing_thing_is_named_with_commands_that_can_be_pasted() {
        let install = "apt-get install -y --no-install-recommends clang-22 mtools";
        let root = by_hand(&LACKING, Means::Apt);
        let user = by_hand(&LACKING, Means::AptWithSudo);
        let other = by_hand(&LACKING, Means::OtherSystem);
        assert!(root.starts_with("missing: mdir, clang-22, mtype; "), "{root}");
        assert!(root.ends_with(&format!("\n  {install}")), "{root}");
        assert!(user.ends_with(&format!("\n  sudo {install}")), "{user}");
        assert!(user.contains("\n  sudo apt-get update\n"), "{user}");
        assert!(other.contains("this system's package manager"), "{other}");
    }
}
