//! A profile as JSON, for people and their scripts.

use alloc::string::String;

use serde::Serialize;

use crate::{FunctionProfile, IndirectSite, ParamValues, ProgramProfile};

/// What a line says: the counts, and what follows from them.
#[derive(Serialize)]
struct Line<'a> {
    function: &'a str,
    calls: u64,
    back_edges: u64,
    cycles: Cycles,
    /// Blocks that ran, of those counted.
    blocks_reached: usize,
    blocks: &'a [u64],
    edges: &'a [u64],
    indirect_calls: &'a [IndirectSite],
    params: &'a [ParamValues],
}

#[derive(Serialize)]
struct Cycles {
    samples: u64,
    total: u64,
    min: u64,
    max: u64,
    average: u64,
}

impl FunctionProfile {
    /// One JSON object, without a line break.
    pub fn to_json(&self, function: &str) -> String {
        let line = Line {
            function,
            calls: self.calls,
            back_edges: self.back_edges,
            cycles: Cycles {
                samples: self.cycles.samples,
                total: self.cycles.total,
                min: self.cycles.min,
                max: self.cycles.max,
                average: self.cycles.average(),
            },
            blocks_reached: self.blocks.iter().filter(|count| **count > 0).count(),
            blocks: &self.blocks,
            edges: &self.edges,
            indirect_calls: &self.sites,
            params: &self.params,
        };
        serde_json::to_string(&line).unwrap_or_default()
    }
}

impl ProgramProfile {
    /// One object a function and line, in order of their names.
    pub fn to_json_lines(&self) -> String {
        let mut text = String::new();
        for (name, profile) in &self.functions {
            text.push_str(&profile.to_json(name));
            text.push('\n');
        }
        text
    }
}
