//! What many machines know, as one.
//!
//! A [`Fleet`] is a set: what each machine knew after each of its boots, once. Joining two is their union, so
//! in which order, how often and in what portions snapshots come makes no difference. What a new machine
//! starts from follows from the set alone ([`Fleet::settle`]):
//!
//! - of each machine the newest boot counts, as counts only grow from boot to boot;
//! - a machine weighs no more than the middle one of all: one that has run for a year, or lies, does not
//!   drown the others;
//! - counts of another version of the program are fitted to the present one, as a single machine does;
//! - code is one machine's, the one that has run longest among those of the same program and engine, and only
//!   such as the new machine's processor can run.

use std::collections::BTreeMap;

use bareflow_ir::Symbol;
use bareflow_profile::FunctionProfile;
use bareflow_records::{body_hash, profile_from_record, profile_to_record};
use serde::Serialize;
use snapshot_fmt::{FunctionRecord, Snapshot};

use super::store::{Entry, Origin, hex};
use crate::snapshot::program;

/// What each machine knew after each of its boots.
#[derive(Clone, PartialEq, Default, Debug)]
pub(super) struct Fleet(BTreeMap<(String, u32), Entry>);

/// A snapshot that did not decide all that it could, and why.
#[derive(Clone, PartialEq, Eq, Serialize, Debug)]
pub(super) struct Refused {
    #[serde(flatten)]
    pub origin: Origin,
    pub why: String,
}

/// What a new machine starts from.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Settled {
    pub snapshot: Snapshot,
    /// Machines whose counts are in it.
    pub machines: usize,
    /// Whose code is in it.
    pub code_of: Option<Origin>,
    pub refused: Vec<Refused>,
}

