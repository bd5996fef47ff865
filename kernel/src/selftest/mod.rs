//! Checks of the machine from inside, asked for on the command line: `selftest=NAME`.
//!
//! Those that end in a fault prove its report; the others print what they found.

mod clock;
mod cores;
mod disk;
mod echo;
mod fat;
mod faults;
mod memory;
mod unknown;

use crate::arch::exit::Status;
use crate::say;
use unknown::unknown;

/// Runs a self-test.
///
/// `on:N:NAME` and `on:all:NAME` run one on another processor, or on all.
pub fn run(name: &'static str) -> Status {
    if let Some((core, name)) = name.strip_prefix("on:").and_then(|rest| rest.split_once(':')) {
        return cores::run_on(core, name, run);
    }
    say!("selftest: {name}");
    match name.split_once(':') {
        Some(("fault", which)) => faults::run(which),
        Some(("cores", which)) => cores::run(which),
        None if name == "memory" => memory::run(),
        None if name == "clock" => clock::run(),
        None if name == "disk" => disk::run(),
        None if name == "echo" => echo::run(),
        None if name == "fat" => fat::run(),
        _ => unknown(name),
    }
}
