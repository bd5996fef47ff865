//! Links the resident compiler.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use bareflow_machine::windows::COMPILER;

use super::rules::Rules;
use super::{archive, trim};
use crate::shell;

/// Where Debian has LLVM 22.
pub const LLVM: &str = "/usr/lib/llvm-22";

/// Parts of LLVM that the program names, as `llvm-config` calls them; what those need follows.
const COMPONENTS: [&str; 11] = [
    "x86codegen",
    "bitreader",
    "core",
    "target",
    "scalaropts",
    "instcombine",
    "aggressiveinstcombine",
    "vectorize",
    "transformutils",
    "analysis",
    "ipo",
];

/// How it is linked: fully static, one of several equal functions, nothing that is not reached, and
/// what the program defines itself before what libraries define.
const LINK: [&str; 11] = [
    "-static",
    "--no-eh-frame-hdr",
    "--build-id=none",
    "-z",
    "noseparate-code",
    "-z",
    "norelro",
    "-z",
    "muldefs",
    "--gc-sections",
    "--icf=all",
];

/// Links objects with what they need of LLVM, without what the rules in `rules` take out; gives the
/// program, in `work`, where `map` then says what it is made of.
///
/// # Errors
/// It does not link.
pub fn link(objects: &[PathBuf], rules: &Path, work: &Path) -> Result<PathBuf> {
    let read = |name| {
        let path = rules.join(name);
        std::fs::read_to_string(&path).with_context(|| format!("{}", path.display()))
    };
    let rules = Rules::read(&read("rules.txt")?, &read("kept.txt")?)?;
    let folder = work.join("members");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    let mut members = Vec::new();
    for member in archive::taken(&trace(objects, work)?)? {
        let path = folder.join(&member.name);
        std::fs::create_dir_all(path.parent().unwrap_or(&folder))?;
        std::fs::write(&path, trim::trim(&member.name, member.bytes, &rules)?)?;
        members.push(path);
    }
    let list = work.join("members.txt");
    let lines: Vec<String> = members.iter().map(|path| path.display().to_string()).collect();
    std::fs::write(&list, format!("--start-lib\n{}\n--end-lib\n", lines.join("\n")))?;
    let program = work.join("llvm.elf");
    let mut command = Command::new("ld.lld-22");
    command.args(LINK).args(["-O2", "--strip-all", "-o"]).arg(&program);
    command.arg(format!("--image-base={:#x}", COMPILER.base));
    command.arg(format!("-Map={}", work.join("map").display()));
    command.arg(file("crt1.o")?).arg(file("crti.o")?).args(objects);
    command.arg(format!("@{}", list.display())).arg("--start-group");
    for library in ["libstdc++.a", "libm.a", "libc.a", "libgcc.a", "libgcc_eh.a"] {
        command.arg(file(library)?);
    }
    shell::run(command.arg("--end-group").arg(file("crtn.o")?))?;
    Ok(program)
}

/// Links once with everything, to see which members of archives that takes.
fn trace(objects: &[PathBuf], work: &Path) -> Result<String> {
    let config = Command::new("llvm-config-22")
        .args(["--link-static", "--libs"])
        .args(COMPONENTS)
        .output()
        .context("cannot start llvm-config-22")?;
    ensure!(config.status.success(), "llvm-config-22 names no libraries");
    let libraries = String::from_utf8_lossy(&config.stdout).into_owned();
    let whole = work.join("whole.elf");
    let mut command = Command::new("clang++-22");
    command.args(["-static", "-no-pie", "-fuse-ld=lld", "-Wl,--trace", "-Wl,-z,muldefs", "-o"]);
    command.arg(&whole).args(objects).arg(format!("-L{LLVM}/lib"));
    command.arg("-Wl,--start-group").args(libraries.split_whitespace()).arg("-Wl,--end-group");
    command.args(["-lz", "-lzstd", "-lm"]);
    let ended = command.output().context("cannot start clang++-22")?;
    let said = String::from_utf8_lossy(&ended.stderr);
    ensure!(ended.status.success(), "{command:?} ended with {}:\n{said}", ended.status);
    std::fs::remove_file(&whole)?;
    Ok(String::from_utf8_lossy(&ended.stdout).into_owned())
}

/// Where the system's compiler has a file of the C or C++ library.
fn file(name: &str) -> Result<PathBuf> {
    let asked = Command::new("clang++-22").arg(format!("-print-file-name={name}")).output();
    let asked = asked.context("cannot start clang++-22")?;
    let path = PathBuf::from(String::from_utf8_lossy(&asked.stdout).trim());
    ensure!(path.is_file(), "{name} is not there");
    Ok(path)
}
