//! The lines of a function's source, where debug information says which those are.

use std::collections::HashMap;
use std::path::Path;

use bareflow_ir::{FuncId, Location, LocationId, Module};
use serde::Serialize;

/// Lines that are shown of one function, at most.
const MOST_LINES: u32 = 500;
/// A larger file is no source that somebody wrote.
const MOST_BYTES: u64 = 4 << 20;

/// The part of a file that a function was made from.
#[derive(Serialize, Clone, Debug, Default, PartialEq)]
pub(super) struct Source {
    /// The path that the compiler was given.
    pub file: String,
    pub lines: Vec<Line>,
}

/// A line.
#[derive(Serialize, Clone, Debug, Default, PartialEq)]
pub(super) struct Line {
    /// From 1.
    pub number: u32,
    /// What it says now, where this host has the file.
    pub text: Option<String>,
    /// How often the most frequent block ran that was made from it, where that was counted.
    pub count: Option<u64>,
    /// Blocks that were made from it.
    #[serde(skip)]
    pub blocks: Vec<u32>,
}

impl Source {
    /// Counts the lines by how often each block ran.
    pub(super) fn count(&mut self, blocks: &[u64]) {
        for line in &mut self.lines {
            line.count =
                line.blocks.iter().filter_map(|at| blocks.get(*at as usize)).max().copied();
        }
    }
}

/// Files that were looked at, by path.
#[derive(Default, Debug)]
pub(super) struct Files(HashMap<String, Vec<String>>);

impl Files {
    /// A line of a file.
    fn line(&mut self, path: &str, number: u32) -> Option<String> {
        let lines = self.0.entry(path.to_owned()).or_insert_with(|| {
            let small = Path::new(path).metadata().is_ok_and(|file| file.len() <= MOST_BYTES);
            let text = if small { std::fs::read(path).unwrap_or_default() } else { Vec::new() };
            String::from_utf8_lossy(&text).lines().map(str::to_owned).collect()
        });
        lines.get((number as usize).checked_sub(1)?).cloned()
    }
}

/// The source of a function: from the first line to the last that an instruction of it comes from.
/// What was inlined counts for the line that called it.
pub(super) fn of(module: &Module, id: FuncId, files: &mut Files) -> Option<Source> {
    let func = module.func(id);
    let mut made: Vec<(u32, Location)> = Vec::new();
    for (number, block) in (0..).zip(&func.blocks) {
        let instrs = &func.instrs[block.instrs.start as usize..block.instrs.end as usize];
        let own = |at: LocationId| module.locations.chain(at).last().copied();
        let own = instrs.iter().filter_map(|instr| own(instr.location?));
        made.extend(own.filter(|location| location.line > 0).map(|location| (number, location)));
    }
    // A macro of another file is no part of the function's text.
    let file = made.first()?.1.file;
    made.retain(|(_, location)| location.file == file);
    let first = made.iter().map(|(_, location)| location.line).min()?;
    let last = made.iter().map(|(_, location)| location.line).max()?;
    let path = module.locations.files.get(file as usize)?.clone();
    let mut lines: Vec<Line> = (first..=last.min(first.saturating_add(MOST_LINES - 1)))
        .map(|number| Line { number, text: files.line(&path, number), ..Line::default() })
        .collect();
    for (block, location) in made {
        if let Some(line) = lines.get_mut((location.line - first) as usize)
            && !line.blocks.contains(&block)
        {
            line.blocks.push(block);
        }
    }
    Some(Source { file: path, lines })
}

/// What stands behind an instruction of IR: `; hello.c:12`, and where that was inlined.
pub(super) fn remark(module: &Module, at: LocationId) -> String {
    let place = |location: &Location| {
        let path = module.locations.path(location);
        format!("{}:{}", path.rsplit('/').next().unwrap_or(path), location.line)
    };
    let chain: Vec<String> = module.locations.chain(at).map(place).collect();
    format!("  ; {}", chain.join(", inlined at "))
}
