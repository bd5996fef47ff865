//! What a processor counted while a function ran: why it is slow, where cycles say that it is.
//!
//! Counts are comparable on one model of processor only (what is predicted wrongly on one is right on another),
//! so they are kept by model, and joined with those of the same model alone.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

/// What a processor can count.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Event {
    /// Instructions that were executed.
    Instructions,
    /// Cycles of the processor's own clock, which stands still while it sleeps.
    Cycles,
    /// Branches, taken or not.
    Branches,
    /// Branches that were predicted wrongly.
    Mispredictions,
    /// Accesses of the cache that the processor's maker calls by that name: the last level on Intel's, the second
    /// on AMD's.
    CacheReferences,
    /// Those that did not find what they sought.
    CacheMisses,
}

impl Event {
    /// All, in the order of [`Events::counts`].
    pub const ALL: [Event; 6] = [
        Event::Instructions,
        Event::Cycles,
        Event::Branches,
        Event::Mispredictions,
        Event::CacheReferences,
        Event::CacheMisses,
    ];

    /// Its name in tables and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Event::Instructions => "instructions",
            Event::Cycles => "cycles",
            Event::Branches => "branches",
            Event::Mispredictions => "mispredictions",
            Event::CacheReferences => "cache_references",
            Event::CacheMisses => "cache_misses",
        }
    }
}

/// Events of measured calls, callees included, on one model of processor.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Events {
    /// The processor's brand.
    pub cpu: String,
    /// Which events it counts: bit N for [`Event::ALL`]`[N]`.
    pub counted: u8,
    /// Calls measured.
    pub samples: u64,
    /// Sums over them; 0 for what is not counted.
    pub counts: [u64; Event::ALL.len()],
}

impl Events {
    /// Adds measured calls: how many, and what was counted in them.
    pub fn record(&mut self, calls: u64, counts: &[u64; Event::ALL.len()]) {
        self.samples = self.samples.saturating_add(calls);
        for (sum, count) in self.counts.iter_mut().zip(counts) {
            *sum = sum.saturating_add(*count);
        }
    }

    /// Sum of an event over all measured calls; `None` when the processor does not count it.
    #[must_use]
    pub fn sum(&self, event: Event) -> Option<u64> {
        (self.counted >> event as u8 & 1 != 0).then(|| self.counts[event as usize])
    }

    /// An event in tenths a call, rounded down.
    #[must_use]
    pub fn tenths_a_call(&self, event: Event) -> Option<u64> {
        let tenths = u128::from(self.sum(event)?) * 10;
        tenths.checked_div(u128::from(self.samples)).map(|n| u64::try_from(n).unwrap_or(u64::MAX))
    }

    /// Ages the counts: `samples` becomes what it says, and the means stay.
    pub(crate) fn scale(&mut self, samples: u64) {
        let (now, before) = (u128::from(samples), u128::from(self.samples.max(1)));
        for sum in &mut self.counts {
            let scaled = u128::from(*sum) * now / before;
            *sum = u64::try_from(scaled).unwrap_or(u64::MAX);
        }
        self.samples = samples;
    }
}

/// One entry a model of processor and set of events, in order.
pub(crate) fn normalise(list: &mut Vec<Events>) {
    list.sort_by(|a, b| (&a.cpu, a.counted).cmp(&(&b.cpu, b.counted)));
    let mut joined: Vec<Events> = Vec::with_capacity(list.len());
    for events in list.drain(..) {
        let same = |last: &&mut Events| (&last.cpu, last.counted) == (&events.cpu, events.counted);
        match joined.last_mut().filter(same) {
            Some(last) => last.record(events.samples, &events.counts),
            None => joined.push(events),
        }
    }
    *list = joined;
}