impl Fleet {
    /// Adds what a machine knew. Of two that say they are the same boot of the same machine the one that was
    /// saved later counts.
    pub fn add(&mut self, entry: Entry) {
        let key = (entry.origin.machine.clone(), entry.origin.boot);
        let rank = |entry: &Entry| (entry.snapshot.generation, entry.hash);
        match self.0.entry(key) {
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(entry);
            }
            std::collections::btree_map::Entry::Occupied(mut there) => {
                if rank(&entry) > rank(there.get()) {
                    there.insert(entry);
                }
            }
        }
    }

    /// The union of both: commutative, associative, idempotent.
    #[cfg(test)]
    pub fn join(mut self, other: Self) -> Self {
        other.0.into_values().for_each(|entry| self.add(entry));
        self
    }

    /// The program that most machines run, without what anybody knows of it.
    pub fn commonest(&self) -> Option<Snapshot> {
        let mut counts: BTreeMap<Vec<[u8; 32]>, (usize, &Entry)> = BTreeMap::new();
        for entry in self.newest().into_values() {
            counts.entry(identity(&entry.snapshot)).or_insert((0, entry)).0 += 1;
        }
        let most = counts.into_iter().max_by_key(|(hashes, (count, _))| (*count, hashes.clone()));
        most.map(|(_, (_, entry))| Snapshot {
            functions: Vec::new(),
            boots: Vec::new(),
            boot_count: 0,
            ..entry.snapshot.clone()
        })
    }

    fn newest(&self) -> BTreeMap<&str, &Entry> {
        // Boots of a machine come in order, so the last one stays.
        self.0.iter().map(|((machine, _), entry)| (machine.as_str(), entry)).collect()
    }

    /// What a machine with the programs of `base`, whose processor has `features` (`None`: all that the code
    /// asks for), starts from.
    ///
    /// # Errors
    /// The programs do not load.
    pub fn settle(&self, base: &Snapshot, features: Option<&[String]>) -> Result<Settled, String> {
        let newest = self.newest();
        let mut refused = Vec::new();
        let mut refuse = |origin: &Origin, why: String| {
            refused.push(Refused { origin: origin.clone(), why });
        };
        for entry in self.0.values() {
            let last = newest[entry.origin.machine.as_str()].origin.boot;
            if last != entry.origin.boot {
                refuse(&entry.origin, format!("its machine has gone on to boot {last}"));
            }
        }
        let modules: Vec<_> = base.modules.iter().map(|module| program(base, module)).collect();
        let modules = modules.into_iter().collect::<Result<Vec<_>, _>>()?;
        let weights: BTreeMap<&str, u64> =
            newest.iter().map(|(machine, entry)| (*machine, weight(&entry.snapshot))).collect();
        let cap = middle(weights.values().copied());
        let mut joined: BTreeMap<(u32, String), FunctionProfile> = BTreeMap::new();
        let mut machines = 0;
        let mut leader: Option<(Rank, &Entry)> = None;
        for (machine, entry) in &newest {
            let mut counts = false;
            for (number, module) in (0..).zip(&modules) {
                let named = |other: &snapshot_fmt::ModuleRecord| other.name == module.name;
                let Some(theirs) = entry.snapshot.modules.iter().position(named) else { continue };
                let own = |record: &&FunctionRecord| record.module as usize == theirs;
                for record in entry.snapshot.functions.iter().filter(own) {
                    let Some(Symbol::Func(func)) = module.module.symbol(&record.name) else {
                        continue;
                    };
                    let mut profile = profile_from_record(&record.profile);
                    profile.fit(module.module.func(func));
                    profile.normalise();
                    scale(&mut profile, cap, weights[machine]);
                    joined.entry((number, record.name.clone())).or_default().merge(&profile);
                    counts = true;
                }
            }
            if !counts {
                refuse(&entry.origin, "it runs other programs".to_owned());
                continue;
            }
            machines += 1;
            let why = if identity(&entry.snapshot) != identity(base) {
                "its programs are another version: counts only"
            } else if entry.snapshot.engine.engine != bareflow_session::engine() {
                "its engine is another: counts only"
            } else if weights[machine] < cap / 2 {
                "it has run too little to lead: counts only"
            } else {
                let compiled =
                    entry.snapshot.functions.iter().filter(|f| f.object.is_some()).count();
                // Capped: a machine that says it ran for ever gains nothing by it.
                let rank =
                    (weights[machine].min(cap), compiled, entry.snapshot.generation, entry.hash);
                if leader.as_ref().is_none_or(|(best, _)| rank > *best) {
                    if let Some((_, before)) = leader.replace((rank, entry)) {
                        refuse(
                            &before.origin,
                            "another machine's code leads: counts only".to_owned(),
                        );
                    }
                    continue;
                }
                "another machine's code leads: counts only"
            };
            refuse(&entry.origin, why.to_owned());
        }
        let mut snapshot = Snapshot { functions: Vec::new(), boots: Vec::new(), ..base.clone() };
        let lead = leader.map(|(_, entry)| entry);
        snapshot.engine.engine = bareflow_session::engine();
        for ((number, name), profile) in joined {
            let module = &modules[number as usize].module;
            let Some(Symbol::Func(func)) = module.symbol(&name) else { continue };
            let led = lead.and_then(|entry| entry.snapshot.function(number, &name));
            let mut record = led.cloned().unwrap_or_else(|| FunctionRecord {
                module: number,
                name,
                body_hash: body_hash(module, func),
                ..FunctionRecord::default()
            });
            record.profile = profile_to_record(&profile);
            record.history.clear();
            only_with(&mut record, features);
            snapshot.functions.push(record);
        }
        refused.sort_by(|a, b| {
            (&a.origin.machine, a.origin.boot).cmp(&(&b.origin.machine, b.origin.boot))
        });
        let code_of = lead.map(|entry| entry.origin.clone());
        Ok(Settled { snapshot, machines, code_of, refused })
    }

    /// Machines, boots, and each machine's weight beside the most that counts of it.
    pub fn report(&self) -> Vec<Weighed> {
        let newest = self.newest();
        let cap = middle(newest.values().map(|entry| weight(&entry.snapshot)));
        let boots = |machine: &str| self.0.keys().filter(|(name, _)| name == machine).count();
        let weighed = |(machine, entry): (&str, &Entry)| Weighed {
            machine: machine.to_owned(),
            boot: entry.origin.boot,
            snapshots: boots(machine),
            counted: weight(&entry.snapshot),
            counts: weight(&entry.snapshot).min(cap),
            compiled: entry.snapshot.functions.iter().filter(|f| f.object.is_some()).count(),
            cpu: entry.snapshot.engine.cpu.clone(),
            entry: hex(&entry.hash),
        };
        newest.into_iter().map(weighed).collect()
    }
}

