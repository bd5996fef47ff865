//! All that run a module: native code, the engine at each level, and the peers that are installed.

use std::path::Path;

use bareflow_profile::Level;

use super::contender::{
    BASELINE, CALLS, Contender, OTHER, OTHER_RISING, OTHER_TWIN, OTHER_TWIN_RISING,
};
use super::subject::{Bitcode, Module};
use super::{native, peers};
use crate::artefacts::Artefacts;
use crate::failure::{Failure, Kind};

/// Native builds: name and flags. The baseline first.
const NATIVE: &[(&str, &[&str])] =
    &[(BASELINE, &["-O3", "-march=native"]), ("clang -O2", &["-O2"])];

/// Calls before what rises by itself is timed: a few seconds, after which LLVM was asked, where it is here,
/// for what is worth it.
pub(super) const RISING: &str = "400";

/// How long what rises into other compilers runs before it is timed, in nanoseconds: until its tournaments are over.
/// Once; what is timed starts from what that run has saved.
const SETTLING_NS: u64 = 30_000_000_000;

/// Levels of the engine, and how often the entry is called before it is timed.
const LEVELS: &[(&str, &str)] =
    &[("interp", "1"), ("O0", "1"), ("O1", "1"), ("O2", "1"), ("O3", "1"), ("auto", RISING)];

/// All contenders of a module, the baseline first. With `compilers`, the engine with these, too.
pub(super) fn all(
    module: &Module,
    bitcode: Bitcode,
    compilers: &[(Level, String)],
    artefacts: &Artefacts,
    folder: &Path,
) -> Result<Vec<Contender>, Failure> {
    let mut list = Vec::new();
    for (index, (name, flags)) in NATIVE.iter().enumerate() {
        let program = folder.join(format!("{}-{index}", module.name));
        let built = native::build(module, flags, &program)?;
        let arguments = vec![module.arg.to_string(), CALLS.to_owned()];
        let contender = Contender::new(name, &built.program, arguments);
        list.push(contender.compiled(built.compile_ns, built.code_bytes));
    }
    let tool = std::env::current_exe()
        .map_err(|error| Failure::new(Kind::Failed, format!("this program: {error}")))?;
    let file = module.bitcode(bitcode, artefacts)?;
    let own = |name, file: &Path, level: &'static str, calls: &str, more: &[String]| {
        engine(level, &tool, file, &module.name, module.arg, calls).renamed(name).with(more)
    };
    for (name, calls) in LEVELS {
        list.push(own(name, &file, name, calls, &[]));
    }
    if !compilers.is_empty() {
        let table = compilers.iter().map(|(level, name)| format!("{}={name}", level.name()));
        let more = ["--compilers".to_owned(), table.collect::<Vec<_>>().join(",")];
        let mut add = |names: [&'static str; 2], file: &Path| {
            let top = own(names[0], file, "O3", "1", &more);
            let calls = (SETTLING_NS / top.run()?.ns.max(1)).max(1).to_string();
            list.push(top);
            let disk = folder.join(&module.name).join(names[1]);
            let disk = [&more[..], &["--disk".to_owned(), disk.display().to_string()]].concat();
            let grown = own(names[1], file, "auto", &calls, &disk).run()?;
            let again = own(names[1], file, "auto", "1", &disk);
            list.push(again.grown(&grown));
            Ok::<(), Failure>(())
        };
        add([OTHER, OTHER_RISING], &file)?;
        if !module.is_rust() && !module.is_program() {
            let twin = native::twin(module, bitcode, &folder.join(&module.name))?;
            add([OTHER_TWIN, OTHER_TWIN_RISING], &twin)?;
        }
    }
    list.extend(peers::all(module, &file, folder)?);
    Ok(list)
}

/// `program`, a build of this tool, that calls `entry` of a file at a level.
pub(super) fn engine(
    level: &'static str,
    program: &Path,
    file: &Path,
    entry: &str,
    arg: u64,
    calls: &str,
) -> Contender {
    let (file, arg) = (file.display().to_string(), arg.to_string());
    let arguments = ["run", &file, "--entry", entry, "--arg", &arg, "--level", level, "--calls"];
    let timed = [calls, "--repeat", CALLS, "--processor-time", "--json"];
    let arguments = arguments.into_iter().chain(timed).map(String::from).collect();
    Contender::new(level, program, arguments)
}
