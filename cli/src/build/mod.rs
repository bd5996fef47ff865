//! `bareflow build`: a cargo or makefile project to one bitcode file.
//!
//! The project is built as it always is, natively, by its own tools: what it generates and what it tries out on the
//! way works. Compilers of usual names, first in the search path ([`compilers`]), stand in for the system's. Each
//! compiles twice: what it was asked for, and bitcode. The object that it was asked for bears a note where its
//! bitcode is, linkers lay such notes side by side, and so the program that comes out says what it is made of,
//! whatever archives its objects went through.

mod cargo;
mod compilers;
mod line;
mod made;
mod make;
mod note;
mod tool;

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Serialize;

use crate::failure::{Exit, Failure};
use crate::output_file::write_whole;
use crate::ui::Ui;

pub(crate) use compilers::stand_in;

/// What makes one bitcode file of several, and its package.
const LINKER: (&str, &str) = ("llvm-link-22", "llvm-22");

/// Makes one bitcode file of a cargo or makefile project.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
A folder with Cargo.toml is built by cargo, in release and with link-time optimisation, dependencies and the
standard library included; one with a makefile by make. What they take follows `--`. Bitcode is kept in the
project's folder target/bitcode or .bareflow, which may be removed.

Examples:
  bareflow build                                           the project here, as NAME.bc
  bareflow build lua-5.4 --program lua -o lua.bc -- linux  make linux; of its programs lua
  bareflow build server --program server -- --features tls
  bareflow build zlib --with './configure --static && make' --program minigzip")]
pub struct Args {
    /// The project's folder
    #[arg(value_name = "FOLDER", default_value = ".")]
    folder: PathBuf,
    /// The program, where the project makes several
    #[arg(long, value_name = "NAME")]
    program: Option<String>,
    /// Build by this line of shell, in the folder, in the place of make
    #[arg(long, value_name = "COMMAND", conflicts_with = "build_args")]
    with: Option<String>,
    /// The file to make [default: the program's name, with .bc]
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// For cargo or make
    #[arg(last = true, value_name = "ARGS")]
    build_args: Vec<String>,
}

/// What `--json` prints.
#[derive(Serialize, Debug)]
struct Line<'a> {
    file: &'a Path,
    program: &'a str,
    /// Bitcode files that were linked.
    parts: usize,
    bytes: u64,
}

/// Builds and links.
///
/// # Errors
/// A folder that is no such project, a build that fails, a program that is not plain, or a tool that is missing.
pub fn run(args: &Args, ui: &Ui) -> Result<Exit, Failure> {
    let folder =
        std::fs::canonicalize(&args.folder).map_err(|e| Failure::input(&args.folder, e))?;
    let made = match (&args.with, folder.join("Cargo.toml").is_file()) {
        (None, true) => cargo::build(&folder, args.program.as_deref(), &args.build_args)?,
        (with, _) => {
            let command = make::command(&folder, with.as_deref(), &args.build_args)?;
            make::build(&folder, command, args.program.as_deref())?
        }
    };
    let usual = PathBuf::from(format!("{}.bc", made.name));
    let output = args.output.as_ref().unwrap_or(&usual);
    let bytes = link(&made.parts, output)?;
    let line = Line { file: output, program: &made.name, parts: made.parts.len(), bytes };
    ui.result(&line, || {
        let Line { file, program, parts, bytes } = line;
        format!("{}: {program}, of {parts} bitcode files, {bytes} bytes", file.display())
    });
    Ok(Exit::Success)
}

/// Makes one file of bitcode files; its size in bytes.
fn link(parts: &[PathBuf], output: &Path) -> Result<u64, Failure> {
    write_whole(output, |file| {
        if let [part] = parts {
            let mut part = std::fs::File::open(part).map_err(|e| Failure::input(part, e))?;
            return io::copy(&mut part, file).map_err(|e| Failure::output(output, e));
        }
        let into = file.try_clone().map_err(|error| Failure::output(output, error))?;
        let mut linker = Command::new(LINKER.0);
        let status =
            linker.args(parts).args(["-o", "-"]).stdin(Stdio::null()).stdout(into).status();
        tool::ended(status, LINKER.0, LINKER.1)?;
        file.metadata().map(|known| known.len()).map_err(|error| Failure::output(output, error))
    })
}
