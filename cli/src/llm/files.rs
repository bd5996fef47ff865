//! The files of a command line, before anything is started.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::failure::{Failure, Kind};

/// What a file with a model begins with, in GGUF.
const GGUF: &[u8] = b"GGUF";

/// Says what is wrong with them, in the words of commands.
///
/// # Errors
/// What it is.
pub(crate) fn check(model: &Path, tokenizer: Option<&Path>) -> Result<(), Failure> {
    let mut start = [0; 4];
    let mut file = File::open(model).map_err(|error| Failure::input(model, error))?;
    file.read_exact(&mut start)
        .map_err(|_| Failure::input(model, "no file with a model: it is too short"))?;
    match tokenizer {
        None if start != GGUF => {
            let message =
                "no GGUF file, so its tokenizer is in another one: name that by --tokenizer";
            Err(Failure::input(model, message))
        }
        Some(tokenizer) if !tokenizer.is_file() => Err(Failure::input(tokenizer, "no such file")),
        _ => Ok(()),
    }
}

/// A path as an argument of the program.
///
/// # Errors
/// It is not UTF-8.
pub(super) fn text(path: &Path) -> Result<String, Failure> {
    let text = path.to_str().map(str::to_owned);
    text.ok_or_else(|| Failure::new(Kind::Input, format!("{}: not UTF-8", path.display())))
}
