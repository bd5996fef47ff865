//! Boots the grown and the shrunk image and compares what can be seen of them.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::time::Duration;

use bareflow_emulator::{EmulatorError, Input, Outcome, Run, Settings, Tape, run};
use serde::Serialize;

use crate::failure::{Failure, Kind};

/// Two images that behave alike, and how long each took.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    /// Bytes that the program printed, in both.
    pub output_bytes: usize,
    /// What the modules gave: exit status and result.
    pub results: BTreeMap<String, (i64, Option<u64>)>,
    /// How both ended.
    pub outcome: String,
    /// Seconds from start to end of the grown image.
    pub grown_seconds: f64,
    /// Of the shrunk one.
    pub shrunk_seconds: f64,
    /// How often the shrunk one went back to the grown one beside it, whose output then counts.
    pub returns: usize,
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "verified: both print the same {} bytes, give the same {} results and end with {}; \
             {:.2} s grown, {:.2} s shrunk",
            self.output_bytes,
            self.results.len(),
            self.outcome,
            self.grown_seconds,
            self.shrunk_seconds
        )?;
        match self.returns {
            0 => Ok(()),
            1 => write!(f, "; it came back once"),
            many => write!(f, "; it came back {many} times"),
        }
    }
}

/// Compares the disk image that `grown` writes with the one that `shrunk` writes, a shrunk image or a disk with
/// both. Both read the same input from its beginning to its end; `orders` has the grown one run its programs as
/// the shrunk one does.
///
/// # Errors
/// [`Kind::Differs`] with the first difference, [`Kind::Crashed`] when one does not end, or why
/// they could not be run.
pub fn verify(
    grown: &Disk<'_>,
    shrunk: &Disk<'_>,
    orders: &str,
    input: &Tape,
    timeout: u64,
) -> Result<Verdict, Failure> {
    let boot = |disk: &Disk<'_>| {
        let made;
        let image = match disk {
            Disk::There(path) => path,
            Disk::Made(write) => {
                let failed =
                    |error| Failure::new(Kind::File, format!("a temporary image: {error}"));
                let mut file = tempfile::NamedTempFile::new().map_err(failed)?;
                write(file.as_file_mut())?;
                made = file;
                made.path()
            }
        };
        let mut settings = Settings::new(image);
        settings.keep_writes = false;
        settings.input = Input::Tape(input.clone());
        settings.orders = Some(orders.to_owned());
        settings.timeout = Duration::from_secs(timeout);
        run(&settings, &mut |_| ()).map_err(emulator_failure)
    };
    let (grown_run, shrunk_run) = (boot(grown)?, boot(shrunk)?);
    for (what, run) in [("grown", &grown_run), ("shrunk", &shrunk_run)] {
        if matches!(run.outcome, Outcome::Hung | Outcome::Reset | Outcome::Flooded) {
            let message = format!("the {what} image: {}", run.outcome);
            return Err(Failure::new(Kind::Crashed, message));
        }
    }
    compare(&grown_run, &shrunk_run)
}

/// A disk to boot.
pub enum Disk<'a> {
    /// It is there.
    There(&'a Path),
    /// This writes it.
    Made(&'a dyn Fn(&mut File) -> Result<(), Failure>),
}

impl std::fmt::Debug for Disk<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Disk::There(path) => f.debug_tuple("There").field(path).finish(),
            Disk::Made(_) => f.write_str("Made"),
        }
    }
}

fn compare(grown: &Run, shrunk: &Run) -> Result<Verdict, Failure> {
    let differs = |message: String| Err(Failure::new(Kind::Differs, message));
    // What was printed before the machine started again is printed again.
    let printed = &shrunk.output[shrunk.restarts.last().copied().unwrap_or(0)..];
    if grown.output != printed {
        let at = grown.output.iter().zip(printed).take_while(|(a, b)| a == b).count();
        return differs(format!(
            "the outputs differ from byte {at} on: grown {}, shrunk {}",
            excerpt(&grown.output, at),
            excerpt(printed, at)
        ));
    }
    let (ours, theirs) = (results(shrunk), results(grown));
    if ours != theirs {
        return differs(format!("the results differ: grown {theirs:?}, shrunk {ours:?}"));
    }
    if grown.outcome != shrunk.outcome {
        return differs(format!(
            "the grown image ended with {}, the shrunk one with {}",
            grown.outcome, shrunk.outcome
        ));
    }
    Ok(Verdict {
        output_bytes: grown.output.len(),
        results: ours,
        outcome: grown.outcome.to_string(),
        grown_seconds: grown.elapsed.as_secs_f64(),
        shrunk_seconds: shrunk.elapsed.as_secs_f64(),
        returns: shrunk.restarts.len(),
    })
}

/// Exit status and result by module.
pub fn results(run: &Run) -> BTreeMap<String, (i64, Option<u64>)> {
    let records = run.records.iter().filter_map(|text| serde_json::from_str(text).ok());
    records
        .filter(|record: &serde_json::Value| record["record"] == "result")
        .map(|record| {
            let module = record["module"].as_str().unwrap_or_default().to_owned();
            (module, (record["exit"].as_i64().unwrap_or(-1), record["result"].as_u64()))
        })
        .collect()
}

fn excerpt(bytes: &[u8], at: usize) -> String {
    let start = at.saturating_sub(20);
    let end = bytes.len().min(at + 20);
    format!("\"{}\"", bytes[start..end].escape_ascii())
}

fn emulator_failure(error: EmulatorError) -> Failure {
    let kind = match error {
        EmulatorError::File(..) => Kind::File,
        _ => Kind::Tool,
    };
    Failure::new(kind, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run_of(output: &[u8], records: &[&str], outcome: Outcome) -> Run {
        Run {
            output: output.to_vec(),
            records: records.iter().map(|text| (*text).to_owned()).collect(),
            outcome,
            restarts: Vec::new(),
            elapsed: Duration::ZERO,
            complaints: String::new(),
        }
    }

    #[test]
    fn every_difference_is_named() {
        let one = r#"{"record":"result","module":"m","exit":0,"result":1}"#;
        let two = r#"{"record":"result","module":"m","exit":0,"result":2}"#;
        let grown = run_of(b"hello\n", &[one], Outcome::Success);
        assert_eq!(compare(&grown, &grown).unwrap().output_bytes, 6);
        // What went back counts from there on.
        let mut back = run_of(b"hellhello\n", &[one], Outcome::Success);
        back.restarts = vec![4];
        assert_eq!(compare(&grown, &back).unwrap().returns, 1);
        for (shrunk, word) in [
            (run_of(b"help\n", &[one], Outcome::Success), "from byte 3 on"),
            (run_of(b"hello", &[one], Outcome::Success), "from byte 5 on"),
            (run_of(b"hello\n", &[two], Outcome::Success), "results differ"),
            (run_of(b"hello\n", &[], Outcome::Success), "results differ"),
            (run_of(b"hello\n", &[one], Outcome::Failure), "ended with"),
        ] {
            let failure = compare(&grown, &shrunk).unwrap_err();
            assert_eq!(failure.kind, Kind::Differs);
            assert!(failure.message.contains(word), "{}", failure.message);
        }
    }
}
