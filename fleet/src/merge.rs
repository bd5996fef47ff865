//! What many machines know, as one set.
//!
//! A [`Fleet`] is what each machine knew after its newest boot, and which other boots of it there are. Of a machine only
//! the newest counts ([`Fleet::settle`]), so of older ones no more is kept than that they were: memory grows with
//! the machines, not with the snapshots, and bitcode, which is most of a snapshot, is there once. Joining two fleets
//! takes the newer of everything, so in which order, how often and in what portions snapshots come makes no
//! difference.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use sha2::{Digest, Sha256};
use snapshot_fmt::Snapshot;

use crate::entry::{Entry, hex};

/// What each machine knew.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Fleet {
    pub(crate) machines: BTreeMap<String, Machine>,
    /// Bitcode by its hash.
    pub(crate) bitcode: BTreeMap<[u8; 32], Vec<u8>>,
}

/// One machine.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Machine {
    /// Its boots, and which snapshot of each counts.
    pub boots: BTreeMap<u32, Rank>,
    /// That of the newest boot, its bitcode left out as far as the fleet has it.
    pub newest: Entry,
}

/// Of two snapshots that say they are the same boot of the same machine the one that was saved later counts.
pub(crate) type Rank = (u64, [u8; 32]);

fn rank(entry: &Entry) -> Rank {
    (entry.snapshot.generation, entry.hash)
}

impl Fleet {
    /// Adds what a machine knew.
    pub fn add(&mut self, mut entry: Entry) {
        entry.strip().into_iter().for_each(|bytes| self.add_bitcode(bytes));
        self.add_stripped(entry);
    }

    /// Adds bitcode that entries were stripped of.
    pub fn add_bitcode(&mut self, bytes: Vec<u8>) {
        self.bitcode.entry(Sha256::digest(&bytes).into()).or_insert(bytes);
    }

    /// Hashes of the entries that stand for a boot.
    pub fn entries(&self) -> impl Iterator<Item = &[u8; 32]> {
        self.machines.values().flat_map(|machine| machine.boots.values().map(|(_, hash)| hash))
    }

    /// Hashes of the bitcode of those programs that most machines run, as far as it is not here.
    #[must_use]
    pub fn missing(&self) -> Vec<[u8; 32]> {
        let base = self.commonest().unwrap_or_default();
        let empty = base.bitcode.iter().filter(|file| file.bytes.is_empty());
        empty.map(|file| file.hash).collect()
    }

    fn add_stripped(&mut self, entry: Entry) {
        let (boot, own) = (entry.origin.boot, rank(&entry));
        let Some(machine) = self.machines.get_mut(&entry.origin.machine) else {
            let boots = BTreeMap::from([(boot, own)]);
            self.machines.insert(entry.origin.machine.clone(), Machine { boots, newest: entry });
            return;
        };
        let known = machine.boots.entry(boot).or_insert(own);
        *known = own.max(*known);
        if (boot, own) > (machine.newest.origin.boot, rank(&machine.newest)) {
            machine.newest = entry;
        }
    }

    /// Both: commutative, associative, idempotent.
    #[must_use]
    pub fn join(mut self, other: Self) -> Self {
        self.bitcode.extend(other.bitcode);
        for (_, machine) in other.machines {
            let name = machine.newest.origin.machine.clone();
            self.add_stripped(machine.newest);
            if let Some(own) = self.machines.get_mut(&name) {
                for (boot, rank) in machine.boots {
                    let known = own.boots.entry(boot).or_insert(rank);
                    *known = rank.max(*known);
                }
            }
        }
        self
    }

    /// Each machine, by name.
    pub(crate) fn machines(&self) -> impl Iterator<Item = (&str, &Machine)> {
        self.machines.iter().map(|(name, machine)| (name.as_str(), machine))
    }

