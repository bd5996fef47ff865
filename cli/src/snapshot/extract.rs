//! `bareflow snapshot extract`: takes code or bitcode out of a snapshot.

use std::io::Write;
use std::path::PathBuf;

use serde::Serialize;
use snapshot_fmt::{FunctionRecord, Snapshot};

use crate::failure::{Exit, Failure};
use crate::output_file::write_whole;
use crate::snapshot::elf::object_file;
use crate::snapshot::names::find;
use crate::snapshot::source::{Source, one};
use crate::ui::Ui;

/// Takes code or bitcode out of a snapshot.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  bareflow snapshot extract disk.img --elf -o code.o                    all code, to link or look at
  bareflow snapshot extract disk.img sha256_compress --elf -o f.o       one function
  bareflow snapshot extract disk.img sha256_compress -o f.bin           its bytes, as they are
  bareflow snapshot extract disk.img --bitcode libc.bc -o libc.bc       a bitcode file
  bareflow snapshot extract disk.img --whole -o boot.snapshot           the snapshot itself")]
pub(super) struct Args {
    /// File, folder or disk image
    #[arg(value_name = "SNAPSHOT")]
    target: String,
    /// A function; without one, all of a module or of the snapshot
    #[arg(value_name = "[MODULE:]FUNCTION")]
    function: Option<String>,
    /// Write an ELF object file
    #[arg(long)]
    elf: bool,
    /// Only functions of this module
    #[arg(long, value_name = "NAME", requires = "elf", conflicts_with = "function")]
    module: Option<String>,
    /// Write a bitcode file that the program was linked from
    #[arg(long, value_name = "FILE", conflicts_with_all = ["function", "elf"])]
    bitcode: Option<String>,
    /// Write the snapshot file itself
    #[arg(long, conflicts_with_all = ["function", "elf", "bitcode"])]
    whole: bool,
    /// The file to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

#[derive(Serialize)]
struct Line {
    output: PathBuf,
    bytes: usize,
    functions: usize,
}

pub(super) fn run(args: &Args, ui: &Ui) -> Result<Exit, Failure> {
    let source = one(&args.target)?;
    let snapshot = source.decode()?;
    let (bytes, functions) = content(args, &source, &snapshot)?;
    write_whole(&args.output, |file| {
        file.write_all(&bytes).map_err(|error| Failure::output(&args.output, error))
    })?;
    let line = Line { output: args.output.clone(), bytes: bytes.len(), functions };
    ui.result(&line, || format!("{}: {} bytes", line.output.display(), line.bytes));
    Ok(Exit::Success)
}

/// What is to be written, and of how many functions it is.
fn content(args: &Args, source: &Source, snapshot: &Snapshot) -> Result<(Vec<u8>, usize), Failure> {
    if args.whole {
        return Ok((source.bytes.clone(), snapshot.functions.len()));
    }
    if let Some(name) = &args.bitcode {
        let file = snapshot.bitcode.iter().find(|file| file.name == *name).ok_or_else(|| {
            let there: Vec<_> = snapshot.bitcode.iter().map(|file| file.name.as_str()).collect();
            Failure::in_source(source, format!("no bitcode {name}; there are {}", there.join(", ")))
        })?;
        return Ok((file.bytes.clone(), 0));
    }
    let chosen = chosen(args, source, snapshot)?;
    if args.elf {
        let elf = object_file(chosen.iter().copied())
            .map_err(|error| Failure::in_source(source, error))?;
        return Ok((elf, chosen.len()));
    }
    let object = match chosen[..] {
        [FunctionRecord { object: Some(object), .. }] => object,
        _ => return Err(Failure::usage("name a function, or use --elf, --bitcode or --whole")),
    };
    Ok((object.text.clone(), 1))
}

/// The functions with code that were asked for.
fn chosen<'a>(
    args: &Args,
    source: &Source,
    snapshot: &'a Snapshot,
) -> Result<Vec<&'a FunctionRecord>, Failure> {
    if let Some(wanted) = &args.function {
        let function = find(source, snapshot, wanted)?;
        return match function.object {
            Some(_) => Ok(vec![function]),
            None => Err(Failure::in_source(source, format!("{wanted} was never compiled"))),
        };
    }
    let module = match &args.module {
        None => None,
        Some(name) => {
            let index = snapshot.modules.iter().position(|module| module.name == *name);
            Some(index.ok_or_else(|| Failure::in_source(source, format!("no module {name}")))?)
        }
    };
    let wanted = |function: &&FunctionRecord| {
        let here = module.is_none_or(|module| function.module as usize == module);
        here && function.object.is_some()
    };
    let chosen: Vec<_> = snapshot.functions.iter().filter(wanted).collect();
    match twice(&chosen) {
        None => Ok(chosen),
        Some(name) => {
            let message = format!("{name} is in several modules: choose one with --module");
            Err(Failure {
                kind: crate::failure::Kind::Usage,
                ..Failure::in_source(source, message)
            })
        }
    }
}

/// A name that occurs twice, which one object file cannot have.
fn twice<'a>(functions: &[&'a FunctionRecord]) -> Option<&'a str> {
    let mut names: Vec<_> = functions.iter().map(|function| function.name.as_str()).collect();
    names.sort_unstable();
    names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
}
