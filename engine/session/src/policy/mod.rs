//! What is decided: when functions rise, what is measured, which variant stays, when it is saved.
//!
//! A policy is told what happened, reads the [ledger](crate::ledger), and answers with
//! [orders](crate::events::Order). It touches no machine, no code memory and no compiler, so it can
//! be tested on events that are made up.

mod adaptive;
mod ahead;
mod prospects;
mod rising;
mod saving;
mod stress;
#[cfg(test)]
mod tests;
mod tournament;
mod watching;
mod worth;

pub(crate) use ahead::{ahead, warm_up};
pub(crate) use rising::{Rising, compiler_options, first_reports};
pub(crate) use saving::{alarm_at, due_ns};
pub(crate) use stress::{Stress, is_on as is_stressed};
pub(crate) use tournament::{Fielded, Tournaments};
pub(crate) use watching::{SAMPLES, middle_mean, sampled, watch};
pub(crate) use worth::worth;

use crate::facts::Facts;
use crate::key::FuncKey;
use crate::ledger::Ledger;
use bareflow_profile::FunctionProfile;

/// The moment something happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Now {
    /// In nanoseconds of the machine's clock.
    pub(crate) ns: u64,
    /// In cycles of the time-stamp counter.
    pub(crate) cycles: u64,
}

/// What a policy sees.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) facts: &'a dyn Facts,
    pub(crate) ledger: &'a Ledger,
    pub(crate) now: Now,
}

impl View<'_> {
    /// Everything counted for a function, earlier boots included.
    fn profile(&self, key: FuncKey) -> FunctionProfile {
        self.ledger.profile(self.facts, key)
    }

    /// Instructions of a function.
    pub(crate) fn instrs(&self, key: FuncKey) -> u64 {
        self.facts.module(key.image).func(key.func).instrs.len() as u64
    }

    /// Cycles since the first program began.
    fn elapsed(&self) -> u64 {
        self.ledger.elapsed(self.now.cycles)
    }

    /// Cycles that calls of `key` have taken so far, callees included, as far as is known.
    fn taken(&self, key: FuncKey) -> u64 {
        let cycles = self.calls(key).saturating_mul(self.ledger.at(key).call_cycles());
        // Calls of a recursive function lie in one another.
        cycles.min(self.elapsed())
    }

    /// Calls of `key` so far, as far as they were counted.
    fn calls(&self, key: FuncKey) -> u64 {
        let native = self.ledger.at(key).native_calls();
        native.saturating_add(self.facts.interpreted_calls(key))
    }

    /// Cycles in so many nanoseconds.
    fn cycles_in(&self, ns: u64) -> u64 {
        (u128::from(ns) * u128::from(self.facts.tsc_hz()) / 1_000_000_000) as u64
    }

    /// Nanoseconds that so many cycles take.
    fn ns_in(&self, cycles: u64) -> u64 {
        let ns = u128::from(cycles) * 1_000_000_000 / u128::from(self.facts.tsc_hz().max(1));
        u64::try_from(ns).unwrap_or(u64::MAX)
    }

    /// `program:function`, for people.
    pub(crate) fn label(&self, key: FuncKey) -> alloc::string::String {
        alloc::format!("{}:{}", self.facts.program(key.image), self.facts.name(key))
    }
}
