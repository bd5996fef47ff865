//! Faults of the kernel end in its report, never in a reset or a hang.

use bareflow_emulator::{Outcome, Settings};

use crate::support::{artefact_path, boot, settings, text};

/// Raises a fault; what the machine said about it.
fn raised(which: &str) -> String {
    let mut machine = Settings { image: None, ..settings("".as_ref()) };
    machine.kernel = Some(artefact_path("bare.elf"));
    machine.command_line = format!("selftest=fault:{which}");
    let run = boot(&machine);
    assert_eq!(run.outcome, Outcome::Fault, "{which}: {}", text(&run));
    let said = text(&run);
    assert!(said.contains("backtrace"), "{which}: {said}");
    said
}

#[test]
fn a_null_pointer() {
    assert!(raised("null").contains("page fault"));
}

#[test]
fn a_stack_overflow() {
    assert!(raised("stack").contains("stack overflow"));
}

#[test]
fn a_division_by_zero() {
    assert!(raised("divide").contains("division"));
}

#[test]
fn an_invalid_instruction() {
    assert!(raised("opcode").contains("invalid opcode"));
}

#[test]
fn a_double_fault() {
    assert!(raised("double").contains("double fault"));
}

#[test]
fn a_panic() {
    assert!(raised("panic").contains("asked for"));
}

#[test]
fn code_cannot_be_written() {
    assert!(raised("write-code").contains("page fault"));
}
