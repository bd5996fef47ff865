//! LLVM as a compiler of the engine: what it makes does what the source does natively, whichever
//! level it serves, and a compiler that fails harms no program.
//!
//! Without the resident compiler (`cargo xtask build compilers`, which needs LLVM's archives) there
//! is nothing to test, and the tests say so.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use bareflow_tests::parallel::in_parallel;
use bareflow_tests::program::{self, Program};
use bareflow_tests::{place, process};
use serde_json::Value;

/// Whether there is a resident compiler.
fn is_there() -> bool {
    let there = place::artefacts().is_ok_and(|folder| folder.join("compilers/llvm").is_file());
    if !there {
        eprintln!("not tested: target/bareflow/compilers/llvm is not built");
    }
    there
}

fn check(program: &Program, level: u8, engine: &str) -> Result<(), String> {
    let what = |error| format!("{} -O{level} on {engine}: {error}", program.name);
    let bitcode = program.bitcode(level, 22)?;
    let native = program.run_native()?;
    let ended = match program.run_bitcode(&bitcode, engine) {
        // What no compiler takes over, each says by name; here it is what runs that counts.
        Err(why) if why.starts_with("not compiled: ") => return Ok(()),
        ended => ended.map_err(what)?,
    };
    program.compare(&native, &ended).map_err(what)
}

/// The programs but those in C++, which have a thousand functions each, fifteen seconds of compiling: of
/// them there is one.
fn programs() -> Vec<Program> {
    let all = program::all().into_iter();
    all.filter(|program| !program.is_cxx() || program.name == "cxx/noexcept").collect()
}

#[test]
fn programs_compiled_by_llvm_do_what_the_source_does() {
    if is_there() {
        let each = programs().into_iter().enumerate().collect();
        in_parallel(each, |(at, program)| check(&program, at as u8 % 4, "llvm"));
    }
}

#[test]
fn loops_that_llvms_code_takes_over_go_on_as_they_were() {
    if is_there() {
        // Unoptimised code keeps its variables in memory, optimised code in values.
        let each = programs().into_iter().enumerate().collect();
        in_parallel(each, |(at, program)| check(&program, 2 * (at as u8 % 2), "llvm rising"));
    }
}

/// The modules and what they give.
fn modules() -> Vec<(String, u64, u64)> {
    let file = place::workspace().join("images/modules/modules.json");
    let bytes = std::fs::read(&file).expect("the manifest is there");
    let manifest: Value = serde_json::from_slice(&bytes).expect("the manifest is JSON");
    let number = |value: &Value| value.as_u64().expect("a number");
    let list = manifest["modules"].as_array().expect("a list");
    let one = |module: &Value| {
        let name = module["name"].as_str().expect("a name").to_owned();
        (name, number(&module["small"]["arg"]), number(&module["small"]["result"]))
    };
    list.iter().map(one).collect()
}

/// Runs a module at the top level with LLVM for it, with artefacts that lie in `folder`.
fn run(folder: &Path, name: &str, arg: u64) -> Result<(String, String), String> {
    let file = folder.join(format!("modules/{name}.bc"));
    let mut command = Command::new(place::tool("bareflow")?);
    command.args(["run", "--json", "--level", "O3", "--compilers", "O3=llvm", "--verbose"]);
    command.args(["--entry", name, "--arg", &arg.to_string()]).arg(&file);
    command.env("BAREFLOW_ARTEFACTS", folder);
    let ended = process::run(&mut command, b"", Duration::from_secs(120))?;
    let said = String::from_utf8_lossy(&ended.err).into_owned();
    let report: Value = serde_json::from_slice(&ended.out).map_err(|_| said.clone())?;
    Ok((report["result"].as_str().unwrap_or_default().to_owned(), said))
}

#[test]
fn modules_compiled_by_llvm_give_the_right_answers() {
    if is_there() {
        let folder = place::artefacts().expect("they are built");
        in_parallel(modules(), |(name, arg, result)| {
            let (got, said) = run(folder, &name, arg)?;
            let refused = said.contains(&format!("llvm: {name}: "));
            match got == result.to_string() && !refused {
                true => Ok(()),
                false => Err(format!("{name}: {got}, not {result}: {said}")),
            }
        });
    }
}

/// A folder of artefacts with another compiler in it: a script of these words.
fn with_compiler(script: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let artefacts = place::artefacts().expect("they are built");
    for name in ["libc.bc", "modules"] {
        let link = folder.path().join(name);
        std::os::unix::fs::symlink(artefacts.join(name), link).expect("a link");
    }
    let compiler: PathBuf = folder.path().join("compilers/llvm");
    std::fs::create_dir(folder.path().join("compilers")).expect("a folder");
    std::fs::write(&compiler, format!("#!/bin/sh\n{script}\n")).expect("a script");
    std::fs::set_permissions(&compiler, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    folder
}

#[test]
fn a_compiler_that_fails_harms_no_program() {
    for (script, words) in [
        // It dies at once, is killed at work, or starves.
        ("exit 3", "the compiler failed"),
        ("kill -9 $$", "the compiler failed"),
        // It answers what is no answer: a length and nothing, an error, an object that is none.
        ("printf '\\377\\377\\377\\377'; sleep 1", "the compiler failed"),
        ("printf '\\003\\000\\000\\000eno'; sleep 1", "the compiler failed: no"),
        ("printf '\\003\\000\\000\\000oxx'; sleep 1", "an object that is none"),
        ("printf '\\004\\000\\000\\000foom'; sleep 1", "the compiler failed: oom"),
    ] {
        let folder = with_compiler(script);
        let (name, arg, result) = modules().swap_remove(0);
        let (got, said) = run(folder.path(), &name, arg).expect("the program runs");
        assert_eq!(got, result.to_string(), "{script}: {said}");
        assert!(said.contains(words), "{script}: {said}");
    }
    // After three failures it is not asked again.
    let folder = with_compiler("exit 3");
    let (name, arg, _) = modules().swap_remove(0);
    let (_, said) = run(folder.path(), &name, arg).expect("the program runs");
    assert!(said.contains("the compiler is off, having failed 3 times"), "{said}");
}
