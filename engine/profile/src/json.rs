//! A profile as JSON, for people and their scripts.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::{Events, FunctionProfile, IndirectSite, ParamValues, ProgramProfile};

/// A profile for people and their scripts: the counts, and what follows from them.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ProfileLine {
    /// The function.
    pub function: String,
    /// Calls at any level.
    pub calls: u64,
    /// Back edges taken while interpreted.
    pub back_edges: u64,
    /// Time of measured calls, callees included.
    pub cycles: CycleLine,
    /// Blocks that ran, of those counted.
    pub blocks_reached: u64,
    /// Executions of each block.
    pub blocks: Vec<u64>,
    /// Executions of each edge, block by block.
    pub edges: Vec<u64>,
    /// Calls through pointers, and what they called.
    pub indirect_calls: Vec<IndirectSite>,
    /// Values seen in parameters.
    pub params: Vec<ParamValues>,
    /// What processors counted, by model.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Events>,
}

/// Processor cycles of measured calls.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct CycleLine {
    /// Calls measured.
    pub samples: u64,
    /// Sum over them.
    pub total: u64,
    /// Smallest.
    pub min: u64,
    /// Largest.
    pub max: u64,
    /// Mean.
    pub average: u64,
}

impl FunctionProfile {
    /// The profile of the function called `function`, to be printed.
    pub fn line(&self, function: &str) -> ProfileLine {
        ProfileLine {
            function: function.into(),
            calls: self.calls,
            back_edges: self.back_edges,
            cycles: CycleLine {
                samples: self.cycles.samples,
                total: self.cycles.total,
                min: self.cycles.min,
                max: self.cycles.max,
                average: self.cycles.average(),
            },
            blocks_reached: self.blocks.iter().filter(|count| **count > 0).count() as u64,
            blocks: self.blocks.clone(),
            edges: self.edges.clone(),
            indirect_calls: self.sites.clone(),
            params: self.params.clone(),
            events: self.events.clone(),
        }
    }

    /// One JSON object, without a line break.
    pub fn to_json(&self, function: &str) -> String {
        serde_json::to_string(&self.line(function)).unwrap_or_default()
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
