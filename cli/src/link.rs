//! `bareflow link`: a linked program as bitcode, for LLVM's own tools.

use std::io::Write;
use std::path::PathBuf;

use bareflow_bitcode::write::{Counts, write};
use bareflow_ir::{ConstKind, Module, Op};
use bareflow_profile::FunctionProfile;
use bareflow_program::{Library, load};
use bareflow_records::profile_from_record;
use serde::Serialize;
use snapshot_fmt::Snapshot;

use crate::artefacts::Artefacts;
use crate::failure::{Exit, Failure};
use crate::output_file::write_whole;
use crate::snapshot::source;
use crate::sources;
use crate::ui::Ui;

/// Writes a linked program as bitcode.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Only what the entry reaches is in it, with what it needs of the C library. Host calls (bf_write,
bf_exit, ...) stay declarations.

Examples:
  bareflow link a.bc b.bc -o whole.bc
  bareflow link fib.bc --entry fib -o whole.bc             another entry than main
  bareflow link a.bc --profile disk.img -o whole.bc        with what boots of that disk counted
  opt-22 -O3 whole.bc -o fast.bc")]
pub struct Args {
    /// Bitcode: plain files are linked into one program; an LLBC file is a program of its own
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Entry function [default: what the LLBC header says, else main]
    #[arg(long, value_name = "NAME")]
    entry: Option<String>,
    /// The entry is `uint64_t entry(uint64_t)`; as with run, N is its argument
    #[arg(long, value_name = "N")]
    arg: Option<u64>,
    /// Add what was counted, as profile metadata: a snapshot, or a disk or folder with some
    #[arg(long, value_name = "SNAPSHOT")]
    profile: Option<String>,
    /// The file to make
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,
}

/// What `--json` prints.
#[derive(Serialize, Debug)]
struct Line<'a> {
    file: &'a PathBuf,
    program: &'a str,
    entry: &'a str,
    functions: usize,
    variables: usize,
    /// Functions with counts.
    profiled: usize,
    bytes: usize,
}

/// Links and writes.
///
/// # Errors
/// Files that do not make one program, a snapshot that cannot be read or knows nothing of it.
pub fn run(args: &Args, ui: &Ui) -> Result<Exit, Failure> {
    let mut programs = sources::programs(&args.files, args.entry.as_ref(), args.arg)?;
    let count = programs.len();
    let program = match programs.pop() {
        Some(program) if count == 1 => program,
        _ => {
            let message = format!("these files are {count} programs; bitcode holds one");
            return Err(Failure::usage(message));
        }
    };
    let first = &args.files[0];
    let unusable = |error: &dyn std::fmt::Display| Failure::input(first, error);
    let library = sources::library(&Artefacts::locate(), std::slice::from_ref(&program))?;
    let library = Library::read(library).map_err(|error| unusable(&error))?;
    let program = load(&program, &library).map_err(|error| unusable(&error))?;
    let module: &Module = &program.module;
    let counts = args.profile.as_ref().map(|target| counted(target, module)).transpose()?;
    let labels = module.consts.iter().any(|c| matches!(c.kind, ConstKind::BlockAddr(..)));
    let bytes = match labels {
        true => write(&bareflow_llvm::numbered(module), counts.as_ref()),
        false => write(module, counts.as_ref()),
    };
    let bytes = bytes.map_err(|error| unusable(&error))?;
    write_whole(&args.output, |out| {
        out.write_all(&bytes).map_err(|error| Failure::output(&args.output, error))
    })?;
    let line = Line {
        file: &args.output,
        program: &program.name,
        entry: &module.func(program.entry).name,
        functions: module.funcs.iter().filter(|func| !func.is_declaration()).count(),
        variables: module.globals.iter().filter(|global| global.init.is_some()).count(),
        profiled: counts.map_or(0, |counts| counts.funcs.iter().flatten().count()),
        bytes: bytes.len(),
    };
    ui.result(&line, || {
        let Line { file, entry, functions, variables, profiled, bytes, .. } = &line;
        let known = match args.profile {
            Some(_) => format!(", {profiled} of them with counts"),
            None => String::new(),
        };
        format!(
            "{}: entry {entry}, {functions} functions{known}, {variables} variables, {bytes} bytes",
            file.display()
        )
    });
    Ok(Exit::Success)
}

/// What the snapshot that `target` names says of the functions of a program.
fn counted(target: &str, module: &Module) -> Result<Counts, Failure> {
    let source = source::one(target)?;
    let snapshot = source.decode()?;
    let mut counts = bareflow_llvm::counts(module, &profiles(&snapshot, module));
    // Functions that jump to labels are written in another form, which was not counted.
    for (func, known) in module.funcs.iter().zip(&mut counts.funcs) {
        if func.instrs.iter().any(|instr| matches!(instr.op, Op::IndirectBr { .. })) {
            *known = None;
        }
    }
    if counts.funcs.iter().all(Option::is_none) {
        let message = "it has no counts of this program's functions";
        return Err(Failure::in_source(&source, message));
    }
    Ok(counts)
}

/// By function id: of functions of the same name in several modules the one called most.
fn profiles(snapshot: &Snapshot, module: &Module) -> Vec<FunctionProfile> {
    let of = |func: &bareflow_ir::Function| {
        let known = snapshot.functions.iter().filter(|function| function.name == func.name);
        let most = known.max_by_key(|function| function.profile.calls);
        most.map_or_else(Default::default, |function| profile_from_record(&function.profile))
    };
    module.funcs.iter().map(of).collect()
}
