//! The programs under `tests/programs`, each run natively and by `bareflow run`.
//!
//! A C program is a file or a folder of files, a C++ program a file, a Rust program a file (one under `std` uses
//! Rust's standard library as it is, one under `rust` only what is below it), and so is one in LLVM's text form,
//! for what no compiler can be made to write. C++ programs are there where the C++ library is built (`cargo xtask
//! build cxx`); natively they use the system's, which is another one. Comments in the first lines of its (first) file
//! may say `flags: ...` (for the compiler), `bitcode: ...` (only where it makes bitcode), `clang: N`
//! (the oldest that knows the language it uses), `disk: FOLDER` (a folder beside it that the program
//! reads files of, and beside which it may write others), `refused: WHY` (what compilers cannot do of it) and
//! `dies: OF WHAT` (it ends with a fault, and a machine that runs several programs with it).

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;
use std::time::Duration;

use serde_json::Value;

use crate::compile::{self, Recipe, text};
use crate::place;
use crate::process::{self, Ended};

/// One program.
#[derive(Clone, Debug)]
pub struct Program {
    /// `c/NAME`, `cxx/NAME`, `ir/NAME`, `rust/NAME`, `std/NAME` or `threads/NAME`.
    pub name: String,
    sources: Vec<PathBuf>,
    headers: Vec<PathBuf>,
    flags: Vec<String>,
    bitcode_flags: Vec<String>,
    /// The oldest clang that knows what it uses.
    pub clang: u32,
    disk: Option<String>,
    /// What compilers may refuse to compile, in their words.
    refused: Vec<String>,
    /// Whether it ends with a fault.
    pub dies: bool,
}

/// Ample for the slowest program on the slowest level.
const PATIENCE: Duration = Duration::from_secs(120);

fn folder() -> PathBuf {
    place::workspace().join("tests/programs")
}

fn listed(folder: &Path) -> Vec<PathBuf> {
    let list = std::fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<PathBuf> = list.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|e| e == extension)
}

/// Whether programs can run at an engine level here: those of LLVM need the resident compiler, which needs LLVM's
/// archives to be built; without it that is said.
pub fn can_run_at(engine: &str) -> bool {
    let there = || place::artefacts().is_ok_and(|folder| folder.join("compilers/llvm").is_file());
    let can = !engine.starts_with("llvm") || there();
    if !can {
        eprintln!("not tested: target/bareflow/compilers/llvm is not built");
    }
    can
}

/// The C++ library, if it is built; that it is not is said once.
pub fn cxx_library() -> Option<PathBuf> {
    static SAID: Once = Once::new();
    let file = place::artefacts().ok()?.join("libcxx.bc");
    if !file.is_file() {
        SAID.call_once(|| {
            eprintln!("C++ is not tested: `cargo xtask build cxx` makes its library")
        });
    }
    file.is_file().then_some(file)
}

/// All programs of one thread, sorted by name.
pub fn all() -> Vec<Program> {
    let languages = ["c", "cxx", "ir", "rust"];
    of(if cxx_library().is_some() { &languages } else { &["c", "ir", "rust"] })
}

/// All programs of several threads.
pub fn threaded() -> Vec<Program> {
    of(&["std", "threads"])
}

fn of(folders: &[&str]) -> Vec<Program> {
    let mut programs = Vec::new();
    for language in folders {
        for path in listed(&folder().join(language)) {
            let files = if path.is_dir() { listed(&path) } else { vec![path.clone()] };
            let (headers, sources): (Vec<_>, Vec<_>) =
                files.into_iter().partition(|file| has_extension(file, "h"));
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            let mut program = Program {
                name: format!("{language}/{stem}"),
                sources,
                headers,
                flags: Vec::new(),
                bitcode_flags: Vec::new(),
                // Its library's headers ask for a compiler as new as they are.
                clang: if *language == "cxx" { 22 } else { 14 },
                disk: None,
                refused: Vec::new(),
                dies: false,
            };
            program.read_comments();
            programs.push(program);
        }
    }
    programs
}

/// What every program may read from its standard input.
#[must_use]
pub fn input() -> Vec<u8> {
    std::fs::read(folder().join("data/input.txt")).unwrap_or_default()
}

