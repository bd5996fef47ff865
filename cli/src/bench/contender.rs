//! One that competes: a program that runs a module, and what a run of it gives.

use std::path::{Path, PathBuf};
use std::process::Command;

use bareflow_hosted::Usage;
use serde_json::Value;

use super::process::taken;
use super::subject::Module;
use crate::failure::{Failure, Kind};

/// What ratios are to.
pub(super) const BASELINE: &str = "clang -O3 -march=native";

/// The baseline's compiler, with a profile.
pub(super) const PROFILED: &str = "clang PGO";

/// The engine with other compilers: at the top level and rising by itself, and the same with the
/// bitcode of what the baseline was made of.
pub(super) const OTHER: &str = "O3 by LLVM";
pub(super) const OTHER_RISING: &str = "auto with LLVM";
pub(super) const OTHER_TWIN: &str = "O3 by LLVM, C";
pub(super) const OTHER_TWIN_RISING: &str = "auto with LLVM, C";

/// All that there can be, as tables show them.
pub(super) const ORDER: [&str; 17] = [
    BASELINE,
    PROFILED,
    "clang -O2",
    "interp",
    "O0",
    "O1",
    "O2",
    "O3",
    "auto",
    OTHER,
    OTHER_RISING,
    OTHER_TWIN,
    OTHER_TWIN_RISING,
    "lli JIT",
    "lli interp",
    "wasmtime",
    "wasmi",
];

/// Calls that are timed; the least counts.
pub(super) const CALLS: &str = "7";

/// One way to run a module.
#[derive(Debug)]
pub(super) struct Contender {
    pub(super) name: &'static str,
    /// Whether it is so slow that it has the small argument, in the first round only.
    pub(super) small: bool,
    /// Whether it is other people's, and is left out where it fails.
    pub(super) peer: bool,
    program: PathBuf,
    arguments: Vec<String>,
    /// Where only the whole process can be timed.
    batches: Option<Batches>,
    /// Known without running.
    code_bytes: u64,
    compile_ns: u64,
    peak_bytes: u64,
    /// Why it cannot run at all.
    unable: Option<String>,
    /// Whether it is another build of this tool, which finds its artefacts by itself.
    elsewhere: bool,
}

/// Two runs of a process, of which the difference is calls and nothing else.
#[derive(Debug)]
pub(super) struct Batches {
    /// Arguments of the run with fewer calls.
    pub(super) fewer: Vec<String>,
    /// Calls that the other makes more.
    pub(super) calls: u64,
}

/// What one run gave. 0 where it is not known.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) result: u64,
    /// Least nanoseconds of a call.
    pub(super) ns: u64,
    pub(super) compile_ns: u64,
    /// Bytes of the module's native code.
    pub(super) code_bytes: u64,
    /// Most memory that the process had.
    pub(super) peak_bytes: u64,
}

impl Contender {
    /// One that prints its figures as `bareflow run --json` does.
    pub(super) fn new(name: &'static str, program: &Path, arguments: Vec<String>) -> Self {
        Self {
            name,
            small: false,
            peer: false,
            program: program.to_owned(),
            arguments,
            batches: None,
            code_bytes: 0,
            compile_ns: 0,
            peak_bytes: 0,
            unable: None,
            elsewhere: false,
        }
    }

    /// A peer that cannot run this module.
    pub(super) fn unable(name: &'static str, program: &Path, why: &str) -> Self {
        Self { unable: Some(why.to_owned()), ..Self::new(name, program, Vec::new()).peer() }
    }

    /// The same, of which only the process can be timed.
    pub(super) fn timed(self, batches: Batches) -> Self {
        Self { batches: Some(batches), ..self }
    }

    /// The same, compiled beforehand.
    pub(super) fn compiled(self, compile_ns: u64, code_bytes: u64) -> Self {
        Self { compile_ns, code_bytes, ..self }
    }

