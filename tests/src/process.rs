//! Running a program to its end, or to the end of our patience.

use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How a program ended and what it wrote.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ended {
    /// Exit status; 128 and the number of the signal that ended it.
    pub status: i32,
    /// Standard output.
    pub out: Vec<u8>,
    /// Standard error.
    pub err: Vec<u8>,
}

/// Runs `command` with `input` on its standard input.
///
/// # Errors
/// It cannot be started, or was still running after `limit` and was stopped.
pub fn run(command: &mut Command, input: &[u8], limit: Duration) -> Result<Ended, String> {
    let line = format!("{command:?}");
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot start {line}: {error}"))?;
    let mut stdin = child.stdin.take().expect("it is piped");
    let mut stdout = child.stdout.take().expect("it is piped");
    let mut stderr = child.stderr.take().expect("it is piped");
    std::thread::scope(|scope| {
        // A program that reads nothing closes the pipe: no error of ours.
        scope.spawn(move || drop(stdin.write_all(input)));
        let out = scope.spawn(move || {
            let mut bytes = Vec::new();
            drop(stdout.read_to_end(&mut bytes));
            bytes
        });
        let err = scope.spawn(move || {
            let mut bytes = Vec::new();
            drop(stderr.read_to_end(&mut bytes));
            bytes
        });
        let start = Instant::now();
        let mut nap = Duration::from_micros(500);
        let status = loop {
            match child.try_wait() {
                Ok(Some(status)) => break Ok(status),
                Ok(None) if start.elapsed() < limit => {
                    std::thread::sleep(nap);
                    nap = (nap * 2).min(Duration::from_millis(20));
                }
                Ok(None) => break Err(format!("{line} still ran after {limit:?}")),
                Err(error) => break Err(format!("{line}: {error}")),
            }
        };
        if status.is_err() {
            drop(child.kill());
            drop(child.wait());
        }
        let (out, err) = (out.join().unwrap_or_default(), err.join().unwrap_or_default());
        let status = status?;
        let status = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
        Ok(Ended { status, out, err })
    })
}
