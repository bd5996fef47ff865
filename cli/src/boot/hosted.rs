//! A boot in a process of this system: the same engine, with a folder for a disk.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use bareflow_emulator::{Outcome, Piece, Run, Splitter};
use bareflow_report::Record;

use crate::boot::Line;
use crate::failure::{Failure, Kind};

/// Boots what `folder` has, which lies there as on a disk, in a process of its own, whose console reads `input`.
///
/// # Errors
/// When the process could not be started.
pub fn boot_folder(folder: &Path, input: &[u8]) -> Result<Line, Failure> {
    Ok(boot_folder_on(1, folder, input)?.0)
}

/// The same on several processors, with everything that was recorded.
///
/// # Errors
/// As for one.
pub fn boot_folder_on(
    processors: u32,
    folder: &Path,
    input: &[u8],
) -> Result<(Line, Vec<Record>), Failure> {
    let failed = |error| Failure::new(Kind::Failed, format!("this program: {error}"));
    let own = std::env::current_exe().map_err(failed)?;
    let began = Instant::now();
    let mut child = Command::new(own)
        .args(["run", "--serial", "--smp", &processors.to_string(), "--disk"])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    if let Some(mut console) = child.stdin.take() {
        // A program that has ended reads no more; its report tells why.
        let _ = console.write_all(input);
    }
    let ended = child.wait_with_output().map_err(failed)?;
    let (mut output, mut records) = (Vec::new(), Vec::new());
    let mut splitter = Splitter::default();
    for piece in splitter.feed(&ended.stdout) {
        match piece {
            Piece::Output(bytes) => output.extend(bytes),
            Piece::Record(text) => records.push(text),
        }
    }
    output.extend(splitter.finish());
    let complaints = String::from_utf8_lossy(&ended.stderr).into_owned();
    let mut known: Vec<Record> =
        records.iter().filter_map(|text| serde_json::from_str(text).ok()).collect();
    known.extend(complaints.lines().map(|line| Record::Log { text: line.to_owned() }));
    let reported = known.iter().any(|record| matches!(record, Record::Report(_)));
    let outcome = match ended.status.code() {
        Some(0) => Outcome::Success,
        // A process that ends by a fault makes no report.
        _ if reported => Outcome::Failure,
        _ => Outcome::Fault,
    };
    let restarts = Vec::new();
    let run = Run { outcome, output, records, restarts, elapsed: began.elapsed(), complaints };
    Ok((Line::new(&run, &known), known))
}
