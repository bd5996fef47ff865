//! Native code that clang makes with a profile: what a compiler does with what a run has counted, as the
//! engine does with what it counts itself.
//!
//! The run that is counted is one of the same program with the same argument, which is the best that
//! a profile can be.

use std::path::Path;
use std::process::Command;

use super::contender::{CALLS, Contender, PROFILED};
use super::native;
use super::process::{run, taken};
use super::subject::Module;
use crate::failure::Failure;
use crate::search_path::find;

/// Names of the tool that makes a profile of what a run has counted.
const TOOLS: [&str; 2] = ["llvm-profdata-22", "llvm-profdata"];
/// What installs the tool, and the library that counts.
const PACKAGES: &str = "llvm-22 libclang-rt-22-dev";
const FLAGS: [&str; 2] = ["-O3", "-march=native"];

/// It, where the tool for it is in the search path and what clang links into a program that counts is
/// there.
pub(super) fn contender(module: &Module, folder: &Path) -> Option<Contender> {
    let tool = find(&TOOLS)?;
    let program = folder.join(format!("{}-profiled", module.name));
    if module.is_rust() {
        return Some(Contender::unable(
            PROFILED,
            &program,
            "programs in Rust are not counted here",
        ));
    }
    Some(match build(module, &tool, &program) {
        Ok(built) => {
            let arguments = vec![module.arg.to_string(), CALLS.to_owned()];
            let made = Contender::new(PROFILED, &built.program, arguments).peer();
            made.compiled(built.compile_ns, built.code_bytes)
        }
        Err(why) => {
            let why = why.to_string();
            let why = why.lines().next().unwrap_or_default();
            Contender::unable(
                PROFILED,
                &program,
                &format!("{why}; needed: apt-get install {PACKAGES}"),
            )
        }
    })
}

/// Compiles it to count, lets it count, and compiles it with that.
fn build(module: &Module, tool: &Path, to: &Path) -> Result<native::Built, Failure> {
    let (raw, profile) = (to.with_extension("profraw"), to.with_extension("profdata"));
    let counting = to.with_extension("counting");
    let built = native::build(module, &with("-fprofile-generate"), &counting)?;
    let mut command = Command::new(&built.program);
    command.args([&module.arg.to_string(), "1"]).env("LLVM_PROFILE_FILE", &raw);
    taken(&mut command).map_err(|why| Failure::input(&built.program, why))?;
    let mut command = Command::new(tool);
    command.args(["merge", "-o"]).args([&profile, &raw]);
    run(&mut command, &raw)?;
    let option = format!("-fprofile-use={}", profile.display());
    native::build(module, &with(&option), to)
}

fn with(option: &str) -> [&str; 3] {
    [FLAGS[0], FLAGS[1], option]
}

/// What installs it, if it is missing.
pub(super) fn missing() -> Option<String> {
    find(&TOOLS).is_none().then(|| format!("{PROFILED}: apt-get install {PACKAGES}"))
}
