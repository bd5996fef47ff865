//! llama2.c: `run.c`, which tells a story; with the likeliest word each time, so always the same one.

use std::path::{Path, PathBuf};

use crate::program::Program;

/// A model of its own family that is small, and the words it knows.
const FILES: [&str; 2] = ["stories260K.bin", "tok512.bin"];

pub(crate) fn programs(folder: &Path) -> Result<Vec<Program>, String> {
    let [model, words]: [PathBuf; 2] = FILES.map(|name| folder.join(name));
    for file in [&model, &words] {
        if !file.exists() {
            return Err(format!("{}: the model belongs there", file.display()));
        }
    }
    let mut args = vec![model.display().to_string(), "-z".into(), words.display().to_string()];
    args.extend(["-t", "0", "-n", "200"].map(String::from));
    Ok(vec![Program {
        name: "llama2".into(),
        sources: vec![folder.join("run.c")],
        flags: Vec::new(),
        args,
        folder: folder.to_owned(),
        is_answer: |_| true,
    }])
}
