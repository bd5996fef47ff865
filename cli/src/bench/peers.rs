//! Peers that are installed: clang with a profile, LLVM's interpreter and JIT, and runtimes of WebAssembly.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::contender::{Batches, Contender};
use super::process::run;
use super::subject::Module;
use super::{native, profiled, wasm};
use crate::failure::Failure;
use crate::search_path::find;

/// The peers of a module that are in the search path; `bitcode` is its own.
pub(super) fn all(
    module: &Module,
    bitcode: &Path,
    folder: &Path,
) -> Result<Vec<Contender>, Failure> {
    let mut list: Vec<Contender> = profiled::contender(module, folder).into_iter().collect();
    if let (Some(lli), Some(link)) =
        (find(&["lli-22", "lli"]), find(&["llvm-link-22", "llvm-link"]))
    {
        let file = |name: &str| folder.join(format!("{}-{name}.bc", module.name));
        let arguments = |option: &str, file: &Path, arg: u64, calls: &str| {
            vec![option.to_owned(), file.display().to_string(), arg.to_string(), calls.to_owned()]
        };
        let jit = file("jit");
        native::bitcode(module, bitcode, &["-march=native"], &link, &jit)?;
        let fast = arguments("-O3", &jit, module.arg, "7");
        list.push(Contender::new("lli JIT", &lli, fast).peer());
        // It takes thousands of times longer.
        if let Some(simple) = simplified(module, bitcode, &link, &file("interp"))? {
            let slow = arguments("--force-interpreter", &simple, module.small.arg, "1");
            list.push(Contender::new("lli interp", &lli, slow).peer().small());
        }
    }
    list.extend(wasm_runtimes(module, folder));
    Ok(list)
}

/// LLVM's interpreter knows few intrinsics, so it gets code that was not optimised, only freed of
/// variables in memory. `None` where the tool for that is missing.
fn simplified(
    module: &Module,
    bitcode: &Path,
    link: &Path,
    to: &Path,
) -> Result<Option<PathBuf>, Failure> {
    let Some(opt) = find(&["opt-22", "opt"]) else { return Ok(None) };
    let raw = to.with_extension("raw.bc");
    let flags = ["-O1", "-Xclang", "-disable-llvm-passes"];
    native::bitcode(module, bitcode, &flags, link, &raw)?;
    let mut command = Command::new(opt);
    command.arg("-passes=sroa,early-cse,simplifycfg").arg(&raw).arg("-o").arg(to);
    run(&mut command, &module.source())?;
    Ok(Some(to.to_owned()))
}

/// Calls of a short and a long run.
const COMPILED: (u64, u64) = (1, 12);
const INTERPRETED: (u64, u64) = (1, 3);

fn wasm_runtimes(module: &Module, folder: &Path) -> Vec<Contender> {
    let (wasmtime, wasmi) = (find(&["wasmtime"]), find(&["wasmi_cli", "wasmi"]));
    let mut list = Vec::new();
    if wasmtime.is_none() && wasmi.is_none() {
        return list;
    }
    let file = match wasm::build(module, folder) {
        Ok(file) => file,
        Err(why) => {
            let found = [("wasmtime", wasmtime), ("wasmi", wasmi)];
            let found = found.into_iter().filter_map(|(name, program)| Some((name, program?)));
            return found.map(|(name, program)| Contender::unable(name, &program, &why)).collect();
        }
    };
    let made = |name, program: &Path, before: &[String], (few, many): (u64, u64)| {
        let arguments = |calls: u64| {
            let own = [module.arg.to_string(), calls.to_string()];
            [before, &own].concat()
        };
        let batches = Batches { fewer: arguments(few), calls: many - few };
        Contender::new(name, program, arguments(many)).peer().timed(batches)
    };
    let text = |text: &str| text.to_owned();
    if let Some(program) = wasmtime {
        let before = |file: &Path| {
            let file = file.display().to_string();
            vec![text("run"), text("--allow-precompiled"), text("--invoke"), text("repeat"), file]
        };
        list.push(match wasm::precompile(&program, &file) {
            Some(ready) => made("wasmtime", &program, &before(&ready.file), COMPILED)
                .compiled(ready.compile_ns, ready.code_bytes),
            None => made("wasmtime", &program, &before(&file), COMPILED),
        });
    }
    if let Some(program) = wasmi {
        let before = vec![text("--invoke"), text("repeat"), file.display().to_string()];
        list.push(made("wasmi", &program, &before, INTERPRETED));
    }
    list
}

/// Peers that are not in the search path: each with what installs it.
pub(super) fn missing() -> Vec<String> {
    let peers = [
        (&["lli-22", "lli"][..], "lli: apt-get install llvm-22"),
        (&["wasmtime"], "wasmtime: cargo install wasmtime-cli"),
        (&["wasmi_cli", "wasmi"], "wasmi: cargo install wasmi_cli"),
    ];
    let missing = peers.iter().filter(|(names, _)| find(names).is_none());
    profiled::missing().into_iter().chain(missing.map(|(_, how)| (*how).to_owned())).collect()
}
