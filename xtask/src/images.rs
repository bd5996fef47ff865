//! Builds what is under `images/` to bitcode: the twelve modules, the larger programs, the language
//! model and the C library.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use bareflow_host::tools;
use serde_json::{Value, json};

use crate::shell;
use crate::stamp::Stamp;

/// The level of the modules that images carry; the others lie beside them for the tests.
const USUAL_LEVEL: &str = "2";
/// The levels that modules are built at, as `-C opt-level` takes them.
const LEVELS: [&str; 6] = ["0", "1", "2", "3", "s", "z"];
/// The levels that larger programs are built at.
const PROGRAM_LEVELS: [&str; 4] = ["0", "1", "2", "3"];

/// Makes, under `out`, `libc.bc`, `modules/NAME.bc` (from -O2), `modules/manifest.json` and
/// `modules/modules.json` (arguments and right answers), and `llm.bc`, the language model: what images
/// carry. Does nothing when neither the sources nor the compilers have changed.
///
/// # Errors
/// A compiler is missing or refuses a source; a file cannot be written.
pub fn build_usual(out: &Path) -> Result<()> {
    let sources = shell::workspace().join("images");
    let libc = out.join("libc.bc");
    up_to_date(out, "libc", &[&sources.join("libc")], &[&libc], || build_libc(&sources, &libc))?;
    let llm = out.join("llm.bc");
    up_to_date(out, "llm", &[&sources.join("llm")], &[&llm], || {
        build_llm(&sources.join("llm"), &llm)
    })?;
    let manifest = out.join("modules/manifest.json");
    up_to_date(out, "modules", &[&sources.join("modules")], &[&manifest], || {
        build_modules(&sources.join("modules"), &out.join("modules"))
    })
}

/// And `modules/O0` to `modules/Oz`, the modules at each level; the same of the larger programs under
/// `programs/`: what tests and measurements take.
///
/// # Errors
/// As [`build_usual`].
pub fn build(out: &Path) -> Result<()> {
    build_usual(out)?;
    let sources = shell::workspace().join("images");
    let (modules, last) = (out.join("modules"), out.join("modules/Oz"));
    up_to_date(out, "levels", &[&sources.join("modules")], &[&last], || {
        build_levels(&sources.join("modules"), &modules)
    })?;
    let programs = sources.join("programs");
    let inputs = [programs.as_path(), &sources.join("support"), &sources.join("reference")];
    let list = out.join("programs/programs.json");
    up_to_date(out, "programs", &inputs, &[&list], || {
        build_programs(&sources, &out.join("programs"))
    })
}

/// Runs `build` unless `made` come from these inputs and these compilers.
fn up_to_date(
    out: &Path,
    name: &str,
    inputs: &[&Path],
    made: &[&Path],
    build: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let mut stamp = Stamp::new(include_str!("images.rs"));
    for compiler in [rustc(), clang()] {
        stamp.compiler(compiler)?;
    }
    stamp.up_to_date(out, name, inputs, made, build)
}

/// The rustc that belongs to the cargo that runs us.
fn rustc() -> Command {
    Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
}

/// clang 22: it must read what rustc writes, to join the C part of the library to the Rust
/// part.
fn clang() -> Command {
    Command::new(tools::clang().unwrap_or_else(|| "clang-22".into()))
}

fn build_modules(sources: &Path, out: &Path) -> Result<()> {
    std::fs::create_dir_all(out)?;
    let mut entries = Vec::new();
    for (name, arg) in list_of_modules(sources)? {
        let (source, file) = (sources.join(format!("{name}.rs")), format!("{name}.bc"));
        compile_module(&source, USUAL_LEVEL, &out.join(&file))?;
        entries.push(json!({ "name": name, "files": [file], "entry": name, "arg": arg }));
    }
    std::fs::copy(sources.join("modules.json"), out.join("modules.json"))?;
    std::fs::write(out.join("manifest.json"), json!({ "modules": entries }).to_string() + "\n")?;
    Ok(())
}

fn build_levels(sources: &Path, out: &Path) -> Result<()> {
    for level in LEVELS {
        let folder = out.join(format!("O{level}"));
        std::fs::create_dir_all(&folder)?;
        for (name, _) in list_of_modules(sources)? {
            let source = sources.join(format!("{name}.rs"));
            compile_module(&source, level, &folder.join(format!("{name}.bc")))?;
        }
    }
    Ok(())
}

