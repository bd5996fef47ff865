//! Linked programs as bitcode: LLVM accepts all of it, it reads back as the same IR, and run by
//! LLVM's own interpreter of bitcode, a just-in-time compiler, the programs do what they do natively.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use bareflow_bitcode::{read, write::write};
use bareflow_program::{Library, Part, load};
use bareflow_tests::compile::{Recipe, make, text};
use bareflow_tests::parallel::in_parallel;
use bareflow_tests::program::{self, Program};
use bareflow_tests::{artefact, place, process};

/// The C library, and the C++ library for programs in C++.
fn library(cxx: bool) -> Library {
    let files: &[&str] = if cxx { &["libc.bc", "libcxx.bc"] } else { &["libc.bc"] };
    let part = |file: &&str| {
        let bytes = std::fs::read(artefact(file)).expect("the library");
        Part { file: (*file).into(), bytes }
    };
    Library::read(files.iter().map(part).collect()).expect("it can be read")
}

/// Links the one program in `files` and writes it into `folder`, having checked that it reads back
/// as it was and that LLVM verifies it.
fn written(
    files: &[PathBuf],
    entry: Option<&String>,
    arg: Option<u64>,
    library: &Library,
    folder: &Path,
) -> Result<PathBuf, String> {
    let mut sources = bareflow::sources::programs(files, entry, arg).map_err(|e| e.to_string())?;
    let program = load(&sources.remove(0), library).map_err(|error| error.to_string())?;
    // What is said to be plain before it is decoded is not refused when it is.
    let glances =
        bareflow_interp::glances(&program.module).map_err(|refused| format!("{refused:?}"))?;
    if glances == 0 {
        return Err("none of its functions is plain".into());
    }
    let bytes = write(&program.module, None).map_err(|error| error.to_string())?;
    let back = read(&bytes).map_err(|error| error.to_string())?;
    let (wanted, found) = (program.module.to_string(), back.to_string());
    if wanted != found {
        let differs = wanted.lines().zip(found.lines()).find(|(wanted, found)| wanted != found);
        return Err(format!("it reads back as something else: {differs:?}"));
    }
    let file = folder.join("whole.bc");
    std::fs::write(&file, bytes).map_err(|error| error.to_string())?;
    let mut verify = Command::new("opt-22");
    verify.args(["-passes=verify", "-disable-output"]).arg(&file);
    let ended = process::run(&mut verify, b"", Duration::from_secs(60))?;
    match ended.status {
        0 => Ok(file),
        _ => Err(String::from_utf8_lossy(&ended.err).into_owned()),
    }
}

#[test]
fn every_program_reads_back_and_is_verified() {
    let all = program::all().into_iter().enumerate();
    let suits = |program: &Program| !NOT_YET.contains(&program.name.as_str());
    let all = all.filter(|(_, program)| suits(program));
    let each: Vec<_> = all.map(|(at, program)| (at % 4, program)).collect();
    assert!(each.len() > 50);
    in_parallel(each, |(level, program)| {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        // A part of them by the oldest compiler that can.
        let old = level == 1 && !LIFETIMES.contains(&program.name.as_str());
        let clang = if old { program.clang } else { 22 };
        let files = program.bitcode(level as u8, clang)?;
        let what = |error| format!("{} -O{level} by clang {clang}: {error}", program.name);
        let library = library(program.is_cxx());
        written(&files, None, None, &library, folder.path()).map(drop).map_err(what)
    });
}

#[test]
fn modules_and_larger_programs_read_back_and_are_verified() {
    let artefacts = place::artefacts().expect("they are built");
    let mut files = Vec::new();
    for folder in ["modules", "programs"] {
        for level in ["O0", "O1", "O2", "O3"] {
            let list = std::fs::read_dir(artefacts.join(folder).join(level)).expect("a folder");
            files.extend(list.map(|entry| entry.expect("an entry").path()));
        }
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "bc"));
    assert!(files.len() > 60);
    in_parallel(files, |file| {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let entry = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let what = |error| format!("{}: {error}", file.display());
        let files = std::slice::from_ref(&file);
        written(files, Some(&entry), Some(1), &library(false), folder.path())
            .map(drop)
            .map_err(what)
    });
}

/// The host calls, and the function at which lli starts.
fn hosts() -> Result<PathBuf, String> {
    let folder = place::workspace().join("tests/native");
    let source = folder.join("lli.c");
    let args = ["-O1", "-w", "-c", "-emit-llvm", "-fno-builtin", "-o", "{out}"];
    let mut args: Vec<String> = args.map(Into::into).into();
    args.push(text(&source));
    let inputs = vec![source, folder.join("shim.c")];
    make(&Recipe { compiler: "clang-22", args, inputs, suffix: "bc" })
}

/// Programs that the writer has not all words for yet: sections' ends, indirect functions, the static
/// chain among halves, places of a thread's variables that are computed.
const NOT_YET: [&str; 5] = ["c/half", "c/indirect", "c/passing", "c/sections", "cxx/threads"];

/// Those of which not what older clangs make: they say of lifetimes how long variables are, and the C library of
/// clang 22 does not.
const LIFETIMES: [&str; 3] = ["c/quad", "c/vectors", "c/wide_intrinsics"];

/// Programs that lli runs in another way: it has an `atexit` of its own, and hands halves to library
/// functions in other registers.
const NOT_BY_LLI: [&str; 7] =
    ["c/abort", "c/avx", "c/constructors", "c/exit_code", "c/half", "c/quad", "cxx/classes"];

#[test]
fn llvm_runs_what_is_linked_as_the_system_runs_the_source() {
    let hosts = hosts().expect("the host calls compile");
    let suits = |program: &Program| {
        let name = program.name.as_str();
        let known = !NOT_BY_LLI.contains(&name) && !NOT_YET.contains(&name);
        known && !program.reads()
    };
    in_parallel(program::all().into_iter().filter(suits).collect(), |program| {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let what = |error| format!("{}: {error}", program.name);
        let file = folder.path().join("whole.bc");
        let mut link = Command::new(place::tool("bareflow")?);
        link.arg("link").args(program.bitcode(1, 22)?).arg("-o").arg(&file);
        link.env("BAREFLOW_ARTEFACTS", place::artefacts()?);
        let linked = process::run(&mut link, b"", Duration::from_secs(60)).map_err(what)?;
        if linked.status != 0 {
            return Err(what(String::from_utf8_lossy(&linked.err).into_owned()));
        }
        let mut lli = Command::new("lli-22");
        lli.arg("--entry-function=bf_lli").arg("--extra-module").arg(&hosts).arg(&file);
        let found =
            process::run(&mut lli, &program::input(), Duration::from_secs(60)).map_err(what)?;
        program.compare(&program.run_native()?, &found).map_err(what)
    });
}
