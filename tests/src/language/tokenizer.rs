//! Byte-level tokenizers against the package `tokenizers`, whose answers `oracle.py` has written down.

use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use super::file::{self, Writer};
use crate::process;

const KNOWN: &str = include_str!("tokenizers.json");
const PATIENCE: Duration = Duration::from_secs(60);

fn texts(value: &Value) -> Vec<String> {
    let list = value.as_array().into_iter().flatten();
    list.filter_map(Value::as_str).map(Into::into).collect()
}

/// Compares the tokens of all lines, for a way to tell words apart that GGUF files call `name`.
///
/// # Errors
/// The first line that differs.
pub fn check(program: &std::path::Path, name: &str) -> Result<(), String> {
    let known: Value = serde_json::from_str(KNOWN).map_err(|error| error.to_string())?;
    let mut writer = Writer::default();
    let tokens = texts(&known["tokens"]);
    file::smallest(&mut writer, tokens.len());
    writer.string("tokenizer.ggml.model", "gpt2");
    writer.string("tokenizer.ggml.pre", name);
    writer.strings("tokenizer.ggml.tokens", &tokens);
    writer.strings("tokenizer.ggml.merges", &texts(&known["merges"]));
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let path = folder.path().join("model.gguf");
    std::fs::write(&path, writer.finish()).map_err(|error| error.to_string())?;
    for (line, ids) in
        texts(&known["lines"]).iter().zip(known["cases"][name].as_array().into_iter().flatten())
    {
        let wanted: Vec<u64> =
            ids.as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
        // As a prompt: lines of input could not have line ends in them.
        let mut command = Command::new(program);
        command.arg(&path).args(["--raw", "--encode", "-p", line]);
        let ended = process::run(&mut command, b"", PATIENCE)?;
        let out = String::from_utf8_lossy(&ended.out);
        let got: Vec<u64> = out.split_whitespace().filter_map(|id| id.parse().ok()).collect();
        if got != wanted {
            let said = String::from_utf8_lossy(&ended.err);
            return Err(format!("{line:?}: {got:?}, not {wanted:?} {said}"));
        }
    }
    Ok(())
}
