//! Long commands, watched: on a terminal one line that changes in place, in a log a line every few
//! seconds, and nothing at all for what is over in a moment.

use std::io::{IsTerminal, Read, Write};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use crate::progress::{Ear, Said};

/// A command that is over sooner is not talked about.
const MOMENT: Duration = Duration::from_millis(700);
/// Longest silence in a log.
pub(crate) const SILENCE: Duration = Duration::from_secs(5);
/// How often a line on a terminal is drawn.
const TICK: Duration = Duration::from_millis(200);

/// Runs cargo and shows how far it is. What it compiles is counted, what people must read is passed
/// on.
///
/// # Errors
/// It cannot be started.
pub fn cargo(command: &mut Command, what: &str) -> std::io::Result<ExitStatus> {
    let colour = if std::io::stderr().is_terminal() { "always" } else { "never" };
    command
        .env("CARGO_TERM_PROGRESS_WHEN", "always")
        .env("CARGO_TERM_PROGRESS_WIDTH", "120")
        .env("CARGO_TERM_COLOR", colour);
    run(command, what)
}

/// Runs a command and shows for how long it has been running. What it prints on standard output is
/// thrown away, what on standard error is passed on.
///
/// # Errors
/// It cannot be started.
pub fn run(command: &mut Command, what: &str) -> std::io::Result<ExitStatus> {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let pieces = match child.stderr.take() {
        Some(stream) => listen(stream),
        None => sync_channel(1).1,
    };
    let mut watch = Watch::new(what);
    let mut ear = Ear::default();
    loop {
        match pieces.recv_timeout(TICK) {
            Ok(bytes) => ear.hear(&bytes).into_iter().for_each(|said| watch.take(said)),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        watch.show();
    }
    ear.finish().into_iter().for_each(|said| watch.take(said));
    let status = child.wait()?;
    watch.end(status.success());
    Ok(status)
}

/// Runs a command that speaks for itself: what it prints is passed on as it comes, and in a log a line
/// says that it is still at it where it is silent for long.
///
/// # Errors
/// It cannot be started.
pub fn speaking(command: &mut Command, what: &str) -> std::io::Result<ExitStatus> {
    if std::io::stderr().is_terminal() {
        return command.status();
    }
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (sender, pieces) = sync_channel(64);
    if let Some(stream) = child.stdout.take() {
        forward(stream, false, sender.clone());
    }
    if let Some(stream) = child.stderr.take() {
        forward(stream, true, sender.clone());
    }
    drop(sender);
    let began = Instant::now();
    loop {
        match pieces.recv_timeout(SILENCE) {
            // Nobody reads any more: the command goes on.
            Ok((true, bytes)) => drop(std::io::stderr().write_all(&bytes)),
            Ok((false, bytes)) => {
                let mut out = std::io::stdout();
                drop(out.write_all(&bytes).and_then(|()| out.flush()));
            }
            Err(RecvTimeoutError::Timeout) => {
                eprintln!("  {what}: {} s", began.elapsed().as_secs());
            }
            Err(RecvTimeoutError::Disconnected) => return child.wait(),
        }
    }
}

/// Passes on what comes from a stream, marked with whether it is the one for errors.
fn forward(
    mut stream: impl Read + Send + 'static,
    errors: bool,
    sender: std::sync::mpsc::SyncSender<(bool, Vec<u8>)>,
) {
    std::thread::spawn(move || {
        let mut buffer = vec![0; 16 << 10];
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            if sender.send((errors, buffer[..count].to_vec())).is_err() {
                break;
            }
        }
    });
}

fn listen(mut stream: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = sync_channel(64);
    std::thread::spawn(move || {
        let mut buffer = vec![0; 16 << 10];
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            if sender.send(buffer[..count].to_vec()).is_err() {
                break;
            }
        }
    });
    receiver
}

/// One command that is being watched.
struct Watch<'a> {
    what: &'a str,
    terminal: bool,
    began: Instant,
    /// When something was last said in a log.
    said: Instant,
    /// What was last drawn on a terminal.
    drawn: String,
    /// How far it is, in the command's own count.
    at: Option<String>,
}

impl<'a> Watch<'a> {
    fn new(what: &'a str) -> Self {
        let now = Instant::now();
        Self {
            what,
            terminal: std::io::stderr().is_terminal(),
            began: now,
            said: now,
            drawn: String::new(),
            at: None,
        }
    }

    fn take(&mut self, said: Said) {
        match said {
            Said::Progress(at) => self.at = Some(at),
            Said::Line(line) => {
                self.wipe();
                eprintln!("{line}");
                self.said = Instant::now();
            }
        }
    }

    /// `building bareflow: 45 of 155, cranelift-codegen, 25 s`.
    fn line(&self) -> String {
        let seconds = self.began.elapsed().as_secs();
        match &self.at {
            Some(at) => format!("  {}: {at}, {seconds} s", self.what),
            None => format!("  {}: {seconds} s", self.what),
        }
    }

    fn show(&mut self) {
        if self.began.elapsed() < MOMENT {
            return;
        }
        if !self.terminal {
            // The first word soon, so that nobody wonders.
            let quiet = if self.drawn.is_empty() { MOMENT } else { SILENCE };
            if self.said.elapsed() >= quiet {
                self.drawn = self.line();
                eprintln!("{}", self.drawn);
                self.said = Instant::now();
            }
            return;
        }
        // A line that wraps could not be wiped away.
        let line: String = self.line().chars().take(width()).collect();
        if line != self.drawn {
            let mut out = std::io::stderr();
            // Nobody looks any more: the command goes on.
            let _ = write!(out, "\r\x1b[K{line}").and_then(|()| out.flush());
            self.drawn = line;
        }
    }

    fn wipe(&mut self) {
        if self.terminal && !self.drawn.is_empty() {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
            self.drawn.clear();
        }
    }

    fn end(&mut self, success: bool) {
        let talked = !self.drawn.is_empty();
        self.wipe();
        if talked && success {
            eprintln!("  {}: done in {} s", self.what, self.began.elapsed().as_secs());
        }
    }
}

/// Columns that a line may take.
fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    columns.unwrap_or(80usize).saturating_sub(1)
}
