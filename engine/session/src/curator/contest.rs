//! The code that takes part in a tournament: probes for it, and whose turn it is.

use alloc::string::String;
use alloc::vec::Vec;

use super::entrants::Entrant;
use super::{Curator, now, view};
use crate::events::{Order, Settlement};
use crate::key::FuncKey;
use crate::ledger::{Code, ProbeUse, Watch};
use crate::policy::{self, Fielded, View};
use crate::shared::Shared;

impl Curator {
    /// A variant of `key` was made. One that is like another is of no use.
    pub(super) fn add_variant(&mut self, key: FuncKey, code: Code, name: String) {
        let own = self.ledger.at(key).code.as_ref();
        let known = self.entrants.made.iter().map(|(other, _)| other);
        if own.into_iter().chain(known).any(|other| code.same_as(other)) {
            self.retire(code.installed);
        } else {
            self.entrants.made.push((code, name));
        }
    }

    /// Gives the code of `key` and its variants probes.
    pub(super) fn field(&mut self, key: FuncKey) -> Fielded {
        let made = core::mem::take(&mut self.entrants.made);
        let Some(default) = self.ledger.at(key).entry() else { return Fielded::NoProbes };
        if made.is_empty() {
            return Fielded::Alike;
        }
        let mut names = Vec::new();
        let own = [(None, default, String::new())];
        let variants = made.into_iter().map(|(code, name)| {
            let entry = code.installed.entry;
            (Some(code), entry, name)
        });
        for (code, entry, name) in own.into_iter().chain(variants) {
            let number = self.entrants.fielded.len();
            match self.add_probe(entry, ProbeUse::Variant(number)) {
                Some(probe) => {
                    self.entrants.fielded.push(Entrant { code, entry, probe });
                    names.push(name);
                }
                None => code.into_iter().for_each(|code| self.retire(code.installed)),
            }
        }
        if names.len() < 2 || self.entrants.fielded[0].code.is_some() {
            self.dismiss_all();
            return Fielded::NoProbes;
        }
        self.ledger.at_mut(key).watch = Watch::Competing;
        Fielded::Names(names)
    }

    /// The next `calls` calls of `key` run an entrant, measured.
    pub(super) fn turn(&mut self, shared: &Shared, key: FuncKey, entrant: usize, calls: u64) {
        let probe = self.entrants.fielded[entrant].probe;
        // What calls of earlier turns left there does not count.
        self.linker.take_reading(probe);
        self.linker.set_turn_length(probe, calls);
        let address = self.linker.map().probe_address(probe);
        self.route(shared, key, address);
    }

    /// The next `calls` calls of `key` run an entrant, counted only.
    pub(super) fn rest(&mut self, shared: &Shared, key: FuncKey, entrant: usize, calls: u64) {
        let probe = self.entrants.fielded[entrant].probe;
        self.linker.take_reading(probe);
        self.linker.set_turn_length(probe, 1);
        self.linker.set_gate(probe, calls);
        let address = self.linker.map().gate_address(probe);
        self.route(shared, key, address);
    }

    /// Keeps the winner and lets the others go.
    pub(super) fn settle(&mut self, shared: &Shared, settlement: Settlement) {
        let Settlement { key, winner, median, calls, verdict, compilers } = settlement;
        self.learned();
        if let Some((builtin, llvm)) = compilers {
            self.ledger.challenger.compared(builtin, llvm);
        }
        if let Some(entrant) = self.entrants.fielded.get_mut(winner) {
            let (entry, code) = (entrant.entry, entrant.code.take());
            self.route(shared, key, entry);
            if let Some(code) = code {
                let old = self.ledger.at_mut(key).code.replace(code);
                self.entrants.fielded[winner].code = old;
            }
        }
        self.dismiss_all();
        let standing = self.ledger.at_mut(key);
        if median > 0 {
            standing.cycles.record(median);
            standing.usual_cycles = median;
        }
        standing.calls = standing.calls.saturating_add(calls);
        standing.verdict = verdict;
        standing.watch = Watch::None;
        let watch = policy::watch(&view!(self, shared), key);
        if let Some(Order::Gate { key, calls, samples }) = watch {
            self.gate(shared, key, calls, samples);
        }
    }

    /// Gives up all entrants' probes and code. No slot leads to them.
    pub(super) fn dismiss_all(&mut self) {
        for (code, _) in core::mem::take(&mut self.entrants.made) {
            self.retire(code.installed);
        }
        for entrant in core::mem::take(&mut self.entrants.fielded) {
            self.remove_probe(entrant.probe);
            if let Some(code) = entrant.code {
                self.retire(code.installed);
            }
        }
    }
}
