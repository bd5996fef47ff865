//! A [`Fleet`] as bytes, for whoever joins what others have joined.
//!
//! ```text
//!   "FLEET1"
//!   number of files of bitcode; of each: length, bytes
//!   number of machines; of each: number of boots, of each: boot, generation, hash;
//!                                then of the newest entry: name, boot, hash, and the snapshot, each with its length
//! ```
//!
//! Numbers are eight bytes, the lowest first; machines, boots and bitcode stand in order, so that equal fleets are
//! equal bytes. Bitcode that a snapshot holds by its hash alone has no bytes there, as within a [`Fleet`].

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use snapshot_fmt::{decode, encode};

use crate::entry::{Entry, Origin};
use crate::merge::{Fleet, Machine, Rank};

const MAGIC: &[u8] = b"FLEET1";

impl Fleet {
    /// Its bytes.
    ///
    /// # Errors
    /// A snapshot is not one that could be written: why.
    pub fn to_bytes(&self) -> Result<Vec<u8>, String> {
        let mut to = MAGIC.to_vec();
        number(&mut to, self.bitcode.len() as u64);
        self.bitcode.values().for_each(|bytes| run(&mut to, bytes));
        number(&mut to, self.machines.len() as u64);
        for Machine { boots, newest } in self.machines.values() {
            number(&mut to, boots.len() as u64);
            for (boot, (generation, hash)) in boots {
                number(&mut to, u64::from(*boot));
                number(&mut to, *generation);
                to.extend_from_slice(hash);
            }
            run(&mut to, newest.origin.machine.as_bytes());
            number(&mut to, u64::from(newest.origin.boot));
            to.extend_from_slice(&newest.hash);
            run(&mut to, &encode(&newest.snapshot).map_err(|error| error.to_string())?);
        }
        Ok(to)
    }

    /// The fleet whose bytes these are.
    ///
    /// # Errors
    /// They are no fleet's: why.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let rest = bytes.strip_prefix(MAGIC).ok_or("these bytes are not a fleet's")?;
        let mut from = Reading(rest);
        let mut fleet = Self::default();
        for _ in 0..from.number()? {
            let bytes = from.run()?;
            fleet.bitcode.insert(Sha256::digest(bytes).into(), bytes.to_vec());
        }
        for _ in 0..from.number()? {
            let mut boots: BTreeMap<u32, Rank> = BTreeMap::new();
            for _ in 0..from.number()? {
                boots.insert(from.boot()?, (from.number()?, from.hash()?));
            }
            let machine = std::str::from_utf8(from.run()?).map_err(|error| error.to_string())?;
            let origin = Origin { machine: machine.to_owned(), boot: from.boot()? };
            let hash = from.hash()?;
            let snapshot = decode(from.run()?).map_err(|error| error.to_string())?;
            let newest = Entry { origin, hash, snapshot };
            let name = newest.origin.machine.clone();
            fleet.machines.insert(name, Machine { boots, newest });
        }
        if from.0.is_empty() { Ok(fleet) } else { Err("something follows the fleet".into()) }
    }
}

fn number(to: &mut Vec<u8>, number: u64) {
    to.extend_from_slice(&number.to_le_bytes());
}

fn run(to: &mut Vec<u8>, bytes: &[u8]) {
    number(to, bytes.len() as u64);
    to.extend_from_slice(bytes);
}

/// What is left to read.
struct Reading<'a>(&'a [u8]);

impl<'a> Reading<'a> {
    fn take(&mut self, len: u64) -> Result<&'a [u8], String> {
        let len = usize::try_from(len).map_err(|error| error.to_string())?;
        let (taken, rest) = self.0.split_at_checked(len).ok_or("the fleet is cut off")?;
        self.0 = rest;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u64, String> {
        Ok(self.take(8)?.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn boot(&mut self) -> Result<u32, String> {
        u32::try_from(self.number()?).map_err(|_| "there is no such boot".to_owned())
    }

    fn hash(&mut self) -> Result<[u8; 32], String> {
        <[u8; 32]>::try_from(self.take(32)?).map_err(|error| error.to_string())
    }

    fn run(&mut self) -> Result<&'a [u8], String> {
        let len = self.number()?;
        self.take(len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_cut_or_longer_are_no_fleet() {
        let mut fleet = Fleet::default();
        for boot in 1..4 {
            let (name, file) = Entry::file(
                &Origin { machine: "one".into(), boot },
                &encode(&snapshot_fmt::Snapshot::default()).unwrap(),
            );
            fleet.add(Entry::read(&name, &file).unwrap());
        }
        let bytes = fleet.to_bytes().unwrap();
        assert_eq!(Fleet::from_bytes(&bytes).unwrap(), fleet);
        for len in 0..bytes.len() {
            assert!(Fleet::from_bytes(&bytes[..len]).is_err(), "{len} bytes");
        }
        assert!(Fleet::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
    }
}
