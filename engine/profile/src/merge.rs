//! Joining what was counted in different runs.
//!
//! [`FunctionProfile::merge`] is commutative and associative on profiles in canonical form
//! ([`FunctionProfile::normalise`]), so it does not matter in which order boots are joined.

use alloc::string::String;
use alloc::vec::Vec;

use crate::{Cycles, FunctionProfile, IndirectSite, ParamValues, events};

impl Cycles {
    /// Adds what `other` has measured.
    pub fn merge(&mut self, other: &Self) {
        self.min = match (self.samples, other.samples) {
            (_, 0) => self.min,
            (0, _) => other.min,
            _ => self.min.min(other.min),
        };
        self.max = self.max.max(other.max);
        self.total = self.total.saturating_add(other.total);
        self.samples = self.samples.saturating_add(other.samples);
    }
}

impl FunctionProfile {
    /// Adds the counts of `other`, a profile of the same function.
    ///
    /// Counts of blocks, edges, call sites and parameters of two different bodies cannot be
    /// added: then those of the body with the larger [shape](crate::shape_of) stay, whichever
    /// side they are on. Whoever knows the present body calls [`FunctionProfile::fit`] on both
    /// sides first.
    pub fn merge(&mut self, other: &Self) {
        self.calls = self.calls.saturating_add(other.calls);
        self.back_edges = self.back_edges.saturating_add(other.back_edges);
        self.cycles.merge(&other.cycles);
        self.events.extend_from_slice(&other.events);
        if self.shape < other.shape {
            self.take_details(other);
        } else if self.shape == other.shape {
            add(&mut self.blocks, &other.blocks);
            add(&mut self.edges, &other.edges);
            self.sites.extend_from_slice(&other.sites);
            self.params.extend_from_slice(&other.params);
        }
        self.normalise();
    }

    /// Brings the lists into canonical form: one entry a site, parameter and target, sites and
    /// parameters in order, targets by falling count and then by name.
    pub fn normalise(&mut self) {
        let mut sites: Vec<IndirectSite> = Vec::new();
        self.sites.sort_by_key(|site| site.instr);
        for site in self.sites.drain(..) {
            match sites.last_mut().filter(|last| last.instr == site.instr) {
                Some(last) => {
                    last.targets.extend(site.targets);
                    last.other = last.other.saturating_add(site.other);
                }
                None => sites.push(site),
            }
        }
        sites.iter_mut().for_each(|site| rank(&mut site.targets));
        self.sites = sites;

        let mut params: Vec<ParamValues> = Vec::new();
        self.params.sort_by_key(|param| param.param);
        for param in self.params.drain(..) {
            match params.last_mut().filter(|last| last.param == param.param) {
                Some(last) => {
                    last.values.extend(param.values);
                    last.other = last.other.saturating_add(param.other);
                }
                None => params.push(param),
            }
        }
        params.iter_mut().for_each(|param| rank(&mut param.values));
        self.params = params;
        events::normalise(&mut self.events);
    }

    /// Keeps the `most` most frequent targets and values of each list; the others are counted as
    /// such.
    pub fn trim(&mut self, most: usize) {
        for site in &mut self.sites {
            cut(&mut site.targets, most, &mut site.other);
        }
        for param in &mut self.params {
            cut(&mut param.values, most, &mut param.other);
        }
    }

    /// Ages all counts by `halvings` halvings. What was counted at all stays at least 1: "ran"
    /// never becomes "never ran". The least and largest cycle counts are facts and stay.
    pub fn decay(&mut self, halvings: u32) {
        self.rescale(|count| count.checked_shr(halvings).unwrap_or(0));
    }

    /// The same down to `part` of every `whole`; does nothing when that is no less.
    pub fn scale(&mut self, part: u64, whole: u64) {
        if part < whole {
            let (part, whole) = (u128::from(part), u128::from(whole));
            let less = |count: u64| u64::try_from(u128::from(count) * part / whole);
            self.rescale(|count| less(count).unwrap_or(u64::MAX));
        }
    }

    /// Makes all counts smaller. What was counted at all stays at least 1, means stay as they are.
    fn rescale(&mut self, smaller: impl Fn(u64) -> u64) {
        let age = |count: &mut u64| {
            if *count > 0 {
                *count = smaller(*count).max(1);
            }
        };
        let average = self.cycles.average();
        age(&mut self.calls);
        age(&mut self.back_edges);
        age(&mut self.cycles.samples);
        self.cycles.total = average.saturating_mul(self.cycles.samples);
        for events in &mut self.events {
            let mut samples = events.samples;
            age(&mut samples);
            events.scale(samples);
        }
        self.blocks.iter_mut().for_each(age);
        self.edges.iter_mut().for_each(age);
        for site in &mut self.sites {
            site.targets.iter_mut().for_each(|(_, count)| age(count));
            age(&mut site.other);
        }
        for param in &mut self.params {
            param.values.iter_mut().for_each(|(_, count)| age(count));
            age(&mut param.other);
        }
        self.normalise();
    }

    fn take_details(&mut self, other: &Self) {
        self.shape = other.shape;
        self.blocks.clone_from(&other.blocks);
        self.edges.clone_from(&other.edges);
        self.sites.clone_from(&other.sites);
        self.params.clone_from(&other.params);
    }
}

/// Element by element; the shorter one is as if filled up with zeros.
fn add(to: &mut Vec<u64>, from: &[u64]) {
    if to.len() < from.len() {
        to.resize(from.len(), 0);
    }
    for (sum, count) in to.iter_mut().zip(from) {
        *sum = sum.saturating_add(*count);
    }
}

/// Joins equal keys and sorts by falling count, then by key.
fn rank<K: Ord>(list: &mut Vec<(K, u64)>) {
    list.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let mut joined: Vec<(K, u64)> = Vec::with_capacity(list.len());
    for (key, count) in list.drain(..) {
        match joined.last_mut().filter(|last| last.0 == key) {
            Some(last) => last.1 = last.1.saturating_add(count),
            None => joined.push((key, count)),
        }
    }
    joined.sort_by_key(|entry| core::cmp::Reverse(entry.1));
    *list = joined;
}

fn cut<K>(list: &mut Vec<(K, u64)>, most: usize, other: &mut u64) {
    for (_, count) in list.drain(most.min(list.len())..) {
        *other = other.saturating_add(count);
    }
}

/// Counts of a whole program, by function name.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct ProgramProfile {
    /// One entry a function that was counted.
    pub functions: alloc::collections::BTreeMap<String, FunctionProfile>,
}

impl ProgramProfile {
    /// Adds the counts of `other`.
    pub fn merge(&mut self, other: &Self) {
        for (name, profile) in &other.functions {
            self.functions.entry(name.clone()).or_default().merge(profile);
        }
    }

    /// Ages all counts; see [`FunctionProfile::decay`].
    pub fn decay(&mut self, halvings: u32) {
        self.functions.values_mut().for_each(|profile| profile.decay(halvings));
    }
}
