//! One run of the emulator, and what its outcome means.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use bareflow_emulator::{EmulatorError, Event, Outcome, Settings};
use bareflow_report::{FaultReport, Record};

use crate::boot::line::NEVER_RAN;
use crate::boot::{Line, Timing};
use crate::failure::{Exit, Failure, Kind};
use crate::live::Live;
use crate::ui::Ui;

/// A boot that is over.
#[derive(Debug)]
pub struct Booted {
    /// What it reported.
    pub line: Line,
    /// How the machine ended.
    pub outcome: Outcome,
    /// Its records, each with the time at which it was heard.
    pub heard: Vec<(Duration, Record)>,
    /// What the loader said, when it was the loader that failed.
    pub loader: Option<String>,
    /// Seconds the machine was given.
    seconds: u64,
}

/// Boots once. `live`: what the machine says is shown as it says it, unless for JSON.
///
/// # Errors
/// When the machine could not be run at all.
pub fn boot_once(settings: &Settings, ui: &Ui, live: bool) -> Result<Booted, Failure> {
    let mut heard = Vec::new();
    let begun = Instant::now();
    let show = live && !ui.json();
    let mut watch = Live::new(ui, settings);
    let run = bareflow_emulator::run(settings, &mut |event| match event {
        Event::Output(bytes) if show => watch.output(bytes, || {
            let mut out = std::io::stdout();
            // Nobody reads any more: the boot goes on for its snapshot.
            let _ = out.write_all(bytes).and_then(|()| out.flush());
        }),
        Event::Output(bytes) => watch.hidden_output(bytes),
        Event::Record(text) => match serde_json::from_str(text) {
            Ok(record) => {
                match &record {
                    Record::Log { text } if live => watch.line(|| eprintln!("{text}")),
                    Record::Fault(fault) => watch.line(|| report_fault(fault)),
                    Record::Profile { profile, .. } if show => watch.line(|| {
                        eprintln!("{}", serde_json::to_string(profile).unwrap_or_default());
                    }),
                    Record::Return { .. } if live => watch.line(|| {
                        eprintln!("the machine starts again, with the grown image");
                    }),
                    Record::Progress(progress) => watch.progress(progress),
                    _ => {}
                }
                heard.push((begun.elapsed(), record));
            }
            Err(_) if Timing::read(text).is_some() => {}
            Err(error) => eprintln!("a record that this tool does not know ({error}): {text}"),
        },
    });
    watch.end();
    let run = run.map_err(failure)?;
    let records: Vec<Record> = heard.iter().map(|(_, record)| record.clone()).collect();
    Ok(Booted {
        line: Line::new(&run, &records),
        heard,
        outcome: run.outcome,
        loader: run.loader_message(),
        seconds: settings.timeout.as_secs(),
    })
}

impl Booted {
    /// What a command ends with after this boot: the program's own status, of a fault as well; a
    /// machine that says nothing any more has crashed.
    ///
    /// # Errors
    /// An image that its loader refuses, a machine that hung or crashed.
    pub fn exit_or_failure(&self, image: &Path) -> Result<Exit, Failure> {
        if let Some(said) = &self.loader {
            return Err(Failure::input(image, format!("does not boot: {said}")));
        }
        let about = |kind: Kind, message: String| Failure {
            file: Some(image.to_owned()),
            ..Failure::new(kind, message)
        };
        match self.outcome {
            Outcome::Success => Ok(Exit::Success),
            // What has no signal was no fault of the program: the kernel panicked.
            Outcome::Fault if self.line.fault.as_ref().is_some_and(|f| f.signal().is_none()) => {
                Ok(Exit::Crashed)
            }
            Outcome::Failure | Outcome::Fault | NEVER_RAN => Ok(Exit::of(self.line.exit)),
            Outcome::Hung => {
                let message = format!("the machine did not end within {} s", self.seconds);
                Err(about(Kind::Hung, message))
            }
            Outcome::Reset | Outcome::Flooded | Outcome::Other(_) => {
                Err(about(Kind::Crashed, format!("the machine crashed: {}", self.outcome)))
            }
        }
    }
}

/// Shows what ended the machine, on standard error.
fn report_fault(fault: &FaultReport) {
    eprintln!("{}", fault.text);
    for caller in &fault.backtrace {
        eprintln!("    in {caller}");
    }
}

fn failure(error: EmulatorError) -> Failure {
    match error {
        EmulatorError::NoQemu(_) => Failure::new(Kind::MissingTool, error.to_string()),
        EmulatorError::File(file, why) => Failure::input(&file, why),
        EmulatorError::NoKvm(_) | EmulatorError::Settings(_) | EmulatorError::Refused(_) => {
            Failure::usage(error.to_string())
        }
        EmulatorError::Io(..) => Failure::new(Kind::Crashed, error.to_string()),
    }
}
