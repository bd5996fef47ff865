//! Builds the resident compiler: LLVM's static archives behind a small program of our own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use anyhow::{Context, Result, ensure};

use crate::shell;
use crate::stamp::Stamp;

/// Where Debian has LLVM 22.
const LLVM: &str = "/usr/lib/llvm-22";

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

/// How the program is compiled: as LLVM itself was, and so that the linker can leave out whatever
/// nothing leads to.
const COMPILE: [&str; 17] = [
    "-O2",
    "-std=c++17",
    "-fno-exceptions",
    "-fno-rtti",
    "-ffunction-sections",
    "-fdata-sections",
    "-fno-asynchronous-unwind-tables",
    "-fno-pic",
    "-fvisibility=hidden",
    "-fvisibility-inlines-hidden",
    "-D_GNU_SOURCE",
    "-D__STDC_CONSTANT_MACROS",
    "-D__STDC_FORMAT_MACROS",
    "-D__STDC_LIMIT_MACROS",
    "-Wall",
    "-Wextra",
    "-Wno-unused-parameter",
];

/// How it is linked: fully static, one of several equal functions, nothing that is not reached.
const LINK: [&str; 4] = [
    "-static",
    "-fuse-ld=lld",
    "-no-pie",
    "-Wl,--gc-sections,--icf=all,-O2,--build-id=none,-z,norelro,-z,noseparate-code,--strip-all",
];

/// Makes `compilers/llvm` under `out`. Where LLVM's archives are not there, says so and does
/// nothing: everything else works without it.
///
/// # Errors
/// It does not compile or link.
pub fn build(out: &Path) -> Result<()> {
    if !Path::new(LLVM).join("lib/libLLVMX86CodeGen.a").exists() {
        eprintln!(
            "compilers/llvm is not built, since LLVM's archives are not here (the package \
             llvm-22-dev): functions are compiled by the built-in compiler alone"
        );
        return Ok(());
    }
    let sources = shell::workspace().join("compilers/llvm/src");
    let made = out.join("compilers/llvm");
    let mut stamp = Stamp::new(include_str!("compilers.rs"));
    stamp.compiler(Command::new("clang++-22"))?;
    stamp.up_to_date(out, "compilers", &[&sources], &[&made], || {
        let objects = shell::workspace().join("target/compilers/llvm");
        std::fs::create_dir_all(&objects)?;
        std::fs::create_dir_all(out.join("compilers"))?;
        link(&compile(&sources, &objects)?, &made)
    })
}

/// Compiles all sources, two at a time; gives their objects.
fn compile(sources: &Path, objects: &Path) -> Result<Vec<PathBuf>> {
    let list = std::fs::read_dir(sources).with_context(|| format!("{}", sources.display()))?;
    let mut files = Vec::new();
    for entry in list {
        let source = entry?.path();
        if source.extension().is_some_and(|extension| extension == "cpp") {
            let name = source.file_stem().unwrap_or_default();
            let object = objects.join(name).with_extension("o");
            files.push((source, object));
        }
    }
    files.sort();
    let made: Vec<PathBuf> = files.iter().map(|(_, object)| object.clone()).collect();
    let queue = Mutex::new(files);
    let work = || -> Result<()> {
        loop {
            let next = queue.lock().ok().and_then(|mut queue| queue.pop());
            let Some((source, object)) = next else { return Ok(()) };
            let mut command = Command::new("clang++-22");
            command.args(COMPILE).arg(format!("-I{LLVM}/include")).arg("-c").arg(source);
            shell::run(command.arg("-o").arg(object))?;
        }
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(work);
        work()?;
        other.join().unwrap_or_else(|_| anyhow::bail!("a thread panicked"))
    })?;
    Ok(made)
}

fn link(objects: &[PathBuf], to: &Path) -> Result<()> {
    let config = Command::new("llvm-config-22")
        .args(["--link-static", "--libs"])
        .args(COMPONENTS)
        .output()
        .context("cannot start llvm-config-22")?;
    ensure!(config.status.success(), "llvm-config-22 names no libraries");
    let libraries = String::from_utf8_lossy(&config.stdout).into_owned();
    // It appears whole or not at all.
    let part = to.with_extension("part");
    let mut command = Command::new("clang++-22");
    command.args(LINK).arg("-o").arg(&part).args(objects).arg(format!("-L{LLVM}/lib"));
    command.arg("-Wl,--start-group").args(libraries.split_whitespace()).arg("-Wl,--end-group");
    shell::run(command.args(["-lz", "-lzstd", "-lm"]))?;
    std::fs::rename(&part, to).with_context(|| format!("cannot make {}", to.display()))
}
