//! Boots the grown and the shrunk image and compares what can be seen of them.

use std::collections::BTreeMap;
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
        )
    }
}

/// Compares the disk image `grown` with the flat image `shrunk`. Both read the same input from its
/// beginning to its end; `orders` has the grown one run its programs as the shrunk one does.
///
/// # Errors
/// [`Kind::Differs`] with the first difference, [`Kind::Crashed`] when one does not end, or why
/// they could not be run.
pub fn verify(
    grown: &Path,
    shrunk: &[u8],
    orders: &str,
    input: &Tape,
    timeout: u64,
) -> Result<Verdict, Failure> {
    let file = tempfile::NamedTempFile::new()
        .and_then(|file| std::fs::write(file.path(), shrunk).map(|()| file))
        .map_err(|error| Failure::new(Kind::File, format!("a temporary image: {error}")))?;
    let boot = |image: &Path| {
        let mut settings = Settings::new(image);
        settings.keep_writes = false;
        settings.input = Input::Tape(input.clone());
        settings.orders = Some(orders.to_owned());
        settings.timeout = Duration::from_secs(timeout);
        run(&settings, &mut |_| ()).map_err(emulator_failure)
    };
    let (grown_run, shrunk_run) = (boot(grown)?, boot(file.path())?);
    for (what, run) in [("grown", &grown_run), ("shrunk", &shrunk_run)] {
        if matches!(run.outcome, Outcome::Hung | Outcome::Reset | Outcome::Flooded) {
            let message = format!("the {what} image: {}", run.outcome);
            return Err(Failure::new(Kind::Crashed, message));
        }
    }
    compare(&grown_run, &shrunk_run)
}

fn compare(grown: &Run, shrunk: &Run) -> Result<Verdict, Failure> {
    let differs = |message: String| Err(Failure::new(Kind::Differs, message));
    if grown.output != shrunk.output {
        let at = grown.output.iter().zip(&shrunk.output).take_while(|(a, b)| a == b).count();
        return differs(format!(
            "the outputs differ from byte {at} on: grown {}, shrunk {}",
            excerpt(&grown.output, at),
            excerpt(&shrunk.output, at)
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
