//! What the page is given, as JSON. Names are short where there are many of them.

use serde::Serialize;
use snapshot_fmt::{BootLine, Snapshot};

use crate::explore::function::Function;
use crate::explore::past::Past;

/// Everything on the page.
#[derive(Serialize)]
pub(super) struct Data {
    /// The snapshot's file.
    pub name: String,
    pub engine: String,
    pub cpu: String,
    pub boot_count: u32,
    pub settings: Vec<(String, String)>,
    /// What could not be found out, and why.
    pub notes: Vec<String>,
    pub boots: Vec<Boot>,
    /// Hottest first.
    pub functions: Vec<Function>,
    /// Snapshots that can be compared, oldest first; the one that the page is about is the last.
    pub snapshots: Vec<Past>,
}

/// One boot so far.
#[derive(Serialize)]
pub(super) struct Boot {
    pub boot: u32,
    pub to_program_us: u64,
    pub program_cycles: u64,
    pub levels: [u32; 5],
    pub compiles: u32,
}

impl Data {
    pub(super) fn new(
        name: String,
        snapshot: &Snapshot,
        functions: Vec<Function>,
        snapshots: Vec<Past>,
        notes: Vec<String>,
    ) -> Self {
        let boot = |line: &BootLine| {
            let BootLine { boot, to_program_us, program_cycles, levels, compiles } = *line;
            Boot { boot, to_program_us, program_cycles, levels, compiles }
        };
        Self {
            name,
            engine: snapshot.engine.engine.clone(),
            cpu: snapshot.engine.cpu.clone(),
            boot_count: snapshot.boot_count,
            settings: snapshot.settings.clone(),
            notes,
            boots: snapshot.boots.iter().map(boot).collect(),
            functions,
            snapshots,
        }
    }
}
