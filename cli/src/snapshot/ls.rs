//! `bareflow snapshot ls`: which snapshots there are, and whether they are whole.

use std::path::Path;

use bareflow_shrink::way_back;
use serde::Serialize;
use snapshot_fmt::decode;

use crate::failure::{Exit, Failure};
use crate::snapshot::names::{code_bytes, grouped, table};
use crate::snapshot::source::{Source, all};
use crate::snapshot::story::Story;
use crate::ui::Ui;

/// Lists snapshots, newest first.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  bareflow snapshot ls disk.img                  what is on the disk, newest first
  bareflow snapshot ls snapshots --json          of a folder, one JSON object a snapshot")]
pub(super) struct Args {
    /// Files, folders, disk images
    #[arg(value_name = "SNAPSHOT", required = true)]
    targets: Vec<String>,
}

/// One snapshot.
#[derive(Serialize)]
struct Line {
    name: String,
    bytes: usize,
    #[serde(flatten)]
    content: Option<Content>,
    /// Why it cannot be used.
    error: Option<String>,
}

#[derive(Serialize)]
struct Content {
    boot_count: u32,
    generation: u64,
    modules: usize,
    functions: usize,
    compiled: usize,
    code_bytes: u64,
    program_cycles: Option<u64>,
}

pub(super) fn run(args: &Args, ui: &Ui) -> Result<Exit, Failure> {
    let mut lines = Vec::new();
    for target in &args.targets {
        lines.extend(all(target)?.iter().map(line));
    }
    let mut stories = Vec::new();
    for target in &args.targets {
        // A folder has none, and neither has a snapshot's file.
        if let Ok(Some(record)) = way_back::record_of(Path::new(target)) {
            stories.push(Story::new(target, &record));
        }
    }
    if ui.json() {
        lines.iter().for_each(|line| ui.result(line, String::new));
        stories.iter().for_each(|story| ui.result(story, String::new));
    } else {
        let stories = stories.iter().map(|story| format!("\n{story}"));
        ui.note(&(text(&lines) + &stories.collect::<String>()));
    }
    Ok(Exit::Success)
}

fn line(source: &Source) -> Line {
    let (content, error) = match decode(&source.bytes) {
        Ok(snapshot) => {
            let content = Content {
                boot_count: snapshot.boot_count,
                generation: snapshot.generation,
                modules: snapshot.modules.len(),
                functions: snapshot.functions.len(),
                compiled: snapshot.functions.iter().filter(|f| f.object.is_some()).count(),
                code_bytes: snapshot.functions.iter().map(code_bytes).sum(),
                program_cycles: snapshot.boots.last().map(|boot| boot.program_cycles),
            };
            (Some(content), None)
        }
        Err(error) => (None, Some(error.to_string())),
    };
    Line { name: source.name(), bytes: source.bytes.len(), content, error }
}

fn text(lines: &[Line]) -> String {
    let heading =
        ["snapshot", "bytes", "boots", "functions", "compiled", "code bytes", "program cycles"];
    let mut rows = vec![heading.map(String::from).to_vec()];
    for line in lines {
        let mut row = vec![line.name.clone(), grouped(line.bytes as u64)];
        if let Some(content) = &line.content {
            row.extend([
                grouped(content.boot_count),
                grouped(content.functions as u64),
                grouped(content.compiled as u64),
                grouped(content.code_bytes),
                content.program_cycles.map_or(String::from("-"), grouped),
            ]);
        }
        rows.push(row);
    }
    let mut text = table(&rows, &[0]);
    for line in lines {
        if let Some(error) = &line.error {
            text.push_str(&format!("\n{}: {error}", line.name));
        }
    }
    text
}
