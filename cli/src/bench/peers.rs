//! Peers that are installed: LLVM's interpreter and JIT, and runtimes of WebAssembly.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::contender::Contender;
use super::{Module, native};
use crate::failure::Failure;

/// The peers of a module that are in the search path.
pub(super) fn all(module: &Module, folder: &Path) -> Result<Vec<Contender>, Failure> {
    let mut list = Vec::new();
    if let (Some(lli), Some(link)) =
        (find(&["lli-22", "lli"]), find(&["llvm-link-22", "llvm-link"]))
    {
        let made = |name: &str, flags: &[&str]| {
            let file = folder.join(format!("{}-{name}.bc", module.name));
            native::bitcode(module, flags, &link, &file).map(|()| file.display().to_string())
        };
        let arguments = |option: &str, file: String, arg: u64, calls: &str| {
            vec![option.to_owned(), file, arg.to_string(), calls.to_owned()]
        };
        let file = made("jit", &["-march=native"])?;
        let fast = arguments("-O3", file, module.arg, "7");
        list.push(Contender::new("lli JIT", &lli, fast).peer());
        // Its interpreter knows few operations on vectors, and takes thousands of times longer.
        let file = made("interp", &["-fno-vectorize", "-fno-slp-vectorize"])?;
        let slow = arguments("--force-interpreter", file, module.small.arg, "1");
        list.push(Contender::new("lli interp", &lli, slow).peer().small());
    }
    let runtimes = [("wasmtime", find(&["wasmtime"])), ("wasmi", find(&["wasmi_cli", "wasmi"]))];
    if runtimes.iter().any(|(_, program)| program.is_some())
        && let Some(file) = wasm(module, folder)
    {
        for (name, program) in runtimes {
            let Some(program) = program else { continue };
            let arguments = |arg: u64| {
                let (file, arg) = (file.display().to_string(), arg.to_string());
                match name {
                    "wasmtime" => {
                        vec!["run".into(), "--invoke".into(), module.name.clone(), file, arg]
                    }
                    _ => vec!["--invoke".into(), module.name.clone(), file, arg],
                }
            };
            let contender = Contender::new(name, &program, arguments(module.arg));
            list.push(contender.peer().timed(arguments(module.small.arg)));
        }
    }
    Ok(list)
}

/// The twin for WebAssembly; `None` where it needs a C library, which is not there.
fn wasm(module: &Module, folder: &Path) -> Option<PathBuf> {
    let file = folder.join(format!("{}.wasm", module.name));
    let twin = native::twin(module);
    let mut command = Command::new(native::clang());
    command.args(["--target=wasm32", "-O3", "-ffp-contract=off", "-msimd128", "-nostdlib"]);
    command.args(["-mbulk-memory", "-Wl,--no-entry"]);
    command.arg(format!("-Wl,--export={}", module.name)).arg(&twin).arg("-o").arg(&file);
    native::run(&mut command, &twin).ok().map(|()| file)
}

/// The first of these programs in the search path.
pub(super) fn find(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    names
        .iter()
        .flat_map(|name| std::env::split_paths(&path).map(move |folder| folder.join(name)))
        .find(|candidate| candidate.is_file())
}
