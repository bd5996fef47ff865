//! Projects that are built by make, or by a line of shell.

use std::path::Path;
use std::process::{Command, Stdio};

use super::compilers::Compilers;
use super::made::{Made, find};
use super::tool;
use crate::failure::Failure;

const MAKEFILES: [&str; 3] = ["GNUmakefile", "makefile", "Makefile"];

/// Other ways to build, by the file that says so, and what to do then.
const OTHERS: [(&str, &str); 4] = [
    ("configure", "--with './configure && make'"),
    ("CMakeLists.txt", "--with 'cmake -B build -DCMAKE_BUILD_TYPE=Release && cmake --build build'"),
    ("meson.build", "--with 'meson setup build && ninja -C build'"),
    ("build.zig", "--with COMMAND, or `zig build-exe -femit-llvm-bc`"),
];

/// What builds the project in a folder.
///
/// # Errors
/// There is nothing that says how.
pub(super) fn command(
    folder: &Path,
    with: Option<&str>,
    args: &[String],
) -> Result<Command, Failure> {
    let mut command = match with {
        Some(line) => {
            let mut shell = Command::new("sh");
            shell.args(["-c", line]);
            shell
        }
        None if MAKEFILES.iter().any(|name| folder.join(name).is_file()) => {
            let mut make = Command::new("make");
            make.args(args);
            make
        }
        None => {
            let known = OTHERS.iter().find(|(file, _)| folder.join(file).is_file());
            let message = match known {
                Some((file, cure)) => format!("no makefile, but {file}: build it with {cure}"),
                None => "neither Cargo.toml nor a makefile: name how it is built by --with COMMAND"
                    .to_owned(),
            };
            return Err(Failure { file: Some(folder.to_owned()), ..Failure::usage(message) });
        }
    };
    command.current_dir(folder);
    Ok(command)
}

/// Builds it, and finds the program.
///
/// # Errors
/// The build fails, or makes no such program.
pub(super) fn build(
    folder: &Path,
    mut command: Command,
    program: Option<&str>,
) -> Result<Made, Failure> {
    let name = command.get_program().to_string_lossy().into_owned();
    let compilers = Compilers::new(&folder.join(".bareflow"))?;
    // What make prints is not what this command prints.
    command.stdin(Stdio::null()).stdout(std::io::stderr());
    tool::ended(compilers.first(&mut command).status(), &name, &name)?;
    find(folder, program)
}
