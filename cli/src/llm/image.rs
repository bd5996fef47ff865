//! `bareflow llm image`: a bootable disk with a model on it.

use std::path::{Path, PathBuf};

use super::args::Image;
use super::files::check;
use crate::artefacts::Artefacts;
use crate::failure::{Exit, Failure};
use crate::image;
use crate::ui::Ui;

/// Bytes of a file on FAT16, at most: its volumes have no more room beside their own tables.
const MOST: u64 = (2 << 30) - (16 << 20);

/// Makes the image.
///
/// # Errors
/// A file that cannot be read, that is no model, or that is too large.
pub(super) fn run(args: Image, ui: &Ui) -> Result<Exit, Failure> {
    check(&args.model, args.speech.tokenizer.as_deref())?;
    let bytes =
        std::fs::metadata(&args.model).map_err(|error| Failure::input(&args.model, error))?;
    if bytes.len() > MOST {
        let message = format!(
            "{} MiB are more than a FAT16 disk has room for, {} MiB; a file with fewer bits a weight, such as \
             Q4_K_M, is smaller",
            bytes.len() >> 20,
            MOST >> 20
        );
        return Err(Failure::input(&args.model, message));
    }
    let (files, mut words) = layout(&args.model, args.speech.tokenizer.as_deref());
    match args.prompt {
        Some(prompt) => words.extend(["--prompt".to_owned(), prompt]),
        None => words.push("--chat".to_owned()),
    }
    words.extend(args.speech.words());
    let program = Artefacts::locate().path("llm.bc")?;
    let args = image::Args::of_program(program, args.output, files, words, args.compilers);
    image::run(args, ui)
}

/// Where the files of a model lie on a disk, and how the program is told of them.
pub(crate) fn layout(
    model: &Path,
    tokenizer: Option<&Path>,
) -> (Vec<(PathBuf, String)>, Vec<String>) {
    let mut words = vec![on_disk(model, "/model.gguf")];
    let mut files = vec![(model.to_owned(), words[0].clone())];
    if let Some(tokenizer) = tokenizer {
        let path = on_disk(tokenizer, "/tokens.bin");
        files.push((tokenizer.to_owned(), path.clone()));
        words.extend(["--tokenizer".to_owned(), path]);
    }
    (files, words)
}

/// Where a file lies on the disk: under a name of eight and three letters, which everything can read.
fn on_disk(file: &Path, usual: &str) -> String {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("bin") => usual.replace(".gguf", ".bin"),
        _ => usual.to_owned(),
    }
}
