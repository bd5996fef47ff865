//! What `bareflow image` takes.

use std::path::PathBuf;

use bareflow_profile::Level;

use crate::program::{ProgramOptions, variable};

/// Least size of a hard disk that is sized by its contents, in bytes.
pub(super) const LEAST: u64 = 64 << 20;

/// Makes a bootable disk with modules on it.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  bareflow image -o disk.img hello.bc                     one program, entry main
  bareflow image -o disk.img main.bc util.bc              two files of one program
  bareflow image -o disk.img tool.bc --args -v notes.txt  with arguments; they come last
  bareflow image -o disk.img fib.bc --entry fib --arg 30  uint64_t fib(uint64_t), called with 30
  bareflow image -o disk.img *.llbc --size 128M           modules that run one after the other
  bareflow image -o disk.img llm.bc --add model.bin=/model.bin
  bareflow image -o disk.img main.bc --compilers O3=cranelift   without LLVM
  bareflow image -o floppy.img --floppy                   1.44 MB: loader and kernel only")]
pub struct Args {
    /// Bitcode: plain `.bc` files are parts of one program, LLBC files modules of their own
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// The image to make
    #[arg(short, long, value_name = "IMAGE")]
    pub(super) output: PathBuf,
    /// Size of the image: 64M, 1G [default: what the files need, and room for snapshots]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(super) size: Option<u64>,
    /// Kernel to boot, a FLUD file [default: the one that was built]
    #[arg(long, value_name = "KERNEL")]
    pub(super) kernel: Option<PathBuf>,
    /// Make a floppy disk: 1.44 MB without files, 2.88 MB (the least FAT16 fits on) with files
    #[arg(long, conflicts_with = "size")]
    pub(super) floppy: bool,
    /// Put another file on the disk, for the program to open; may be given several times
    #[arg(long, value_name = "FILE=/PATH", value_parser = added)]
    pub(super) add: Vec<(PathBuf, String)>,
    /// Take settings and modules from this manifest instead; its files are the FILEs by name
    #[arg(long, value_name = "JSON", conflicts_with_all = ["entry", "arg", "undefined", "calls", "level", "thresholds", "tournaments", "profile", "pool", "env", "args"])]
    pub(super) manifest: Option<PathBuf>,
    /// Snapshots to keep on the disk
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) keep: u32,
    /// Save no snapshots
    #[arg(long)]
    pub(super) no_save: bool,
    /// Let the machine say every decision it takes
    #[arg(long)]
    pub(super) verbose: bool,
    /// Command line for the kernel
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub(super) cmdline: String,
    #[command(flatten)]
    pub(super) program: ProgramOptions,
    /// An environment variable of the programs; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    pub(super) env: Vec<String>,
    /// Arguments of the program: all that follows
    #[arg(long, value_name = "ARG", num_args = 0.., allow_hyphen_values = true, conflicts_with = "arg")]
    pub(super) args: Vec<String>,
}

impl Args {
    /// A disk with one program, further files, and arguments for it.
    pub(crate) fn of_program(
        file: PathBuf,
        output: PathBuf,
        add: Vec<(PathBuf, String)>,
        args: Vec<String>,
        compilers: Vec<(Level, String)>,
    ) -> Self {
        Self {
            files: vec![file],
            output,
            size: None,
            kernel: None,
            floppy: false,
            add,
            manifest: None,
            keep: 8,
            no_save: false,
            verbose: false,
            cmdline: String::new(),
            program: ProgramOptions { compilers, ..ProgramOptions::default() },
            env: Vec::new(),
            args,
        }
    }
}

/// Bytes of `64M`, `1G`, `512K`; a number alone is in bytes.
fn size(text: &str) -> Result<u64, String> {
    let (digits, shift) = match text.as_bytes().last() {
        Some(b'K' | b'k') => (&text[..text.len() - 1], 10),
        Some(b'M' | b'm') => (&text[..text.len() - 1], 20),
        Some(b'G' | b'g') => (&text[..text.len() - 1], 30),
        _ => (text, 0),
    };
    match digits.parse::<u64>().ok().and_then(|n| n.checked_mul(1 << shift)) {
        Some(bytes) if (1 << 20..=2 << 30).contains(&bytes) => Ok(bytes),
        _ => Err("a size from 1M to 2G, such as 64M".to_owned()),
    }
}

/// `FILE=/PATH`.
fn added(text: &str) -> Result<(PathBuf, String), String> {
    match text.split_once("=/") {
        Some((file, path)) if !file.is_empty() && !path.is_empty() => {
            Ok((PathBuf::from(file), format!("/{path}")))
        }
        _ => Err("a file and its absolute path on the disk: model.bin=/model.bin".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_limits() {
        assert_eq!(size("64M"), Ok(64 << 20));
        assert_eq!(size("2G"), Ok(2 << 30));
        assert!(size("3G").is_err());
        assert!(size("1K").is_err());
        assert!(size("M").is_err());
        assert!(size("99999999999999999999").is_err());
    }

    #[test]
    fn an_added_file_has_an_absolute_path() {
        assert_eq!(added("a=/b/c"), Ok((PathBuf::from("a"), "/b/c".to_owned())));
        assert!(added("a=b").is_err());
        assert!(added("=/b").is_err());
        assert!(added("a=/").is_err());
    }
}
