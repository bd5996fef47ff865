//! One run of a machine, from start to whatever end.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::ExitStatus;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use crate::child::Child;
use crate::stream::{Piece, Splitter};
use crate::{Accel, EmulatorError, Input, Machine, Settings, command, direct, kvm, qemu};

/// How a machine ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It said success (isa-debug-exit 0x10).
    Success,
    /// It said that the program or a check failed (0x11).
    Failure,
    /// It said that it faulted or panicked (0x12).
    Fault,
    /// It wrote something else there.
    Other(u8),
    /// It did not end in time.
    Hung,
    /// It reset (a triple fault) or went off without saying how it ended.
    Reset,
    /// It printed more than the limit and was stopped.
    Flooded,
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Fault => "fault",
            Self::Other(code) => return write!(f, "unknown exit value {code:#x}"),
            Self::Hung => "hung: it did not end in time",
            Self::Reset => "reset: the machine rebooted or went off without saying why",
            Self::Flooded => "flooded: it printed more than the limit",
        })
    }
}

/// Something a machine said while it ran.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event<'a> {
    /// The program's output, as it comes.
    Output(&'a [u8]),
    /// The JSON text of a record.
    Record(&'a str),
}

/// A run that is over.
#[derive(Clone, Debug)]
pub struct Run {
    /// How it ended.
    pub outcome: Outcome,
    /// What the program printed (or the loader, when it failed).
    pub output: Vec<u8>,
    /// JSON texts of the records, in order.
    pub records: Vec<String>,
    /// Bytes of output that there were when the machine started again: once for each time that a shrunk
    /// image went back to the grown one.
    pub restarts: Vec<usize>,
    /// Time from starting the emulator to its end.
    pub elapsed: Duration,
    /// What QEMU itself complained about.
    pub complaints: String,
}

impl Run {
    /// What the loader said, when it was the loader that failed.
    #[must_use]
    pub fn loader_message(&self) -> Option<String> {
        let failed = self.outcome == Outcome::Failure && self.records.is_empty();
        let text = self.output.strip_prefix(b"boot: ").filter(|_| failed)?;
        Some(String::from_utf8_lossy(text).trim_end().to_owned())
    }
}

/// Runs a machine until it ends, by itself or by its time-out. `listen` hears what it says as it
/// says it. A machine that resets has ended, unless it has said that it does so for another image to
/// start: then it is started again, and gets its input from the beginning.
///
/// # Errors
/// When it could not be run at all; see [`EmulatorError`].
pub fn run(settings: &Settings, listen: &mut dyn FnMut(Event<'_>)) -> Result<Run, EmulatorError> {
    let emulator = qemu()?;
    let kvm = match settings.accel {
        Accel::Tcg => false,
        Accel::Auto => kvm().is_ok(),
        Accel::Kvm => kvm().map_err(|why| EmulatorError::NoKvm(why.to_owned())).map(|()| true)?,
    };
    for file in settings.image.iter().chain(&settings.kernel) {
        if let Err(error) = std::fs::File::open(file) {
            return Err(EmulatorError::File(file.clone(), error.to_string()));
        }
    }
    // Kept until the run is over: QEMU reads it again at a reset.
    let mut settings = settings.clone();
    let extracted = match (&settings.kernel, &settings.image, settings.machine) {
        (None, Some(image), Machine::Microvm) => Some(extract(image)?),
        _ => None,
    };
    if let Some((file, command_line)) = &extracted {
        settings.kernel = Some(file.path().to_owned());
        if settings.command_line.is_empty() {
            settings.command_line.clone_from(command_line);
        }
    }
    // What a shrunk image notes has to be there when the machine starts again, which is another process.
    let copy = match &settings.image {
        Some(image) if !settings.keep_writes && has_two_images(image) => Some(copy_of(image)?),
        _ => None,
    };
    if let Some(copy) = &copy {
        settings.image = Some(copy.path().to_owned());
        settings.keep_writes = true;
    }
    let settings = &settings;
    let start = Instant::now();
    let deadline = start + settings.timeout;
    // Kept as long as the kernel.
    let orders = settings.orders.as_deref().map(|text| temporary(text.as_bytes())).transpose()?;
    let orders = orders.as_ref().map(tempfile::NamedTempFile::path);
    let mut heard = Heard { output: Vec::new(), records: Vec::new(), bytes: 0, listen };
    let mut restarts = Vec::new();
    let (outcome, complaints) = loop {
        let mut child = Child::spawn(&mut command::build(&emulator, settings, orders, kvm)?)?;
        let outcome = one_start(&mut child, settings, &mut heard, deadline)?;
        if outcome != Outcome::Reset || !heard.goes_back() {
            break (outcome, child.complaints());
        }
        restarts.push(heard.output.len());
    };
    let Heard { output, records, .. } = heard;
    Ok(Run { outcome, output, records, restarts, elapsed: start.elapsed(), complaints })
}

/// One start of a machine, to its end. A machine that resets ends here, so that one that does nothing else is
/// noticed, and so that the next start gets its input from the beginning.
fn one_start(
    child: &mut Child,
    settings: &Settings,
    heard: &mut Heard<'_>,
    deadline: Instant,
) -> Result<Outcome, EmulatorError> {
    if let Some(mut stdin) = child.stdin() {
        let input = settings.input.clone();
        // A machine that ends without reading everything breaks the pipe: no error.
        std::thread::spawn(move || match input {
            Input::Bytes(bytes) => stdin.write_all(&bytes),
            Input::Tape(tape) => tape.play(&mut stdin),
            Input::Nothing | Input::Inherit => Ok(()),
        });
    }
    let pieces = listen_to(child);
    let stopped = heard.collect(&pieces, deadline, settings.output_limit);
    match stopped {
        Some(outcome) => {
            child.stop();
            Ok(outcome)
        }
        None => match child.wait_until(deadline)? {
            Some(status) => outcome_of(status, child),
            None => {
                child.stop();
                Ok(Outcome::Hung)
            }
        },
    }
}

/// The kernel of `image` in a temporary file, and its command line.
fn extract(image: &Path) -> Result<(tempfile::NamedTempFile, String), EmulatorError> {
    let direct::Extracted { elf, command_line } = direct::kernel_of(image)?;
    Ok((temporary(&elf)?, command_line))
}

/// Whether a disk has a shrunk image beside its grown one.
fn has_two_images(image: &Path) -> bool {
    let mut table = [0; 512];
    let read = File::open(image).and_then(|mut file| file.read_exact(&mut table));
    read.is_ok() && bareflow_boot::way_back::region(&table).is_some()
}

/// A disk that can be written and is gone afterwards.
fn copy_of(image: &Path) -> Result<tempfile::NamedTempFile, EmulatorError> {
    let failed = |error| EmulatorError::Io("a temporary copy of the disk", error);
    let mut copy = tempfile::NamedTempFile::new().map_err(failed)?;
    let mut disk = File::open(image).map_err(failed)?;
    std::io::copy(&mut disk, &mut copy).map_err(failed)?;
    Ok(copy)
}

/// A temporary file for QEMU to read.
fn temporary(bytes: &[u8]) -> Result<tempfile::NamedTempFile, EmulatorError> {
    let failed = |error| EmulatorError::Io("a temporary file for the emulator", error);
    let mut file = tempfile::NamedTempFile::new().map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    Ok(file)
}

/// Reads the console in a thread of its own, so that waiting for it can time out.
fn listen_to(child: &mut Child) -> Receiver<Vec<u8>> {
    let (sender, receiver) = sync_channel(64);
    if let Some(mut stdout) = child.stdout() {
        std::thread::spawn(move || {
            let mut buffer = vec![0; 64 << 10];
            while let Ok(count @ 1..) = stdout.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
    }
    receiver
}

/// What was heard so far.
struct Heard<'a> {
    output: Vec<u8>,
    records: Vec<String>,
    bytes: usize,
    listen: &'a mut dyn FnMut(Event<'_>),
}

impl Heard<'_> {
    /// Takes everything until the console closes; why that was not waited for.
    fn collect(
        &mut self,
        pieces: &Receiver<Vec<u8>>,
        deadline: Instant,
        limit: usize,
    ) -> Option<Outcome> {
        let mut splitter = Splitter::default();
        let stopped = loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match pieces.recv_timeout(left) {
                Ok(bytes) => {
                    self.bytes += bytes.len();
                    for piece in splitter.feed(&bytes) {
                        self.take(piece);
                    }
                    if self.bytes > limit {
                        break Some(Outcome::Flooded);
                    }
                    if left.is_zero() {
                        break Some(Outcome::Hung);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => break None,
                Err(RecvTimeoutError::Timeout) => break Some(Outcome::Hung),
            }
        };
        let rest = splitter.finish();
        if !rest.is_empty() {
            self.take(Piece::Output(rest));
        }
        stopped
    }

    /// Whether the last that was said is that a shrunk image goes back to the grown one.
    fn goes_back(&self) -> bool {
        let last = self.records.last().and_then(|text| serde_json::from_str(text).ok());
        last.is_some_and(|record: serde_json::Value| record["record"] == "return")
    }

    fn take(&mut self, piece: Piece) {
        match piece {
            Piece::Output(bytes) => {
                (self.listen)(Event::Output(&bytes));
                self.output.extend(bytes);
            }
            Piece::Record(text) => {
                (self.listen)(Event::Record(&text));
                self.records.push(text);
            }
        }
    }
}

/// isa-debug-exit ends QEMU with twice the value plus one. 0: reset or power-off; 1: QEMU's own
/// complaint.
fn outcome_of(status: ExitStatus, child: &mut Child) -> Result<Outcome, EmulatorError> {
    match status.code() {
        Some(0) => Ok(Outcome::Reset),
        Some(0x21) => Ok(Outcome::Success),
        Some(0x23) => Ok(Outcome::Failure),
        Some(0x25) => Ok(Outcome::Fault),
        Some(code @ 3..=255) if code & 1 == 1 => Ok(Outcome::Other((code >> 1) as u8)),
        _ => {
            let said = child.complaints();
            let said = if said.is_empty() { format!("it ended with {status}") } else { said };
            Err(EmulatorError::Refused(said))
        }
    }
}
