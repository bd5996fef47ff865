//! Builds the resident compiler: LLVM's static archives behind a small program of our own, without
//! what it has no use for, packed.
//!
//! The program is linked twice: once to find which members of the archives it takes ([`archive`]), and
//! again with those, of which what `compilers/llvm/trim` says was taken out ([`rules`], [`trim`]).

mod archive;
mod link;
mod rules;
mod sizes;
mod trim;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use anyhow::{Context, Result};

use crate::shell;
use crate::stamp::Stamp;
use link::LLVM;

/// How the program is compiled: as LLVM itself was, and so that the linker can leave out whatever
/// nothing leads to. It lies far from address 0, so addresses are relative.
const COMPILE: [&str; 18] = [
    "-O2",
    "-std=c++17",
    "-fno-exceptions",
    "-fno-rtti",
    "-ffunction-sections",
    "-fdata-sections",
    "-fno-asynchronous-unwind-tables",
    "-fno-unwind-tables",
    "-fPIE",
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

/// Makes `compilers/llvm` under `out`, and says how large it is. Where LLVM's archives are not there,
/// says so and does nothing: everything else works without it.
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
    let folder = shell::workspace().join("compilers/llvm");
    let (sources, rules) = (folder.join("src"), folder.join("trim"));
    let made = out.join("compilers/llvm");
    let work = shell::workspace().join("target/compilers/llvm");
    let said = work.join("sizes.txt");
    let by = [
        include_str!("mod.rs"),
        include_str!("archive.rs"),
        include_str!("link.rs"),
        include_str!("rules.rs"),
        include_str!("trim.rs"),
        include_str!("sizes.rs"),
        include_str!("../../../compilers/packed/src/pack.rs"),
    ];
    let mut stamp = Stamp::new(&by.concat());
    stamp.compiler(Command::new("clang++-22"))?;
    stamp.up_to_date(out, "compilers", &[&sources, &rules], &[&made, &said], || {
        std::fs::create_dir_all(&work)?;
        std::fs::create_dir_all(out.join("compilers"))?;
        let objects = compile(&sources, &work)?;
        let program = link::link(&objects, &rules, &work)?;
        let elf = std::fs::read(&program)?;
        let packed = bareflow_packed::pack(&elf).context("it cannot be packed")?;
        std::fs::write(&said, sizes::of(&elf, &packed, &work.join("map"))?)?;
        // It appears whole or not at all.
        let part = made.with_extension("part");
        std::fs::write(&part, packed)?;
        std::fs::rename(&part, &made).with_context(|| format!("cannot make {}", made.display()))
    })?;
    print!("{}", std::fs::read_to_string(&said)?);
    Ok(())
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
