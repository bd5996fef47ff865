//! The variants that competed for a function, each with the register pressure of its code.
//!
//! Only the code that won is kept. That of the others is made again when somebody looks: of what compilers had been told
//! when the present code was made, so that all are compared as made from one profile. A machine keeps and pays nothing
//! for it.

use serde::Serialize;
use snapshot_fmt::FunctionRecord;

use super::again::Again;
use super::loops::Pressure;
use super::names::grouped;
use super::pressure::Frame;

/// One variant of a function.
#[derive(Serialize, Clone, Debug)]
pub(crate) struct Variant {
    /// The options that it was made with; none is the default.
    pub name: String,
    /// Median cycles a call, in the tournament.
    pub median_cycles: u64,
    /// Bytes of its code.
    pub code_bytes: Option<usize>,
    /// What its code does with the frame, and what of that is in loops.
    pub frame: Option<Frame>,
    pub frame_in_loops: Option<Frame>,
    /// Why that is not known.
    pub why: Option<String>,
}

/// Those that competed for a function, in the verdict's order; none where no tournament was held. `again` is of its
/// module.
pub(crate) fn of(again: &Result<Again<'_>, String>, function: &FunctionRecord) -> Vec<Variant> {
    // A single variant is a tournament that did not take place.
    let held = function.verdict.as_ref().filter(|verdict| verdict.variants.len() > 1);
    let Some(verdict) = held else { return Vec::new() };
    let one = |(number, variant): (u32, &snapshot_fmt::Variant)| {
        let made = match (&function.object, again) {
            (Some(own), _) if number == verdict.winner => Ok(own.clone()),
            (_, Ok(again)) => again.variant(function, &variant.name).map_err(|why| why.to_string()),
            (_, Err(why)) => Err(why.clone()),
        };
        let pressure = made.as_ref().ok().map(|object| Pressure::of(&object.text));
        Variant {
            name: variant.name.clone(),
            median_cycles: variant.median_cycles,
            code_bytes: made.as_ref().ok().map(|object| object.text.len()),
            frame: pressure.as_ref().map(|pressure| pressure.frame),
            frame_in_loops: pressure.map(|pressure| pressure.in_loops),
            why: made.err(),
        }
    };
    (0..).zip(&verdict.variants).map(one).collect()
}

impl Variant {
    /// What is known of its code, in words.
    pub fn words(&self) -> String {
        let (Some(bytes), Some(frame), Some(inside)) =
            (self.code_bytes, self.frame, self.frame_in_loops)
        else {
            return self.why.clone().unwrap_or_default();
        };
        let bytes = grouped(bytes as u64);
        format!("{bytes} bytes, frame {}, in loops {}", pair(frame), pair(inside))
    }
}

/// Reads and writes.
fn pair(Frame { reads, writes }: Frame) -> String {
    format!("{reads} reads {writes} writes")
}