/// A machine of the fleet.
#[derive(Serialize, Debug)]
pub(super) struct Weighed {
    pub machine: String,
    /// Its newest boot.
    pub boot: u32,
    /// Of how many of its boots there are snapshots.
    pub snapshots: usize,
    /// Calls and rounds of loops that it counted.
    pub counted: u64,
    /// As many of these count.
    pub counts: u64,
    /// Functions that it has code of.
    pub compiled: usize,
    pub cpu: String,
    /// The name of its newest entry in the store.
    pub entry: String,
}

/// Whose code leads: counts up to the middle one's, functions with code, generation, hash.
type Rank = (u64, usize, u64, [u8; 32]);

/// What names the programs of a snapshot.
fn identity(snapshot: &Snapshot) -> Vec<[u8; 32]> {
    snapshot.modules.iter().map(|module| module.hash).collect()
}

/// Calls and rounds of loops that a machine has counted.
fn weight(snapshot: &Snapshot) -> u64 {
    let counts = snapshot.functions.iter().map(|function| &function.profile);
    counts.fold(0, |sum: u64, profile| {
        sum.saturating_add(profile.calls).saturating_add(profile.back_edges)
    })
}

/// The lower one in the middle.
fn middle(weights: impl Iterator<Item = u64>) -> u64 {
    let mut weights: Vec<u64> = weights.collect();
    weights.sort_unstable();
    weights.get(weights.len().saturating_sub(1) / 2).copied().unwrap_or(0)
}

/// Brings counts that add up to `weight` down to `cap`. What ran at all stays at least 1.
fn scale(profile: &mut FunctionProfile, cap: u64, weight: u64) {
    if weight <= cap {
        return;
    }
    let less = |count: &mut u64| {
        if *count > 0 {
            let scaled = u128::from(*count) * u128::from(cap) / u128::from(weight);
            *count = u64::try_from(scaled).unwrap_or(u64::MAX).max(1);
        }
    };
    let average = profile.cycles.average();
    less(&mut profile.calls);
    less(&mut profile.back_edges);
    less(&mut profile.cycles.samples);
    profile.cycles.total = average.saturating_mul(profile.cycles.samples);
    profile.blocks.iter_mut().for_each(less);
    profile.edges.iter_mut().for_each(less);
    for site in &mut profile.sites {
        site.targets.iter_mut().for_each(|(_, count)| less(count));
        less(&mut site.other);
    }
    for param in &mut profile.params {
        param.values.iter_mut().for_each(|(_, count)| less(count));
        less(&mut param.other);
    }
    profile.normalise();
}

/// Takes code away that asks for what the processor does not have.
fn only_with(record: &mut FunctionRecord, features: Option<&[String]>) {
    let Some(features) = features else { return };
    let there = |needs: &[String]| needs.iter().all(|name| features.contains(name));
    record.osr.retain(|osr| there(&osr.features));
    if !there(&record.features) {
        record.object = None;
        record.level = 0;
        record.compiler.clear();
        record.options.clear();
        record.features.clear();
        record.epoch = None;
        record.verdict = None;
    }
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