/// Names and arguments.
fn list_of_modules(sources: &Path) -> Result<Vec<(String, Value)>> {
    let list = read_json(&sources.join("modules.json"))?;
    let list = list["modules"].as_array().context("modules.json has no list of modules")?;
    let entry = |module: &Value| {
        let name = module["name"].as_str().context("a module in modules.json has no name")?;
        Ok((name.to_owned(), module["arg"].clone()))
    };
    list.iter().map(entry).collect()
}

/// One file of Rust to bitcode. Modules call nothing of `core` that is not inlined or
/// instantiated in them, so no linking is needed; the tests check that it stays so.
fn compile_module(source: &Path, level: &str, out: &Path) -> Result<()> {
    shell::run(
        rustc()
            .args(["--edition=2024", "--crate-type=lib", "-Cpanic=abort", "-Ccodegen-units=1"])
            .args(["-Cdebug-assertions=off", "-Coverflow-checks=off", "-Cforce-unwind-tables=no"])
            .arg(format!("-Copt-level={level}"))
            .arg(format!("--emit=llvm-bc={}", out.display()))
            .arg(source),
    )
}

fn build_programs(sources: &Path, out: &Path) -> Result<()> {
    let programs = sources.join("programs");
    let list = read_json(&programs.join("programs.json"))?;
    let list = list["programs"].as_array().context("programs.json has no list of programs")?;
    for level in PROGRAM_LEVELS {
        let folder = out.join(format!("O{level}"));
        std::fs::create_dir_all(&folder)?;
        let support = folder.join("libsupport.rlib");
        compile_support(&sources.join("support/lib.rs"), level, &support)?;
        for program in list {
            let text = |field: &str| {
                program[field].as_str().with_context(|| format!("a program has no {field}"))
            };
            let (source, name) = (programs.join(text("source")?), text("name")?);
            let file = folder.join(format!("{name}.bc"));
            if source.extension().is_some_and(|extension| extension == "rs") {
                compile_rust_program(&source, level, &support, &file)?;
            } else {
                compile_c_program(&source, level, &file)?;
            }
            if level == USUAL_LEVEL {
                std::fs::copy(&file, out.join(format!("{name}.bc")))?;
            }
        }
        std::fs::remove_file(support)?;
    }
    // Last: it says that everything is there.
    std::fs::copy(programs.join("programs.json"), out.join("programs.json"))?;
    Ok(())
}

/// What Rust programs without `std` stand on.
fn compile_support(source: &Path, level: &str, out: &Path) -> Result<()> {
    shell::run(
        rustc()
            .args(["--edition=2024", "--crate-type=rlib", "--crate-name=support"])
            .args(["-Cpanic=abort", "-Cforce-unwind-tables=no"])
            .arg(format!("-Copt-level={level}"))
            .arg("-o")
            .arg(out)
            .arg(source),
    )
}

/// A Rust program with all it uses of `core` and `alloc`, which fat link-time optimisation puts
/// into one module; that takes place only when something is linked.
fn compile_rust_program(source: &Path, level: &str, support: &Path, out: &Path) -> Result<()> {
    let library = out.with_extension("a");
    shell::run(
        rustc()
            .args(["--edition=2024", "--crate-type=staticlib", "-Cpanic=abort"])
            .args(["-Clto=fat", "-Ccodegen-units=1", "-Cforce-unwind-tables=no"])
            .arg(format!("-Copt-level={level}"))
            .arg(format!("--emit=llvm-bc={},link={}", out.display(), library.display()))
            .arg(format!("--extern=support={}", support.display()))
            .arg(source),
    )?;
    Ok(std::fs::remove_file(library)?)
}

/// How loops over the sixteen lanes of the language model become vectors of sixteen, in LLVM's own form that
/// no machine is named in: each compiler makes of it what its machine has. Loops of sixteen rounds are
/// not unrolled before, others that would have to compare addresses stay as they are, and what is not marked
/// as inline is not, unless it is small.
const SIXTEEN_LANES: [&str; 5] = [
    "-force-vector-width=16",
    "-unroll-full-max-count=15",
    "-runtime-memory-check-threshold=0",
    "-unroll-runtime=false",
    "-inline-threshold=30",
];

