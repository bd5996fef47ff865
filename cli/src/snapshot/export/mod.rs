//! `bareflow snapshot export`: a profile in the forms that people have viewers for.

mod chrome;
mod firefox;
mod tree;

use std::io::Write;
use std::path::PathBuf;

use bareflow_profile::Event;
use serde::Serialize;
use snapshot_fmt::Snapshot;

use crate::failure::{Exit, Failure};
use crate::output_file::write_whole;
use crate::snapshot::names::{level, module, plain};
use crate::snapshot::source::one;
use crate::ui::Ui;

/// Writes the profile for other people's viewers.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Formats:
  firefox     for https://profiler.firefox.com: call tree, flame graph
  collapsed   one line a stack, for flamegraph.pl, inferno and speedscope
  chrome      trace events, for Perfetto and chrome://tracing
  perf-map    START SIZE NAME a line, as perf reads it, of code laid out from address 2^44 on

Cycles of calls are sampled, callees included; how often a function calls which other one is
counted while it is interpreted. From both follows what a function takes itself, an estimate.

Examples:
  bareflow snapshot export disk.img --format firefox -o profile.json
  bareflow snapshot export disk.img:3 --format collapsed -o stacks.txt
  bareflow snapshot export boot_003.snapshot --format chrome -o trace.json
  bareflow snapshot export disk.img --format firefox --event mispredictions -o profile.json")]
pub(super) struct Args {
    /// File, folder or disk image
    #[arg(value_name = "SNAPSHOT")]
    target: String,
    /// What to write
    #[arg(long, value_enum)]
    format: Format,
    /// What is shared out among the functions instead of cycles, where the machine's processor counted it
    #[arg(long, value_name = "EVENT", value_parser = event)]
    event: Option<Event>,
    /// The file to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

/// An event by its name.
fn event(name: &str) -> Result<Event, String> {
    let named = |event: &Event| event.name().replace('_', "-") == name;
    Event::ALL.into_iter().find(named).ok_or_else(|| {
        let names = Event::ALL.map(|event| event.name().replace('_', "-"));
        format!("an event is one of {}", names.join(", "))
    })
}

#[derive(clap::ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Format {
    /// Firefox Profiler, processed format
    Firefox,
    /// Brendan Gregg's collapsed stacks
    Collapsed,
    /// Trace Event Format
    Chrome,
    /// Linux perf's map of JIT code
    PerfMap,
}

#[derive(Serialize)]
struct Line {
    output: PathBuf,
    format: Format,
    bytes: usize,
    stacks: usize,
    event: &'static str,
    sum: u64,
}

pub(super) fn run(args: &Args, ui: &Ui) -> Result<Exit, Failure> {
    let source = one(&args.target)?;
    let snapshot = source.decode()?;
    let stacks = tree::stacks(&snapshot, args.event);
    if stacks.is_empty() && args.format != Format::PerfMap {
        let message = match args.event {
            None => "no cycles were measured: let it run longer",
            Some(_) => {
                "its machines' processors counted none of that: not all count, and emulated ones do not"
            }
        };
        return Err(Failure::in_source(&source, message));
    }
    let text = match args.format {
        Format::Firefox => firefox::profile(&snapshot, &stacks).to_string(),
        Format::Chrome => {
            chrome::trace(&stacks, args.event.map_or("cycles", Event::name)).to_string()
        }
        Format::Collapsed => tree::collapsed(&stacks),
        Format::PerfMap => perf_map(&snapshot),
    };
    write_whole(&args.output, |file| {
        file.write_all(text.as_bytes()).map_err(|error| Failure::output(&args.output, error))
    })?;
    let line = Line {
        output: args.output.clone(),
        format: args.format,
        bytes: text.len(),
        stacks: stacks.len(),
        event: args.event.map_or("cycles", Event::name),
        sum: stacks.iter().map(|stack| stack.own).sum(),
    };
    ui.result(&line, || {
        format!("{}: {} bytes, {} stacks", line.output.display(), line.bytes, line.stacks)
    });
    Ok(Exit::Success)
}

/// Where code starts on the machine.
const CODE: u64 = 1 << 44;

fn perf_map(snapshot: &Snapshot) -> String {
    let mut at = CODE;
    let mut text = String::new();
    for function in &snapshot.functions {
        let Some(object) = &function.object else { continue };
        let len = object.text.len() as u64;
        at = at.next_multiple_of(u64::from(object.text_align).max(16));
        let (module, level) = (module(snapshot, function), level(function.level));
        text += &format!("{at:x} {len:x} {module}:{}@{level}\n", plain(&function.name));
        at += len;
    }
    text
}
