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

use bareflow_fleet::{Entry, Origin};

use crate::failure::Failure;

/// A folder of them.
#[derive(Debug)]
pub struct Store(pub PathBuf);

impl Store {
    /// Puts a snapshot in; its name there, and whether it is new.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn push(&self, origin: &Origin, snapshot: &[u8]) -> Result<(String, bool), Failure> {
        let (name, bytes) = Entry::file(origin, snapshot);
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
            match Entry::read(&name(&path), &bytes) {
                Ok(entry) => take(entry),
                Err(why) => damaged.push(format!("{}: {why}", path.display())),
            }
        }
        Ok(damaged)
    }
}

/// The name of the entry that lies there: its folder's name and its own.
fn name(path: &Path) -> String {
    let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
    let own = path.file_stem().unwrap_or_default();
    [folder, own].map(|part| part.to_string_lossy()).concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use snapshot_fmt::{Snapshot, encode};

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