    /// The same, starting from what a run has saved that took as much to compile, and as much memory.
    pub(super) fn grown(self, run: &Reading) -> Self {
        Self { peak_bytes: run.peak_bytes, ..self.compiled(run.compile_ns, run.code_bytes) }
    }

    /// The same, as other people's.
    pub(super) fn peer(self) -> Self {
        Self { peer: true, ..self }
    }

    /// The same with the small argument.
    pub(super) fn small(self) -> Self {
        Self { small: true, ..self }
    }

    /// The same under another name.
    pub(super) fn renamed(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// The same with more arguments.
    pub(super) fn with(mut self, more: &[String]) -> Self {
        self.arguments.extend_from_slice(more);
        self
    }

    /// The same as another build of this tool, with artefacts of its own.
    pub(super) fn elsewhere(self) -> Self {
        Self { elsewhere: true, ..self }
    }

    /// Runs it once.
    pub(super) fn run(&self) -> Result<Reading, Failure> {
        self.run_with(&self.arguments)
    }

    /// Runs a native program once, with the small argument of its module.
    pub(super) fn run_small(&self, module: &Module) -> Result<Reading, Failure> {
        self.run_with(&[module.small.arg.to_string(), CALLS.to_owned()])
    }

    fn run_with(&self, arguments: &[String]) -> Result<Reading, Failure> {
        if let Some(why) = &self.unable {
            return Err(self.failed(why.clone()));
        }
        let Some(batches) = &self.batches else { return self.reported(arguments) };
        let (_, fewer) = self.process(&batches.fewer)?;
        let (result, all) = self.process(arguments)?;
        let ns = all.processor_ns.saturating_sub(fewer.processor_ns) / batches.calls;
        let (compile_ns, code_bytes) = (self.compile_ns, self.code_bytes);
        Ok(Reading { result, ns: ns.max(1), compile_ns, code_bytes, peak_bytes: all.peak_bytes })
    }

    fn failed(&self, what: String) -> Failure {
        Failure::new(Kind::Failed, format!("{}: {what}", self.name))
    }

    /// A run that prints JSON.
    fn reported(&self, arguments: &[String]) -> Result<Reading, Failure> {
        let mut command = Command::new(&self.program);
        if self.elsewhere {
            command.env_remove("BAREFLOW_ARTEFACTS");
        }
        let output =
            command.args(arguments).output().map_err(|error| self.failed(error.to_string()))?;
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            let why = said.lines().find(|line| line.to_lowercase().contains("error"));
            let why = why.map_or_else(String::new, |why| format!(": {why}"));
            return Err(self.failed(format!("{}{why}", output.status)));
        }
        let line: Value = serde_json::from_slice(&output.stdout)
            .map_err(|error| self.failed(format!("{error}; {said}")))?;
        let number = |field: &str| line[field].as_u64().unwrap_or(0);
        let result = line["result"].as_str().and_then(|result| result.parse().ok());
        let functions = line["functions"].as_array().into_iter().flatten();
        let code: u64 = functions.filter_map(|function| function["code_bytes"].as_u64()).sum();
        Ok(Reading {
            result: result.ok_or_else(|| self.failed(format!("no result; {said}")))?,
            ns: number("ns_min"),
            compile_ns: number("compile_ns").max(self.compile_ns),
            code_bytes: code.max(self.code_bytes),
            peak_bytes: number("peak_bytes").max(self.peak_bytes),
        })
    }

    /// The number that a process prints, which may be a signed one, and what it took.
    fn process(&self, arguments: &[String]) -> Result<(u64, Usage), Failure> {
        let mut command = Command::new(&self.program);
        command.args(arguments);
        let (said, usage) = taken(&mut command).map_err(|what| self.failed(what))?;
        let number: Option<i128> = said.split_whitespace().last().and_then(|n| n.parse().ok());
        let number = number.ok_or_else(|| self.failed(format!("no result: {said}")))?;
        Ok((number as u64, usage))
    }
}