impl Program {
    fn read_comments(&mut self) {
        for source in &self.sources {
            let whole = std::fs::read_to_string(source).unwrap_or_default();
            for line in
                whole.lines().take_while(|line| line.starts_with("//") || line.starts_with(';'))
            {
                let text = line.trim_start_matches(['/', ';']);
                let Some((key, value)) = text.split_once(':') else {
                    continue;
                };
                match key.trim() {
                    "flags" => self.flags = value.split_whitespace().map(Into::into).collect(),
                    "bitcode" => {
                        self.bitcode_flags = value.split_whitespace().map(Into::into).collect();
                    }
                    "clang" => self.clang = value.trim().parse().unwrap_or(self.clang),
                    "disk" => self.disk = Some(value.trim().into()),
                    "refused" => self.refused.push(value.trim().into()),
                    "dies" => self.dies = true,
                    _ => {}
                }
            }
        }
    }

    /// Whether it is written in C++.
    pub fn is_cxx(&self) -> bool {
        self.name.starts_with("cxx/")
    }

    /// Whether it is written in Rust, without its standard library.
    pub fn is_rust(&self) -> bool {
        !self.is_on_std() && self.sources.iter().any(|source| has_extension(source, "rs"))
    }

    /// Whether it is written in Rust, on its standard library.
    fn is_on_std(&self) -> bool {
        self.name.starts_with("std/")
    }

    /// Whether it reads standard input or files.
    pub fn reads(&self) -> bool {
        const SIGNS: [&str; 5] = ["stdin)", "getchar(", " scanf(", "fgets(", "read_line"];
        let reads = |source: &PathBuf| {
            let text = std::fs::read_to_string(source).unwrap_or_default();
            SIGNS.iter().any(|sign| text.contains(sign))
        };
        self.disk.is_some() || self.sources.iter().any(reads)
    }

    fn inputs(&self, more: &[&Path]) -> Vec<PathBuf> {
        let own = self.sources.iter().chain(&self.headers).cloned();
        own.chain(more.iter().map(|path| path.to_path_buf())).collect()
    }

    /// Compiled to an ordinary program on the system's libraries.
    ///
    /// # Errors
    /// What the compiler said.
    pub fn native(&self) -> Result<PathBuf, String> {
        let mut args = self.flags.clone();
        if self.is_on_std() {
            args.extend(["--edition=2024", self.panic(), "-Copt-level=1"].map(Into::into));
            args.extend(["-Coverflow-checks=on", "-o", "{out}"].map(Into::into));
            args.extend(self.sources.iter().map(|source| text(source)));
            let inputs = self.inputs(&[]);
            return compile::make(&Recipe { compiler: "rustc", args, inputs, suffix: "native" });
        }
        if self.is_rust() {
            let support = compile::support(true)?;
            args.extend(["--edition=2024", "-Cpanic=abort", "-Copt-level=1"].map(Into::into));
            args.extend(["-Coverflow-checks=on", "-o", "{out}", "--extern"].map(Into::into));
            args.push(format!("support={}", text(&support)));
            args.extend(self.sources.iter().map(|source| text(source)));
            let inputs = self.inputs(&[&support]);
            return compile::make(&Recipe { compiler: "rustc", args, inputs, suffix: "native" });
        }
        args.extend([self.standard(), "-w", "-O1", "-o", "{out}"].map(Into::into));
        args.extend(self.sources.iter().map(|source| text(source)));
        args.push("-lm".into());
        let inputs = self.inputs(&[]);
        let compiler = if self.is_cxx() { "clang++-22" } else { "clang-22" };
        compile::make(&Recipe { compiler, args, inputs, suffix: "native" })
    }

