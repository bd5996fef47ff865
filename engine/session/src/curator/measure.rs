//! Reading probes and gates into the ledger.

use alloc::vec::Vec;

use bareflow_link::{ProbeId, ProbeReading};

use super::{Curator, now, view};
use crate::events::Orders;
use crate::key::FuncKey;
use crate::ledger::{ProbeUse, Watch};
use crate::policy::{self, View, middle_mean};
use crate::shared::Shared;

impl Curator {
    /// A probe has measured as many calls as it was to.
    pub(super) fn turn_over(&mut self, shared: &Shared, probe: ProbeId) -> Orders {
        match self.ledger.probes.get(&probe).copied() {
            Some(ProbeUse::Sample(key)) => self.sampled(shared, key, probe),
            Some(ProbeUse::Variant(entrant)) if self.tournaments.expects() == Some(entrant) => {
                let reading = self.linker.take_reading(probe);
                self.read_gates();
                self.tournaments.turn_over(&view!(self, shared), entrant, &reading)
            }
            // In flight when it was given up, or when its turn was over.
            Some(ProbeUse::Variant(_)) | None => Orders::new(),
        }
    }

    fn sampled(&mut self, shared: &Shared, key: FuncKey, probe: ProbeId) -> Orders {
        if let Watch::Gated { .. } = self.ledger.at(key).watch {
            self.read_gates();
            let reading = self.linker.take_reading(probe);
            self.record(key, &reading);
            let view = view!(self, shared);
            let keeps = || self.tournaments.keeps(&view, key);
            let mut orders: Orders = policy::sampled(&view, key, keeps).into_iter().collect();
            orders.extend(self.tournaments.consider(&view));
            return orders;
        }
        self.stop_watching(key);
        let standing = self.ledger.at_mut(key);
        let before = standing.before_rise.take();
        if let (Some((from, before)), Some(code)) = (before, &standing.code) {
            let (to, after) = (code.level, standing.usual_cycles);
            self.ledger.model.risen(from, to, before, after);
        }
        let Some(entry) = self.ledger.at(key).entry() else { return Orders::new() };
        self.route(shared, key, entry);
        policy::watch(&view!(self, shared), key).into_iter().collect()
    }

    /// The next `calls` calls of `key` are counted only, and `samples` after those measured.
    pub(super) fn gate(&mut self, shared: &Shared, key: FuncKey, calls: u64, samples: u64) {
        let standing = self.ledger.at(key);
        let probe = match (standing.watch, standing.entry()) {
            (Watch::Gated { probe, .. }, _) => Some(probe),
            (Watch::None, Some(entry)) => self.add_probe(entry, ProbeUse::Sample(key)),
            _ => None,
        };
        let Some(probe) = probe else { return };
        self.linker.take_reading(probe);
        self.linker.set_turn_length(probe, samples);
        self.linker.set_gate(probe, calls);
        let window = (now(shared).cycles, calls);
        self.ledger.at_mut(key).watch = Watch::Gated { probe, left: calls as i64, window };
        let address = self.linker.map().gate_address(probe);
        self.route(shared, key, address);
    }

    /// Calls of `key` go straight to its code.
    pub(super) fn unwatch(&mut self, shared: &Shared, key: FuncKey) {
        self.stop_watching(key);
        if let Some(entry) = self.ledger.at(key).entry() {
            self.route(shared, key, entry);
        }
    }

    /// Gives up the probe of `key`, keeping what it has measured. Its slot must lead elsewhere
    /// after that.
    pub(super) fn stop_watching(&mut self, key: FuncKey) {
        self.read_gate(key);
        let (Watch::Sampling(probe) | Watch::Gated { probe, .. }) = self.ledger.at(key).watch
        else {
            return;
        };
        let reading = self.linker.take_reading(probe);
        self.record(key, &reading);
        self.ledger.at_mut(key).watch = Watch::None;
        self.remove_probe(probe);
    }

    /// Takes what a probe has measured. Calls of code that does not count itself count by it,
    /// unless a gate counts them.
    fn record(&mut self, key: FuncKey, reading: &ProbeReading) {
        let uncounted = self.ledger.uncounted.clone().filter(|_| reading.calls > 0);
        let standing = self.ledger.at_mut(key);
        if let Some(none) = uncounted {
            standing.events.get_or_insert(none).record(reading.calls, &reading.events);
        }
        if self.cycles_count && !reading.samples.is_empty() {
            reading.samples.iter().for_each(|cycles| standing.cycles.record(*cycles));
            standing.usual_cycles = middle_mean(&reading.samples);
        }
        let silent = standing.code.is_some() && !standing.counts_itself();
        if silent && !matches!(standing.watch, Watch::Gated { .. }) {
            standing.calls = standing.calls.saturating_add(reading.calls);
        }
    }

    /// Brings the count of calls of `key` up to date, if a gate counts them.
    fn read_gate(&mut self, key: FuncKey) {
        let map = self.linker.map();
        let standing = &mut self.ledger.chapters[key.image as usize].standings[key.func.index()];
        if let Watch::Gated { probe, left, .. } = &mut standing.watch {
            let now = map.gate_left(*probe);
            let calls = left.saturating_sub(now).max(0) as u64;
            standing.calls = standing.calls.saturating_add(calls);
            *left = now;
        }
    }

    /// Brings all counts up to date.
    pub(super) fn read_gates(&mut self) {
        for (_, key) in self.samples() {
            self.read_gate(key);
        }
    }

    /// Takes in what the probes of new code have measured so far: of functions that are seldom
    /// called, a whole boot may not be enough for a turn.
    pub(super) fn collect_samples(&mut self) {
        for (probe, key) in self.samples() {
            self.read_gate(key);
            let reading = self.linker.take_reading(probe);
            self.record(key, &reading);
        }
    }

    /// The probes that measure functions.
    fn samples(&self) -> Vec<(ProbeId, FuncKey)> {
        let sample = |(probe, purpose): (&ProbeId, &ProbeUse)| match purpose {
            ProbeUse::Sample(key) => Some((*probe, *key)),
            ProbeUse::Variant(_) => None,
        };
        self.ledger.probes.iter().filter_map(sample).collect()
    }
}
