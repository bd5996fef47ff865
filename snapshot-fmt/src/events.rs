//! Section EVNT: what processors counted, for the few snapshots of machines that have such counters.
//!
//! It stands beside the bodies, so that a snapshot without counters has next to nothing of it, and names each model
//! of processor once.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::function::{Events, FunctionRecord};

/// The section.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Section {
    cpus: Vec<String>,
    /// Numbers of functions in the index, rising, and what was counted of each.
    functions: Vec<(u32, Vec<Counted>)>,
}

#[derive(Serialize, Deserialize)]
struct Counted {
    /// Index in [`Section::cpus`].
    cpu: u32,
    counted: u8,
    samples: u64,
    counts: [u64; 6],
}

/// The section of these functions.
pub(crate) fn collect(functions: &[FunctionRecord]) -> Section {
    let mut section = Section::default();
    for (number, function) in (0..).zip(functions) {
        let entry = |events: &Events| Counted {
            cpu: position(&mut section.cpus, &events.cpu),
            counted: events.counted,
            samples: events.samples,
            counts: events.counts,
        };
        let entries: Vec<Counted> = function.profile.events.iter().map(entry).collect();
        if !entries.is_empty() {
            section.functions.push((number, entries));
        }
    }
    section
}

fn position(cpus: &mut Vec<String>, cpu: &str) -> u32 {
    let known = cpus.iter().position(|other| other == cpu);
    known.unwrap_or_else(|| {
        cpus.push(cpu.into());
        cpus.len() - 1
    }) as u32
}

/// Gives functions what the section has of them.
pub(crate) fn distribute(
    section: Section,
    functions: &mut [FunctionRecord],
) -> Result<(), &'static str> {
    if !section.functions.is_sorted_by(|(a, _), (b, _)| a < b) {
        return Err("its functions are not in order");
    }
    for (number, entries) in section.functions {
        let function = functions.get_mut(number as usize).ok_or("a function is not there")?;
        for Counted { cpu, counted, samples, counts } in entries {
            let cpu = section.cpus.get(cpu as usize).ok_or("a processor is not there")?.clone();
            function.profile.events.push(Events { cpu, counted, samples, counts });
        }
    }
    Ok(())
}