/// The language model. It stands on host calls alone. Its kernels are made fast, all else small; what a function is
/// to be stays with it when all is optimised together.
fn build_llm(sources: &Path, out: &Path) -> Result<()> {
    let folder = out.with_extension("parts");
    std::fs::create_dir_all(&folder)?;
    let built = (|| {
        let run = |name: &str, kind: &str, source: &str, rest: &[&str]| {
            let mut rustc = rustc();
            rustc
                .args(["--edition=2024", "-Cpanic=abort", "-Ccodegen-units=1", "-Dwarnings"])
                .args(["-Cforce-unwind-tables=no", "-Coverflow-checks=off"])
                .args(SIXTEEN_LANES.map(|option| format!("-Cllvm-args={option}")))
                .arg(format!("--crate-name={name}"))
                .arg(format!("--crate-type={kind}"))
                .args(rest)
                .arg("-L")
                .arg(&folder)
                .arg(sources.join(source));
            // LLVM remarks on every loop that it has not made vectors of, though asked to.
            shell::run_silently(&mut rustc)
        };
        let to = |name: &str| format!("-o{}", folder.join(name).display());
        run("kernels", "rlib", "kernels/lib.rs", &["-Copt-level=2", &to("libkernels.rlib")])?;
        run("llm", "rlib", "main.rs", &["-Copt-level=z", "--extern=kernels", &to("libllm.rlib")])?;
        let library = folder.join("whole.a");
        let emit = format!("--emit=llvm-bc={},link={}", out.display(), library.display());
        run(
            "llm_whole",
            "staticlib",
            "whole.rs",
            &["-Copt-level=2", "-Clto=fat", "--extern=llm", &emit],
        )
    })();
    std::fs::remove_dir_all(&folder)?;
    built
}

/// A C program of one file.
fn compile_c_program(source: &Path, level: &str, out: &Path) -> Result<()> {
    shell::run(
        clang()
            .args(["-emit-llvm", "-c", "-Wall", "-Wextra", "-Werror"])
            .args(["-ffp-contract=off", "-fno-math-errno"])
            .arg(format!("-O{level}"))
            .arg(source)
            .arg("-o")
            .arg(out),
    )
}

/// Parts of the C library in C, `variadic` apart, to which the others are joined.
const LIBC_IN_C: &[&str] = &[
    "x86",
    "x86_texts",
    "threads",
    "openmp",
    "signal_names",
    "system",
    "long_double",
    "quad",
    "complex",
    "alone",
    "unwinding",
    "locale",
    "wide_streams",
];
/// Those whose functions take vectors of 32 bytes.
const LIBC_FOR_X86: &[&str] = &["x86_wide", "x86_lanes", "x86_secrets"];
/// Such vectors are passed in registers, as the intrinsics are declared: without these they would be in memory.
const WIDE_VECTORS: [&str; 2] = ["-mavx2", "-mfma"];

/// The Rust part, with all it uses of other crates, then the C parts joined to it by clang.
fn build_libc(sources: &Path, out: &Path) -> Result<()> {
    let target = sources.join("target");
    let rust = target.join("libc-rust.bc");
    shell::run_cargo(
        shell::cargo()
            .args(["rustc", "--release", "--locked", "--lib", "--manifest-path"])
            .arg(sources.join("libc/Cargo.toml"))
            .arg("--target-dir")
            .arg(&target)
            .args(["--", "-Cforce-unwind-tables=no"])
            .arg(format!("--emit=llvm-bc={},link", rust.display()))
            // Workspace-wide flags of whoever runs us must not reach the program's code.
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS"),
        "the C library",
    )?;
    ensure!(rust.exists(), "cargo made no {}", rust.display());
    let mut whole = libc_clang();
    let mut add = |part: &Path| {
        whole.args(["-Xclang", "-mlink-bitcode-file", "-Xclang"]).arg(part);
    };
    add(&rust);
    for (names, flags) in [(LIBC_IN_C, &[][..]), (LIBC_FOR_X86, &WIDE_VECTORS[..])] {
        for name in names {
            let part = target.join(format!("libc-{name}.bc"));
            let source = sources.join(format!("libc/c/{name}.c"));
            shell::run(libc_clang().args(flags).arg(source).arg("-o").arg(&part))?;
            add(&part);
        }
    }
    shell::run(whole.arg(sources.join("libc/c/variadic.c")).arg("-o").arg(out))
}

/// clang as it compiles the C part of the library to bitcode.
fn libc_clang() -> Command {
    let mut clang = clang();
    clang
        .args(["--target=x86_64-unknown-linux-gnu", "-O2", "-emit-llvm", "-c", "-std=c17"])
        .args(["-Wall", "-Wextra", "-Werror"])
        .args(["-fno-builtin", "-fno-math-errno", "-ffp-contract=off", "-fno-stack-protector"])
        .args(["-fno-asynchronous-unwind-tables", "-fvisibility=default", "-fno-pic"]);
    clang
}

fn read_json(file: &Path) -> Result<Value> {
    let text = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{}", file.display()))
}
