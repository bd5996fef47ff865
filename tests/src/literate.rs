//! Documents that are run: fenced blocks of files and of commands.
//!
//! A block whose info string has a file name (` ```c hello.c `) is that file. A block `console` has
//! commands behind `$ `, and under each the lines that it must print, in order; `…` stands for
//! anything. A command with `error:` or `aborted:` below it must fail, any other must succeed.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::{place, process};

/// Patience with one command.
const LIMIT: Duration = Duration::from_secs(300);

/// A fenced block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Block {
    /// What stands behind the opening fence.
    pub info: String,
    /// Its lines.
    pub text: String,
    /// Line of the opening fence, from 1.
    pub line: usize,
}

/// The fenced blocks of a document.
#[must_use]
pub fn blocks(document: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<Block> = None;
    for (index, line) in document.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (Some(_), Some(_)) => found.extend(open.take()),
            (None, Some(info)) => {
                let info = info.trim().to_owned();
                open = Some(Block { info, text: String::new(), line: index + 1 });
            }
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}

/// Follows a document in `folder`, from the first block to the last.
///
/// # Errors
/// The first command that does not do what the document says, with its line.
pub fn follow(document: &str, folder: &Path) -> Result<usize, String> {
    let mut commands = 0;
    for block in blocks(document) {
        let mut words = block.info.split_whitespace();
        match (words.next(), words.next()) {
            (Some("console"), _) => commands += console(&block, folder)?,
            (_, Some(name)) => std::fs::write(folder.join(name), &block.text)
                .map_err(|error| format!("{name}: {error}"))?,
            _ => {}
        }
    }
    Ok(commands)
}

fn console(block: &Block, folder: &Path) -> Result<usize, String> {
    let mut lines = block.text.lines().enumerate().peekable();
    let mut commands = 0;
    while let Some((index, line)) = lines.next() {
        let at = block.line + index + 1;
        let Some(command) = line.strip_prefix("$ ") else {
            return Err(format!("line {at}: neither a command nor below one: {line}"));
        };
        let mut expected = Vec::new();
        while let Some((_, line)) = lines.next_if(|(_, line)| !line.starts_with("$ ")) {
            expected.push(line);
        }
        run(command, &expected, folder).map_err(|why| format!("line {at}: {command}: {why}"))?;
        commands += 1;
    }
    Ok(commands)
}

/// What stands for the programs that documents name.
fn program(words: &mut Vec<&str>) -> Result<PathBuf, String> {
    let first = words.remove(0);
    match (first, words.first()) {
        ("cargo", Some(&"bareflow")) => {
            words.remove(0);
            place::tool("bareflow")
        }
        ("cargo", Some(&"shrink")) => {
            words.remove(0);
            place::tool("bareflow-shrink")
        }
        ("clang", _) => Ok("clang-22".into()),
        _ => Ok(first.into()),
    }
}

fn run(line: &str, expected: &[&str], folder: &Path) -> Result<(), String> {
    let (line, input) = match line.split_once(" < ") {
        Some((line, file)) => {
            let read = std::fs::read(folder.join(file)).map_err(|e| format!("{file}: {e}"))?;
            (line, read)
        }
        None => (line, Vec::new()),
    };
    let mut words: Vec<&str> = line.split_whitespace().collect();
    let mut command = Command::new(program(&mut words)?);
    command.args(&words).current_dir(folder).env("BAREFLOW_ARTEFACTS", place::artefacts()?);
    let ended = process::run(&mut command, &input, LIMIT)?;
    let text = [ended.out, ended.err].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let said = text.concat();
    let is_failure = |line: &&str| line.starts_with("error:") || line.starts_with("aborted:");
    let fails = expected.iter().any(is_failure);
    if fails == (ended.status == 0) {
        return Err(format!("ended with {}\n{said}", ended.status));
    }
    let mut rest = said.lines();
    for wanted in expected {
        if !rest.any(|line| matches(wanted, line)) {
            return Err(format!("does not say {wanted:?} but\n{said}"));
        }
    }
    Ok(())
}

/// Whether a line is what a document says; `…` stands for anything.
fn matches(wanted: &str, line: &str) -> bool {
    let Some((start, rest)) = wanted.split_once('…') else { return line == wanted };
    let Some(mut left) = line.strip_prefix(start) else { return false };
    let mut pieces: Vec<&str> = rest.split('…').collect();
    let end = pieces.pop().unwrap_or_default();
    for piece in pieces {
        let Some((_, behind)) = left.split_once(piece) else { return false };
        left = behind;
    }
    left.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_stand_for_anything() {
        for line in ["one…", "…three", "…two…", "one…ee", "o…w…e"] {
            assert!(matches(line, "one two three"), "{line}");
        }
        for line in ["two…", "…two", "one…four…", "one two three four…", "…three…two…"]
        {
            assert!(!matches(line, "one two three"), "{line}");
        }
    }

    #[test]
    fn what_a_document_says_is_checked() {
        let folder = tempfile::tempdir().unwrap();
        let say = |text: &str| follow(&format!("```console\n{text}\n```\n"), folder.path());
        assert_eq!(say("$ echo one\none\n$ true"), Ok(2));
        assert!(say("$ echo one\ntwo").unwrap_err().contains("line 2: echo one: does not say"));
        assert!(say("$ false").is_err());
        std::fs::write(folder.path().join("in.txt"), "typed").unwrap();
        assert_eq!(say("$ cat < in.txt\ntyped"), Ok(1));
        assert!(say("$ echo error:\nerror:").is_err(), "an error ends with a status");
        assert_eq!(
            follow("```c a.c\nint a;\n```\n```console\n$ cat a.c\nint…\n```\n", folder.path()),
            Ok(1)
        );
    }
}
