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

/// Something that is not there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Missing {
    /// The program or file.
    what: &'static str,
    /// The Debian package that has it.
    package: &'static str,
}

fn missing() -> Vec<Missing> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // dosfstools installs where the search path of ordinary users does not lead.
    let folders: Vec<_> =
        std::env::split_paths(&path).chain([Path::new("/usr/sbin").to_owned()]).collect();
    let found = |program: &str| folders.iter().any(|folder| folder.join(program).is_file());
    let tools = TOOLS.iter().filter(|tool| !found(tool.program));
    let tools = tools.map(|tool| Missing { what: tool.program, package: tool.package });
    let files = FILES.iter().filter(|(file, _)| !Path::new(file).exists());
    tools.chain(files.map(|&(what, package)| Missing { what, package })).collect()
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
    let packages: Vec<_> = lacking.iter().map(|missing| missing.package).collect();
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
        bail!("after installation, {}", by_hand(&left, means));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LACKING: [Missing; 3] = [
        Missing { what: "mdir", package: "mtools" },
        Missing { what: "clang-22", package: "clang-22" },
        Missing { what: "mtype", package: "mtools" },
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
