//! All that run a module: native code, the engine at each level, and the peers that are installed.

use std::path::Path;

use super::contender::{BASELINE, CALLS, Contender};
use super::subject::{Bitcode, Module};
use super::{native, peers};
use crate::artefacts::Artefacts;
use crate::failure::{Failure, Kind};

/// Native builds: name and flags. The baseline first.
const NATIVE: &[(&str, &[&str])] =
    &[(BASELINE, &["-O3", "-march=native"]), ("clang -O2", &["-O2"])];

/// Levels of the engine, and how often the entry is called before it is timed.
const LEVELS: &[(&str, &str)] =
    &[("interp", "1"), ("O0", "1"), ("O1", "1"), ("O2", "1"), ("O3", "1"), ("auto", "40")];

/// All contenders of a module, the baseline first.
pub(super) fn all(
    module: &Module,
    bitcode: Bitcode,
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
    let own = std::env::current_exe()
        .map_err(|error| Failure::new(Kind::Failed, format!("this program: {error}")))?;
    let file = module.bitcode(bitcode, artefacts)?;
    for (name, calls) in LEVELS {
        let text = |text: &str| text.to_owned();
        let arguments = vec![
            text("run"),
            file.display().to_string(),
            text("--entry"),
            module.name.clone(),
            text("--arg"),
            module.arg.to_string(),
            text("--level"),
            text(name),
            text("--calls"),
            text(calls),
            text("--repeat"),
            text(CALLS),
            text("--processor-time"),
            text("--json"),
        ];
        list.push(Contender::new(name, &own, arguments));
    }
    list.extend(peers::all(module, &file, folder)?);
    Ok(list)
}
