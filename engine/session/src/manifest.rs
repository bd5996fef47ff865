//! What to run and how: `/boot/manifest.json` of a disk, or the arguments of `bareflow run`.

use alloc::string::String;
use alloc::vec::Vec;

use bareflow_profile::Level;
use serde::{Deserialize, Serialize};

/// The settings of a machine.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Manifest {
    /// The modules, one after the other. Empty: every file in `/modules`, by name.
    pub modules: Vec<ModuleEntry>,
    /// Calls of each entry in one boot.
    pub calls: u64,
    /// The only level to run at; `None` lets functions rise.
    pub level: Option<Level>,
    /// When functions rise.
    pub thresholds: Thresholds,
    /// Snapshots kept on the disk.
    pub keep: u32,
    /// Whether to save a snapshot at all.
    pub save: bool,
    /// Seconds after which a step up is reason to save before the program ends; 0: never.
    pub save_seconds: u32,
    /// Print every decision.
    pub verbose: bool,
}

/// One program.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModuleEntry {
    /// What reports call it.
    pub name: String,
    /// Files linked together into it, under `/modules`.
    pub files: Vec<String>,
    /// Entry function; `None`: what the LLBC header says, else `main`.
    pub entry: Option<String>,
    /// Argument of `uint64_t entry(uint64_t)`; `None`: the entry is `main(int, char **)`.
    pub arg: Option<u64>,
}

/// Calls (or back edges, weighed) after which a function rises to O1, O2, O3.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Thresholds(pub u64, pub u64, pub u64);

impl Default for Thresholds {
    fn default() -> Self {
        Self(100, 1_000, 10_000)
    }
}

impl Default for Manifest {
    fn default() -> Self {
        Self {
            modules: Vec::new(),
            calls: 1,
            level: None,
            thresholds: Thresholds::default(),
            keep: 8,
            save: true,
            save_seconds: 10,
            verbose: false,
        }
    }
}
