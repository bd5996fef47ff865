//! `bareflow wrap`: puts the LLBC header on bitcode, which makes it a module of an image.

use std::io::Write;
use std::path::PathBuf;

use bareflow_bitcode::{Llbc, read};
use bareflow_ir::{Module, Symbol};
use serde::Serialize;

use crate::failure::{Exit, Failure};
use crate::output_file::write_whole;
use crate::ui::Ui;

/// Puts the LLBC header on bitcode.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  bareflow wrap fib.bc --name fib --entry fib --opt 2 -o fib.llbc
  bareflow wrap old.llbc --name new -o new.llbc            the rest stays as in old.llbc")]
pub struct Args {
    /// Bitcode, plain or with an LLBC header, which is replaced
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Name of the module, at most 32 bytes [default: that of the old header, else the file's]
    #[arg(long)]
    name: Option<String>,
    /// Function to call, at most 64 bytes [default: that of the old header, else main]
    #[arg(long, value_name = "FUNCTION")]
    entry: Option<String>,
    /// Level the bitcode was optimised at [default: that of the old header, else 0]
    #[arg(long, value_name = "LEVEL", value_parser = clap::value_parser!(u32).range(0..=3))]
    opt: Option<u32>,
    /// The file to make
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,
}

/// What `--json` prints.
#[derive(Serialize, Debug)]
struct Line<'a> {
    file: &'a PathBuf,
    name: &'a str,
    entry: &'a str,
    opt: u32,
    bytes: usize,
}

/// Wraps the file.
///
/// # Errors
/// A file that is no bitcode or does not define the entry, and names that do not fit.
pub fn run(args: Args, ui: &Ui) -> Result<Exit, Failure> {
    let file = &args.file;
    let bytes = std::fs::read(file)
        .map_err(|error| Failure::input(file, format!("cannot be read: {error}")))?;
    let (old, bitcode) = match Llbc::parse(&bytes) {
        Ok(Some((old, bitcode))) => (Some(old), bitcode),
        Ok(None) => (None, &bytes[..]),
        Err(error) => return Err(Failure::input(file, error)),
    };
    let header = Llbc {
        name: (args.name.or(old.as_ref().map(|old| old.name.clone())))
            .or_else(|| Some(file.file_stem()?.to_string_lossy().into_owned()))
            .unwrap_or_default(),
        entry: (args.entry.or(old.as_ref().map(|old| old.entry.clone())))
            .unwrap_or_else(|| "main".to_owned()),
        opt_level: args.opt.or(old.as_ref().map(|old| old.opt_level)).unwrap_or(0),
    };
    let module = read(bitcode).map_err(|error| Failure::input(file, error))?;
    check_entry(&module, &header.entry).map_err(|what| Failure::input(file, what))?;
    let wrapped = header.wrap(bitcode).map_err(|error| Failure::usage(error.to_string()))?;
    write_whole(&args.output, |out| {
        out.write_all(&wrapped).map_err(|error| Failure::output(&args.output, error))
    })?;
    let Llbc { name, entry, opt_level } = &header;
    let bytes = wrapped.len();
    let line = Line { file: &args.output, name, entry, opt: *opt_level, bytes };
    ui.result(&line, || format!("{}: {name}, entry {entry}, {bytes} bytes", args.output.display()));
    Ok(Exit::Success)
}

/// The entry is defined in the module; what it is called with cannot be told from its type.
fn check_entry(module: &Module, entry: &str) -> Result<(), String> {
    let defined = match module.symbol(entry) {
        Some(Symbol::Func(id)) => !module.func(id).is_declaration(),
        Some(Symbol::Alias(_)) => true,
        Some(Symbol::Global(_)) | None => false,
    };
    if defined {
        return Ok(());
    }
    let functions = module.funcs.iter().filter(|func| !func.is_declaration());
    let names: Vec<&str> = functions.map(|func| func.name.as_str()).take(10).collect();
    Err(format!("it defines no function {entry}; it has {}", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module with one function, `main`, as LLVM writes it.
    fn bitcode(folder: &std::path::Path) -> PathBuf {
        let source = folder.join("one.ll");
        std::fs::write(&source, "define i32 @main() { ret i32 0 }").unwrap();
        let made = std::process::Command::new("llvm-as-22").arg(&source).status();
        assert!(made.expect("llvm-as-22: install the package llvm-22").success());
        folder.join("one.bc")
    }

    #[test]
    fn a_header_is_put_on_and_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let file = bitcode(folder.path());
        let output = folder.path().join("one.llbc");
        let (name, entry) = (Some("first".to_owned()), None);
        let args = Args { file: file.clone(), name, entry, opt: Some(2), output: output.clone() };
        assert_eq!(run(args, &Ui::new(true)).unwrap(), Exit::Success);

        let again = folder.path().join("two.llbc");
        let name = Some("second".to_owned());
        let args = Args { file: output, name, entry: None, opt: None, output: again.clone() };
        run(args, &Ui::new(true)).unwrap();
        let bytes = std::fs::read(again).unwrap();
        let (header, bitcode) = Llbc::parse(&bytes).unwrap().unwrap();
        let expected = Llbc { name: "second".into(), entry: "main".into(), opt_level: 2 };
        assert_eq!((header, bitcode), (expected, &std::fs::read(file).unwrap()[..]));
    }

    #[test]
    fn an_entry_that_is_missing_writes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("one.llbc");
        let args = Args {
            file: bitcode(folder.path()),
            name: None,
            entry: Some("other".to_owned()),
            opt: None,
            output: output.clone(),
        };
        let failure = run(args, &Ui::new(true)).unwrap_err();
        assert!(failure.message.contains("no function other; it has main"), "{failure}");
        assert!(!output.exists());
    }
}
