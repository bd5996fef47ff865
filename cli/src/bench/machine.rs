//! The machine that was measured, named.

use std::process::Command;

use serde::Serialize;

use super::process::clang;
use crate::search_path::find;

/// What a figure depends on.
#[derive(Serialize, Debug)]
pub(super) struct Machine {
    /// The processor's name, as Linux knows it.
    pub(super) processor: String,
    /// Processors that this process may use.
    pub(super) cores: usize,
    /// Bytes of memory.
    pub(super) memory_bytes: u64,
    /// The system and its version.
    pub(super) system: String,
    /// The compiler of the baseline.
    pub(super) clang: String,
    /// Peers that were found, and their versions.
    pub(super) peers: Vec<String>,
}

impl Machine {
    pub(super) fn here() -> Self {
        let processors = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let name = processors.lines().find_map(|line| line.strip_prefix("model name"));
        let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let kib = memory.lines().find_map(|line| line.strip_prefix("MemTotal:"));
        let kib = kib.and_then(|text| text.trim().trim_end_matches(" kB").parse::<u64>().ok());
        let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let peers = [&["lli-22", "lli"][..], &["wasmtime"], &["wasmi_cli", "wasmi"]];
        Self {
            processor: name
                .map_or("unknown", |name| name.trim_start_matches([' ', '\t', ':']))
                .to_owned(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_bytes: kib.unwrap_or(0) * 1024,
            system: format!("Linux {}", release.trim()),
            clang: version(&clang()),
            peers: peers
                .iter()
                .filter_map(|names| find(names))
                .map(|program| version(&program.to_string_lossy()))
                .collect(),
        }
    }
}

/// The line of `--version` that names a version.
fn version(program: &str) -> String {
    let output = Command::new(program).arg("--version").output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let text = text.unwrap_or_default();
    let line = text.lines().find(|line| line.chars().any(|c| c.is_ascii_digit()));
    line.unwrap_or(program).trim().to_owned()
}