    /// What a panic does, unless the program's own flags say.
    fn panic(&self) -> &'static str {
        let unwinds = self.flags.iter().any(|flag| flag == "-Cpanic=unwind");
        if unwinds { "-Cpanic=unwind" } else { "-Cpanic=abort" }
    }

    /// The standard that it is compiled by, unless its own flags name one.
    fn standard(&self) -> &str {
        let own = self.flags.iter().find(|flag| flag.starts_with("-std="));
        own.map_or(if self.is_cxx() { "-std=c++23" } else { "-std=gnu2x" }, String::as_str)
    }

    /// Compiled to bitcode at -O`level`, a C program by `clang`.
    ///
    /// # Errors
    /// What the compiler said.
    pub fn bitcode(&self, level: u8, clang: u32) -> Result<Vec<PathBuf>, String> {
        if self.is_on_std() {
            return Ok(Vec::from([self.std_bitcode(level)?]));
        }
        if self.is_rust() {
            return Ok(vec![self.rust_bitcode(level)?]);
        }
        let compiler = format!("clang{}-{clang}", if self.is_cxx() { "++" } else { "" });
        let headers = cxx_library().filter(|_| self.is_cxx());
        let headers =
            headers.map(|library| format!("@{}", text(&library.with_file_name("cxx/flags"))));
        let one = |source: &PathBuf| {
            let mut args = [&self.flags[..], &self.bitcode_flags].concat();
            args.extend([self.standard(), "-w", "-c", "-emit-llvm"].map(Into::into));
            args.extend(headers.clone());
            args.extend([format!("-O{level}"), "-o".into(), "{out}".into(), text(source)]);
            let inputs = std::iter::once(source).chain(&self.headers).cloned().collect();
            compile::make(&Recipe { compiler: &compiler, args, inputs, suffix: "bc" })
        };
        self.sources.iter().map(one).collect()
    }

    /// With all it uses of the standard library.
    fn std_bitcode(&self, level: u8) -> Result<PathBuf, String> {
        let mut args = self.flags.clone();
        args.extend(["--edition=2024", self.panic(), "-Coverflow-checks=on"].map(Into::into));
        args.extend(["-Clto=fat", "-Ccodegen-units=1"].map(Into::into));
        args.push(format!("-Copt-level={level}"));
        args.push("--emit=llvm-bc={out},link={out}.native".into());
        args.extend(self.sources.iter().map(|source| text(source)));
        let inputs = self.inputs(&[]);
        compile::make(&Recipe { compiler: "rustc", args, inputs, suffix: "bc" })
    }

    /// With all it uses of `core` and `alloc`: link-time optimisation puts that into one
    /// module.
    fn rust_bitcode(&self, level: u8) -> Result<PathBuf, String> {
        let support = compile::support(false)?;
        let mut args = self.flags.clone();
        args.extend(["--edition=2024", "--crate-type=staticlib", "-Cpanic=abort"].map(Into::into));
        args.extend(["-Coverflow-checks=on", "-Clto=fat", "-Ccodegen-units=1"].map(Into::into));
        args.extend(["-Cforce-unwind-tables=no".into(), format!("-Copt-level={level}")]);
        args.push("--emit=llvm-bc={out},link={out}.a".into());
        args.extend(["--extern".into(), format!("support={}", text(&support))]);
        args.extend(self.sources.iter().map(|source| text(source)));
        let inputs = self.inputs(&[&support]);
        compile::make(&Recipe { compiler: "rustc", args, inputs, suffix: "bc" })
    }

    /// Files that it reads, by their paths on a disk, and where they lie here.
    #[must_use]
    pub fn disk_files(&self) -> Vec<(String, PathBuf)> {
        let Some(disk) = &self.disk else { return Vec::new() };
        let named = |path: PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            (format!("{disk}/{name}"), path)
        };
        listed(&folder().join(disk)).into_iter().map(named).collect()
    }

    /// Runs the native form.
    ///
    /// # Errors
    /// What the compiler said, or that it does not end.
    pub fn run_native(&self) -> Result<Ended, String> {
        let mut command = Command::new(self.native()?);
        let disk = self.disk.as_ref().map(|name| self.disk_with(name)).transpose()?;
        let place = disk.as_ref().map_or_else(folder, |disk| disk.path().into());
        process::run(command.current_dir(place), &input(), PATIENCE)
    }

    /// Runs bitcode by `bareflow run` at an engine level; `llvm` is O3 with LLVM for it, and `llvm
    /// rising` lets functions and loops rise into what LLVM makes.
    ///
    /// # Errors
    /// The tool refused it, or it does not end.
    pub fn run_bitcode(&self, bitcode: &[PathBuf], engine: &str) -> Result<Ended, String> {
        self.run_bitcode_on(1, bitcode, engine)
    }

    /// The same on several processors.
    ///
    /// # Errors
    /// As for one.
    pub fn run_bitcode_on(
        &self,
        processors: u32,
        bitcode: &[PathBuf],
        engine: &str,
    ) -> Result<Ended, String> {
        let mut command = Command::new(place::tool("bareflow")?);
        let (level, compilers) = match engine {
            "llvm" => ("O3", "O3=llvm"),
            "llvm rising" => ("auto", "O2=llvm,O3=llvm"),
            level => (level, ""),
        };
        command.args(["run", "--level", level]).args(bitcode);
        // A process that dies tells nothing more.
        if !self.dies {
            command.arg("--json");
        }
        command.args(["--smp", &processors.to_string()]);
        if !compilers.is_empty() {
            command.args(["--compilers", compilers]);
        }
        if level == "auto" {
            // Low, so that functions and loops change while they run.
            command.args(["--thresholds", "3,10,40"]);
        }
        command.env("BAREFLOW_ARTEFACTS", place::artefacts()?);
        let disk = self.disk.as_ref().map(|name| self.disk_with(name)).transpose()?;
        if let Some(disk) = &disk {
            command.arg("--disk").arg(disk.path());
        }
        let ended = process::run(&mut command, &input(), PATIENCE)?;
        if self.dies {
            return Ok(ended);
        }
        let line = String::from_utf8_lossy(&ended.out);
        let said = || {
            format!(
                "{command:?} ended with {}: {}",
                ended.status,
                String::from_utf8_lossy(&ended.err)
            )
        };
        let report: Value = serde_json::from_str(line.trim()).map_err(|_| said())?;
        let (Some(status), Some(output)) = (report["exit"].as_i64(), report["output"].as_str())
        else {
            return Err(said());
        };
        // Where LLVM fails the built-in compiler steps in, so no output shows it.
        let words = String::from_utf8_lossy(&ended.err);
        let failed =
            |line: &&str| line.contains("llvm: ") && line.contains("the compiler failed: ");
        if let Some(line) = words.lines().find(failed) {
            return Err(line.to_owned());
        }
        // What a compiler refuses is interpreted, so no output shows it.
        let refused = report["functions"].as_array().into_iter().flatten();
        let mut refused = refused.filter_map(|function| function["refused"].as_str());
        if let Some(why) = refused.find(|why| !self.refused.iter().any(|known| why.contains(known)))
        {
            return Err(format!("not compiled: {why}"));
        }
        let err = report["stopped"].as_str().unwrap_or_default().as_bytes().to_vec();
        Ok(Ended { status: status as i32, out: output.into(), err })
    }

    /// A folder to be the machine's disk, since a snapshot is saved on it, and what the program writes.
    fn disk_with(&self, name: &str) -> Result<tempfile::TempDir, String> {
        let disk = tempfile::tempdir().map_err(|e| e.to_string())?;
        let to = disk.path().join(name);
        std::fs::create_dir(&to).map_err(|e| e.to_string())?;
        for file in listed(&folder().join(name)) {
            let copy = to.join(file.file_name().unwrap_or_default());
            std::fs::copy(&file, copy).map_err(|e| e.to_string())?;
        }
        Ok(disk)
    }

    /// Compares a run with the native one.
    ///
    /// # Errors
    /// The first difference.
    pub fn compare(&self, native: &Ended, other: &Ended) -> Result<(), String> {
        let wanted = String::from_utf8_lossy(&native.out);
        let got = String::from_utf8_lossy(&other.out);
        // The report has both streams in one; what goes to standard error comes last.
        let same = if native.err.is_empty() { got == wanted } else { got.starts_with(&*wanted) };
        if !same {
            let mut lines = wanted.lines().zip(got.lines()).enumerate();
            let different = lines.find(|(_, (a, b))| a != b);
            let place = different.map_or_else(
                || format!("{} bytes, not {}", got.len(), wanted.len()),
                |(n, (a, b))| format!("line {}: {b:?}, not {a:?}", n + 1),
            );
            return Err(format!(
                "output differs: {place}; {}",
                String::from_utf8_lossy(&other.err)
            ));
        }
        if native.status != other.status {
            let why = String::from_utf8_lossy(&other.err);
            return Err(format!("exit status {}, not {}; {why}", other.status, native.status));
        }
        Ok(())
    }
}
