//! `cargo xtask unsafe`: how much of the code is unsafe, and how much of that says why it is sound.
//!
//! A block, an `unsafe impl` and an item of `#[unsafe(...)]` is something that whoever wrote it vouches for; an
//! `unsafe fn` is something that callers vouch for. Words in comments and texts are none. Which lines say why is
//! told by the words `SAFETY:`; that each block has one, clippy sees to (`undocumented_unsafe_blocks`).

use std::collections::BTreeMap;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::shell;

/// What `cargo xtask unsafe` takes.
#[derive(clap::Args)]
pub struct Args {
    /// A commit, in the place of what is checked out
    #[arg(long, value_name = "COMMIT", default_value = "HEAD")]
    of: String,
}

/// What a file or a folder has.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
struct Count {
    lines: usize,
    blocks: usize,
    /// Functions, implementations and traits.
    items: usize,
    safety: usize,
}

impl Count {
    fn add(&mut self, other: Self) {
        self.lines += other.lines;
        self.blocks += other.blocks;
        self.items += other.items;
        self.safety += other.safety;
    }
}

/// Prints the table.
///
/// # Errors
/// git is missing, or does not know the commit.
pub fn run(args: &Args) -> Result<()> {
    let mut folders: BTreeMap<String, Count> = BTreeMap::new();
    let listed = git(&["ls-tree", "-r", "--name-only", &args.of])?;
    for file in listed.lines().filter(|file| file.ends_with(".rs")) {
        let text = git(&["show", &format!("{}:{file}", args.of)])?;
        folders.entry(folder(file)).or_default().add(count(&text));
    }
    println!("| folder | lines | unsafe blocks | unsafe functions and impls | SAFETY lines |");
    println!("|---|---:|---:|---:|---:|");
    let mut all = Count::default();
    for (name, count) in &folders {
        all.add(*count);
        if count.blocks + count.items > 0 {
            print(name, count);
        }
    }
    print("all", &all);
    Ok(())
}

fn print(name: &str, count: &Count) {
    let Count { lines, blocks, items, safety } = count;
    println!("| `{name}` | {lines} | {blocks} | {items} | {safety} |");
}

fn git(arguments: &[&str]) -> Result<String> {
    let mut command = Command::new("git");
    let ended = command.current_dir(shell::workspace()).args(arguments).output();
    let ended = ended.context("git is missing")?;
    ensure!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    Ok(String::from_utf8_lossy(&ended.stdout).into_owned())
}

/// The crate's folder, by its name: what stands before `src`, `tests` and their like.
fn folder(file: &str) -> String {
    let parts: Vec<&str> = file.split('/').collect();
    let inside = ["src", "tests", "examples", "benches"];
    let end = parts.iter().skip(1).position(|part| inside.contains(part));
    let end = end.map_or(parts.len().saturating_sub(1).clamp(1, 2), |at| at + 1);
    parts[..end].join("/")
}

/// Counts what stands in a file.
fn count(text: &str) -> Count {
    let safety = text.lines().filter(|line| {
        let line = line.trim_start();
        line.starts_with("//") && line.contains("SAFETY:")
    });
    let mut count =
        Count { lines: text.lines().count(), safety: safety.count(), ..Count::default() };
    let code = code(text);
    let words = code.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    let mut at = 0;
    for word in words {
        let behind = at + word.len();
        if word == "unsafe" {
            match code[behind..].trim_start().chars().next() {
                Some('{') => count.blocks += 1,
                // An attribute: `#[unsafe(no_mangle)]`.
                Some('(') | None => {}
                Some(_) => count.items += 1,
            }
        }
        at = behind + code[behind..].chars().next().map_or(0, char::len_utf8);
    }
    count
}

/// The text without comments and what stands in quotes.
fn code(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let taken = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(length) =
            raw_text(rest).filter(|_| !code.ends_with(char::is_alphanumeric))
        {
            length
        } else if next == '"' {
            quoted(rest)
        } else if let Some(length) = character(rest) {
            length
        } else {
            code.push(next);
            next.len_utf8()
        };
        rest = &rest[taken..];
    }
    code
}

/// Bytes of a raw string that begins here.
fn raw_text(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix('r')?;
    let marks = inside.len() - inside.trim_start_matches('#').len();
    let inside = inside[marks..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(marks));
    let before = rest.len() - inside.len();
    Some(inside.find(&end).map_or(rest.len(), |at| before + at + end.len()))
}

/// Bytes of a string that begins here.
fn quoted(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            _ => escaped = c == '\\' && !escaped,
        }
    }
    rest.len()
}

/// Bytes of a character in quotes that begins here, if it is none of a lifetime's name.
fn character(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix('\'')?;
    let first = inside.chars().next()?;
    if first == '\\' {
        return inside.get(2..)?.find('\'').map(|at| at + 4);
    }
    let behind = first.len_utf8();
    inside[behind..].starts_with('\'').then_some(behind + 2)
}

#[cfg(test)]
mod tests {
    use super::{Count, count, folder};

    #[test]
    fn words_in_comments_and_texts_are_none() {
        let text = r##"
            // unsafe { }
            #[unsafe(no_mangle)]
            unsafe extern "C" fn f<'a>(x: &'a u8) -> char {
                // SAFETY: it is so.
                unsafe { g("unsafe {", r#"unsafe { " "#, '"', '\'', '\u{1f}') };
                not_unsafe { }
            }
            unsafe impl Send for T {}
        "##;
        assert_eq!(count(text), Count { lines: 10, blocks: 1, items: 2, safety: 1 });
    }

    #[test]
    fn crates_are_folders() {
        assert_eq!(folder("engine/link/src/map/mod.rs"), "engine/link");
        assert_eq!(folder("engine/link/tests/events.rs"), "engine/link");
        assert_eq!(folder("kernel/src/main.rs"), "kernel");
        assert_eq!(folder("tests/tests/boot.rs"), "tests");
        assert_eq!(folder("images/modules/sum.rs"), "images/modules");
        assert_eq!(folder("boot/build.rs"), "boot");
    }
}
