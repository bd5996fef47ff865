//! One run of a module by this tool, in a process of its own, with its answer checked.

use std::process::Command;

use serde_json::Value;

use super::subject::{Bitcode, Module};
use crate::artefacts::Artefacts;
use crate::failure::{Failure, Kind};

/// What `bareflow run --processor-time --json` says of the module, called with `arg`, with `more`
/// arguments. `result` is the right answer.
///
/// # Errors
/// The module is not built, the run fails, or its answer is wrong.
pub(super) fn run(
    module: &Module,
    artefacts: &Artefacts,
    (arg, result): (u64, u64),
    more: &[&str],
) -> Result<Value, Failure> {
    let failed = |what: String| Failure::new(Kind::Failed, format!("{}: {what}", module.name));
    let own = std::env::current_exe().map_err(|error| failed(error.to_string()))?;
    let file = module.bitcode(Bitcode::O2, artefacts)?;
    let output = Command::new(own)
        .arg("run")
        .arg(file)
        .args(["--entry", &module.name, "--arg", &arg.to_string(), "--processor-time", "--json"])
        .args(more)
        .output()
        .map_err(|error| failed(error.to_string()))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let report: Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| failed(format!("{error}; {said}")))?;
    if report["result"].as_str() != Some(&result.to_string()) {
        return Err(failed(format!("wrong result {}", report["result"])));
    }
    Ok(report)
}