    /// The programs that most machines run, without what anybody knows of them.
    #[must_use]
    pub fn commonest(&self) -> Option<Snapshot> {
        let mut counts: BTreeMap<Vec<[u8; 32]>, (usize, &Entry)> = BTreeMap::new();
        for (_, Machine { newest, .. }) in self.machines() {
            counts.entry(identity(&newest.snapshot)).or_insert((0, newest)).0 += 1;
        }
        let most = counts.into_iter().max_by_key(|(hashes, (count, _))| (*count, hashes.clone()));
        most.map(|(_, (_, entry))| {
            let mut base = Snapshot {
                functions: Vec::new(),
                boots: Vec::new(),
                boot_count: 0,
                ..entry.snapshot.clone()
            };
            for file in base.bitcode.iter_mut().filter(|file| file.bytes.is_empty()) {
                file.bytes = self.bitcode.get(&file.hash).cloned().unwrap_or_default();
            }
            base
        })
    }

    /// What the engine of most machines calls itself.
    #[must_use]
    pub fn engine(&self) -> Option<String> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (_, machine) in self.machines() {
            *counts.entry(&machine.newest.snapshot.engine.engine).or_default() += 1;
        }
        let most = counts.into_iter().max_by_key(|(engine, count)| (*count, *engine));
        most.map(|(engine, _)| engine.to_owned())
    }

    /// As much of a machine with these programs counts, at most: the weight of the middle one of all that have
    /// any of them.
    pub(crate) fn cap(&self, programs: &BTreeSet<&str>) -> u64 {
        let weights =
            self.machines().map(|(_, machine)| weight(&machine.newest.snapshot, programs));
        middle(weights.flatten())
    }

    /// Machines, boots, and each machine's weight beside the most that counts of it.
    #[must_use]
    pub fn report(&self) -> Vec<Weighed> {
        let mut caps: BTreeMap<BTreeSet<&str>, u64> = BTreeMap::new();
        let mut report = Vec::new();
        for (name, Machine { boots, newest }) in self.machines() {
            let programs = programs(&newest.snapshot);
            let counted = weight(&newest.snapshot, &programs).unwrap_or(0);
            let cap = *caps.entry(programs).or_insert_with_key(|programs| self.cap(programs));
            report.push(Weighed {
                machine: name.to_owned(),
                boot: newest.origin.boot,
                snapshots: boots.len(),
                counted,
                counts: counted.min(cap),
                compiled: newest.snapshot.functions.iter().filter(|f| f.object.is_some()).count(),
                cpu: newest.snapshot.engine.cpu.clone(),
                entry: hex(&newest.hash),
            });
        }
        report
    }
}

/// A machine of the fleet.
#[derive(Serialize, Debug)]
pub struct Weighed {
    /// What it is called.
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
    /// Its processor's brand.
    pub cpu: String,
    /// The name of its newest entry in the store.
    pub entry: String,
}

/// What names the programs of a snapshot.
pub(crate) fn identity(snapshot: &Snapshot) -> Vec<[u8; 32]> {
    snapshot.modules.iter().map(|module| module.hash).collect()
}

/// The names of its programs.
pub(crate) fn programs(snapshot: &Snapshot) -> BTreeSet<&str> {
    snapshot.modules.iter().map(|module| module.name.as_str()).collect()
}

/// Calls and rounds of loops that a machine has counted in these programs; `None` when it has none of them.
pub(crate) fn weight(snapshot: &Snapshot, programs: &BTreeSet<&str>) -> Option<u64> {
    let of_them: Vec<bool> =
        snapshot.modules.iter().map(|module| programs.contains(module.name.as_str())).collect();
    if !of_them.contains(&true) {
        return None;
    }
    let counts = snapshot.functions.iter().filter(|function| of_them[function.module as usize]);
    Some(counts.fold(0, |sum: u64, function| {
        let profile = &function.profile;
        sum.saturating_add(profile.calls).saturating_add(profile.back_edges)
    }))
}

/// The lower one in the middle.
fn middle(weights: impl Iterator<Item = u64>) -> u64 {
    let mut weights: Vec<u64> = weights.collect();
    weights.sort_unstable();
    weights.get(weights.len().saturating_sub(1) / 2).copied().unwrap_or(0)
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
