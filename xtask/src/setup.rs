//! Getting what the project needs of the system (`bareflow_host::tools`), each time no more than
//! what is about to be done needs.

use std::process::Command;

use anyhow::{Result, bail, ensure};
use bareflow_host::system::System;
use bareflow_host::tools::{self, Purpose, TOOLS, Tool};
use bareflow_host::watched;

/// What is not there of what these purposes need.
fn missing(purposes: &[Purpose]) -> Vec<&'static Tool> {
    let wanted = TOOLS.iter().filter(|tool| purposes.contains(&tool.purpose));
    wanted.filter(|tool| tool.find().is_none()).collect()
}

/// What this machine lets us do about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Means {
    /// Install packages.
    Apt,
    /// Tell how to.
    ByHand(Option<System>),
}

impl Means {
    fn of_this_machine() -> Self {
        let system = System::of_this_machine();
        let root = || Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout == b"0\n");
        if system == Some(System::Debian) && root() { Self::Apt } else { Self::ByHand(system) }
    }
}

/// What to do by hand about what is missing.
fn by_hand(missing: &[&Tool], means: Means) -> String {
    let names: Vec<_> = missing.iter().map(|tool| tool.name).collect();
    let names = names.join(", ");
    let commands = |system: System| {
        let command = system.install(&packages(missing, system));
        match means {
            Means::Apt => format!("  {}", command.trim_start_matches("sudo ")),
            Means::ByHand(_) => format!("  {command}"),
        }
    };
    match means {
        Means::Apt => format!("missing: {names}; install them by\n{}", commands(System::Debian)),
        Means::ByHand(Some(system)) => {
            format!("missing: {names}; install them by\n{}", commands(system))
        }
        Means::ByHand(None) => format!(
            "missing: {names}; install them with this system's package manager. On Debian and \
             Ubuntu that would be\n{}",
            commands(System::Debian)
        ),
    }
}

/// The packages of a system that have what is missing; those it has.
fn packages(missing: &[&Tool], system: System) -> Vec<&'static str> {
    let mut packages: Vec<_> = missing.iter().filter_map(|tool| tool.package(system)).collect();
    packages.sort_unstable();
    packages.dedup();
    packages
}

/// Installs all that anything of the project needs, where that is allowed.
///
/// # Errors
/// With the commands to run by hand when it is not, or when installing failed.
pub fn run() -> Result<()> {
    let lacking = missing(&Purpose::ALL);
    if lacking.is_empty() {
        return Ok(());
    }
    let means = Means::of_this_machine();
    if means != Means::Apt {
        bail!("{}", by_hand(&lacking, means));
    }
    install(&lacking)?;
    let left = missing(&Purpose::ALL);
    ensure!(left.is_empty(), "after installation, {}", by_hand(&left, means));
    Ok(())
}

/// Installs what these purposes need, where that is allowed; without anything but the compiler, it
/// goes on and says so.
///
/// # Errors
/// When the compiler is wanted and missing, with the commands to run by hand.
pub fn for_purposes(purposes: &[Purpose]) -> Result<()> {
    let lacking = missing(purposes);
    if lacking.is_empty() {
        return Ok(());
    }
    let means = Means::of_this_machine();
    let tried = if means == Means::Apt { install(&lacking) } else { Ok(()) };
    let left = missing(purposes);
    if purposes.contains(&Purpose::Compile) && tools::clang().is_none() {
        tried?;
        bail!("{}", by_hand(&left, means));
    }
    if !left.is_empty() {
        eprintln!("{}\nbuilding goes on without", by_hand(&left, means));
    }
    Ok(())
}

fn install(lacking: &[&Tool]) -> Result<()> {
    let packages = packages(lacking, System::Debian);
    eprintln!("installing {}", packages.join(" "));
    let apt = |arguments: &[&str], what: &str| -> Result<()> {
        let mut command = Command::new("apt-get");
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        let status = watched::run(&mut command, what)?;
        ensure!(status.success(), "{command:?} ended with {status}");
        Ok(())
    };
    apt(&["update", "-qq"], "reading the lists of packages")?;
    let unknown: Vec<&str> = packages.iter().copied().filter(|name| !is_listed(name)).collect();
    ensure!(unknown.is_empty(), "{}", unlisted(&unknown));
    let install = ["install", "-qq", "-y", "--no-install-recommends"];
    apt(&[&install, &packages[..]].concat(), &format!("installing {} packages", packages.len()))
}

/// Whether apt knows a package.
fn is_listed(package: &str) -> bool {
    let asked = Command::new("apt-cache").args(["show", package]).output();
    asked.is_ok_and(|output| output.status.success())
}

/// What to do about packages that the system's lists do not have.
fn unlisted(packages: &[&str]) -> String {
    let mut text = format!("this system's lists of packages have no {}", packages.join(", no "));
    if packages.iter().any(|package| package.ends_with("-22")) {
        text += "; Debian 12 has LLVM 22 in its security suite: add `bookworm-security` to \
                 /etc/apt/sources.list (suites that a minimal system may lack)";
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two tools of one package, and one of another.
    fn lacking() -> Vec<&'static Tool> {
        let named = |name: &str| TOOLS.iter().find(|tool| tool.name == name).unwrap();
        ["llvm-dis-22", "clang-22", "llvm-config-22"].map(named).to_vec()
    }

    #[test]
    fn each_missing_thing_is_named_with_commands_that_can_be_pasted() {
        let install = "apt-get install -y --no-install-recommends clang-22 llvm-22";
        let root = by_hand(&lacking(), Means::Apt);
        let user = by_hand(&lacking(), Means::ByHand(Some(System::Debian)));
        let fedora = by_hand(&lacking(), Means::ByHand(Some(System::Fedora)));
        let other = by_hand(&lacking(), Means::ByHand(None));
        assert!(root.starts_with("missing: llvm-dis-22, clang-22, llvm-config-22; "), "{root}");
        assert!(root.ends_with(&format!("\n  {install}")), "{root}");
        assert!(user.ends_with(&format!("\n  sudo {install}")), "{user}");
        assert!(fedora.ends_with("\n  sudo dnf install clang"), "{fedora}");
        assert!(other.contains("this system's package manager"), "{other}");
    }

    #[test]
    fn packages_that_the_lists_lack_are_named_with_the_suite_that_has_them() {
        let text = unlisted(&["clang-22", "gdb"]);
        assert!(text.starts_with("this system's lists of packages have no clang-22, no gdb; "));
        assert!(text.contains("bookworm-security"), "{text}");
        assert!(!unlisted(&["gdb"]).contains("security"));
    }

    #[test]
    fn a_demo_needs_a_compiler_and_an_emulator_and_nothing_else() {
        let wanted = TOOLS
            .iter()
            .filter(|tool| [Purpose::Compile, Purpose::Boot].contains(&tool.purpose))
            .filter_map(|tool| tool.package(System::Debian));
        assert_eq!(wanted.collect::<Vec<_>>(), ["clang-22", "libc6-dev", "qemu-system-x86"]);
    }
}
