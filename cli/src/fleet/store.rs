//! A folder of snapshots, each under the hash of its bytes: no service, and nothing is ever written over.
//!
//! ```text
//!   STORE/ab/cdef….entry    one line of JSON (machine, boot), then the snapshot's bytes; the name is the
//!                           SHA-256 of the whole file
//! ```
//!
//! Whoever pushes the same twice writes the same file. Several may push at a time.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use snapshot_fmt::{Snapshot, decode};

use crate::failure::Failure;

/// Whose snapshot it is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Origin {
    /// What the machine is called.
    pub machine: String,
    /// Which boot of it.
    pub boot: u32,
}

/// What one machine knew after one of its boots.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// Whose.
    pub origin: Origin,
    /// SHA-256 of the entry's file.
    pub hash: [u8; 32],
    /// What it knew.
    pub snapshot: Snapshot,
}

/// A folder of them.
#[derive(Debug)]
pub struct Store(pub PathBuf);

impl Store {
    /// Puts a snapshot in; its name there, and whether it is new.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn push(&self, origin: &Origin, snapshot: &[u8]) -> Result<(String, bool), Failure> {
        let mut bytes = serde_json::to_vec(origin).unwrap_or_default();
        bytes.push(b'\n');
        bytes.extend_from_slice(snapshot);
        let name = hex(&Sha256::digest(&bytes).into());
        let folder = self.0.join(&name[..2]);
        let path = folder.join(format!("{}.entry", &name[2..]));
        if path.exists() {
            return Ok((name, false));
        }
        let failed = |error: std::io::Error| Failure::output(&path, error);
        std::fs::create_dir_all(&folder).map_err(failed)?;
        let mut file = tempfile::NamedTempFile::new_in(&folder).map_err(failed)?;
        file.write_all(&bytes).map_err(failed)?;
        file.persist(&path).map_err(|error| failed(error.error))?;
        Ok((name, true))
    }

    /// Gives all that is in it to `take`, one at a time, in the order of their names; what is damaged, and why.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn each(&self, mut take: impl FnMut(Entry)) -> Result<Vec<String>, Failure> {
        let failed = |error: std::io::Error| Failure::input(&self.0, error);
        let mut damaged = Vec::new();
        let mut paths = Vec::new();
        for folder in std::fs::read_dir(&self.0).map_err(failed)? {
            let folder = folder.map_err(failed)?.path();
            if folder.is_dir() {
                for file in std::fs::read_dir(&folder).map_err(failed)? {
                    paths.push(file.map_err(failed)?.path());
                }
            }
        }
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "entry"));
        paths.sort();
        for path in paths {
            let bytes = std::fs::read(&path).map_err(|error| Failure::input(&path, error))?;
            match Entry::read(&path, &bytes) {
                Ok(entry) => take(entry),
                Err(why) => damaged.push(format!("{}: {why}", path.display())),
            }
        }
        Ok(damaged)
    }
}

impl Entry {
    /// The entry in a file of a store.
    ///
    /// # Errors
    /// It is damaged: how.
    pub fn read(path: &Path, bytes: &[u8]) -> Result<Self, String> {
        let hash: [u8; 32] = Sha256::digest(bytes).into();
        let own = path.iter().rev().take(2).filter_map(|part| part.to_str()).collect::<Vec<_>>();
        let name = format!("{}{}", own.get(1).unwrap_or(&""), own.first().unwrap_or(&""));
        if name != format!("{}.entry", hex(&hash)) {
            return Err("its bytes are not what its name says".to_owned());
        }
        let end = bytes.iter().position(|byte| *byte == b'\n').ok_or("it has no first line")?;
        let origin = serde_json::from_slice(&bytes[..end]).map_err(|error| error.to_string())?;
        let snapshot = decode(&bytes[end + 1..]).map_err(|error| error.to_string())?;
        Ok(Self { origin, hash, snapshot })
    }
}

/// A hash as text.
pub(super) fn hex(hash: &[u8; 32]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use snapshot_fmt::encode;

    #[test]
    fn what_is_pushed_twice_is_there_once_and_no_byte_changes_unseen() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store(folder.path().to_owned());
        let bytes = encode(&Snapshot { boot_count: 3, ..Snapshot::default() }).unwrap();
        let origin = Origin { machine: "one".into(), boot: 3 };
        let (name, new) = store.push(&origin, &bytes).unwrap();
        assert!(new);
        assert_eq!(store.push(&origin, &bytes).unwrap(), (name.clone(), false));
        let all = || {
            let mut entries = Vec::new();
            let damaged = store.each(|entry| entries.push(entry)).unwrap();
            (entries, damaged)
        };
        let (entries, damaged) = all();
        assert_eq!((entries.len(), damaged.len()), (1, 0));
        assert_eq!((&entries[0].origin, entries[0].snapshot.boot_count), (&origin, 3));
        let path = folder.path().join(&name[..2]).join(format!("{}.entry", &name[2..]));
        let whole = std::fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 0x10;
            std::fs::write(&path, changed).unwrap();
            let (entries, damaged) = all();
            assert_eq!((entries.len(), damaged.len()), (0, 1), "byte {at}");
        }
    }
}
