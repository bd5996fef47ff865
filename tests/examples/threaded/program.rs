//! A program, compiling it, and whether two runs of it say the same.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use bareflow_tests::process::{self, Ended};

/// For compiling one, and for running it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(300);

/// Runs a compiler.
pub(crate) fn compile(command: &mut Command) -> Result<(), String> {
    let ended = process::run(command, b"", PATIENCE)?;
    match ended.status {
        0 => Ok(()),
        _ => {
            Err(String::from_utf8_lossy(&ended.err).lines().take(4).collect::<Vec<_>>().join("\n"))
        }
    }
}

/// A program, of sources that belong together.
pub(crate) struct Program {
    pub(crate) name: String,
    pub(crate) sources: Vec<PathBuf>,
    pub(crate) flags: Vec<String>,
    pub(crate) args: Vec<String>,
    /// Where it runs.
    pub(crate) folder: PathBuf,
    /// Which lines of what it says are its answer: the others tell of times and machines.
    pub(crate) is_answer: fn(&str) -> bool,
}

impl Program {
    /// # Errors
    /// The first difference.
    pub(crate) fn compare(&self, wanted: &Ended, found: &Ended) -> Result<(), String> {
        let errors = || String::from_utf8_lossy(&found.err).lines().last().unwrap_or("").to_owned();
        if wanted.status != found.status {
            return Err(format!("status {}, not {}: {}", found.status, wanted.status, errors()));
        }
        let (wanted, found) = (self.answer(&wanted.out), self.answer(&found.out));
        for (at, line) in wanted.iter().enumerate() {
            let other = found.get(at).map_or("nothing", String::as_str);
            if !same_words(line, other) {
                return Err(format!("{other:?}, not {line:?} {}", errors()));
            }
        }
        match found.get(wanted.len()) {
            Some(more) => Err(format!("{more:?} beyond the end")),
            None if wanted.is_empty() => {
                Err("natively it says nothing that could be compared".into())
            }
            None => Ok(()),
        }
    }

    fn answer(&self, out: &[u8]) -> Vec<String> {
        let text = String::from_utf8_lossy(out);
        text.lines().filter(|line| (self.is_answer)(line)).map(str::to_owned).collect()
    }
}

/// What is below it is compared as if it were as large: residues of sums are rounding.
const LEAST: f64 = 1e-3;

/// Whether two lines have the same words, and the same numbers to six digits.
fn same_words(one: &str, other: &str) -> bool {
    let (one, other): (Vec<_>, Vec<_>) =
        (one.split_whitespace().collect(), other.split_whitespace().collect());
    let same = |(a, b): (&&str, &&str)| {
        a == b
            || match (a.parse::<f64>(), b.parse::<f64>()) {
                (Ok(a), Ok(b)) => (a - b).abs() <= 1e-6 * a.abs().max(b.abs()).max(LEAST),
                _ => false,
            }
    };
    one.len() == other.len() && one.iter().zip(&other).all(same)
}
