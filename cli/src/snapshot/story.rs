//! What a disk with both images says of them: which one starts, and why shrunk ones came back.

use bareflow_boot::way_back::{Record, State};
use bareflow_shrink::way_back::describe;
use serde::Serialize;

use crate::snapshot::names::grouped;

/// A disk's record, in words.
#[derive(Serialize)]
pub(super) struct Story {
    /// The disk.
    way_back: String,
    /// `shrunk`, `returned`, `learnt`, `stays`.
    state: &'static str,
    /// Which image starts, and why.
    starts: String,
    /// How many shrunk images there have been.
    made: u32,
    /// The boot whose snapshot the last one was made of.
    made_of: u32,
    /// Its bytes, in whole sectors.
    bytes: u64,
    /// Why shrunk ones came back.
    causes: Vec<Cause>,
}

#[derive(Serialize)]
struct Cause {
    cause: String,
    returns: u8,
    made_of: u32,
}

impl Story {
    pub(super) fn new(disk: &str, record: &Record) -> Self {
        let last = record.last().map_or_else(|| "too many causes".to_owned(), describe);
        let image = record.image();
        let (state, starts) = match record.state() {
            State::Shrunk => ("shrunk", "the shrunk image starts".to_owned()),
            State::Returned => {
                ("returned", format!("the grown image starts, to learn what was missing: {last}"))
            }
            State::Learnt => {
                let boot = record.learnt_in().unwrap_or(0);
                let what = "the grown image starts; it learnt what was missing in boot";
                ("learnt", format!("{what} {boot}, and can be shrunk again"))
            }
            State::Stays => ("stays", format!("the grown image starts, for good: {last}")),
        };
        let causes = record.causes().map(|cause| Cause {
            cause: describe(cause),
            returns: cause.returns,
            made_of: cause.made_of,
        });
        Self {
            way_back: disk.to_owned(),
            state,
            starts,
            made: record.made(),
            made_of: image.made_of,
            bytes: u64::from(image.sectors) * 512,
            causes: causes.collect(),
        }
    }
}

impl std::fmt::Display for Story {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { way_back, starts, made, made_of, .. } = self;
        let bytes = grouped(self.bytes);
        write!(f, "{way_back}: {starts}")?;
        write!(f, "\n  shrunk image {made}, of boot {made_of}, {bytes} bytes")?;
        for Cause { cause, returns, made_of } in &self.causes {
            let times = if *returns == 1 { "once" } else { "twice" };
            write!(f, "\n  came back {times}, last from an image of boot {made_of}: {cause}")?;
        }
        Ok(())
    }
}
