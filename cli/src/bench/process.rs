//! Other programs: where they are, and running them.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

use bareflow_hosted::{Usage, wait};

use crate::failure::{Failure, Kind};
use crate::search_path;

/// The same answers everywhere need products and sums that are not fused, and a square root needs
/// no `errno` to be one instruction.
pub(super) const FLAGS: [&str; 2] = ["-ffp-contract=off", "-fno-math-errno"];

/// The compiler: clang-22, or what `CLANG` names.
pub(super) fn clang() -> String {
    std::env::var("CLANG").unwrap_or_else(|_| "clang-22".to_owned())
}

/// Runs a compiler or linker on `source`.
pub(super) fn run(command: &mut Command, source: &Path) -> Result<Usage, Failure> {
    let program = command.get_program().to_owned();
    if search_path::find(&[&program.to_string_lossy()]).is_none() && !Path::new(&program).is_file()
    {
        let program = program.to_string_lossy();
        let message = format!("{program} is missing; install it: apt-get install clang-22 llvm-22");
        return Err(Failure::new(Kind::MissingTool, message));
    }
    let (_, usage) = taken(command).map_err(|said| Failure::input(source, said))?;
    Ok(usage)
}

/// What a process prints, and what it took; or why it failed.
pub(super) fn taken(command: &mut Command) -> Result<(String, Usage), String> {
    // Few lines go to each stream, so they can be read one after the other.
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let (mut said, mut complained) = (String::new(), String::new());
    for (stream, text) in [
        (child.stdout.take().map(|stream| Box::new(stream) as Box<dyn Read>), &mut said),
        (child.stderr.take().map(|stream| Box::new(stream) as Box<dyn Read>), &mut complained),
    ] {
        if let Some(mut stream) = stream {
            stream.read_to_string(text).map_err(|error| error.to_string())?;
        }
    }
    let (status, usage) = wait(child).map_err(|error| error.to_string())?;
    if status.success() { Ok((said, usage)) } else { Err(complained) }
}
