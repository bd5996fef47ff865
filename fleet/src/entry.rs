//! What one machine knew after one of its boots, and the file of it.
//!
//! ```text
//!   one line of JSON (machine, boot), then the snapshot's bytes; what it is called is the SHA-256 of all of it
//! ```

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use snapshot_fmt::{Snapshot, decode};

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

impl Entry {
    /// The bytes of an entry's file, and their hash as text: what it is called.
    #[must_use]
    pub fn file(origin: &Origin, snapshot: &[u8]) -> (String, Vec<u8>) {
        // A string and a number are always JSON.
        let mut bytes = serde_json::to_vec(origin).unwrap_or_default();
        bytes.push(b'\n');
        bytes.extend_from_slice(snapshot);
        (hex(&Sha256::digest(&bytes).into()), bytes)
    }

    /// Takes the bitcode out of it, and leaves its hash: the bytes that were taken. What is not what its record says
    /// stays where it is.
    pub fn strip(&mut self) -> Vec<Vec<u8>> {
        let files = self.snapshot.bitcode.iter_mut().filter(|file| {
            let hash: [u8; 32] = Sha256::digest(&file.bytes).into();
            hash == file.hash
        });
        files.map(|file| std::mem::take(&mut file.bytes)).collect()
    }

    /// The entry in a file that is called so.
    ///
    /// # Errors
    /// It is damaged: how.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self, String> {
        let hash: [u8; 32] = Sha256::digest(bytes).into();
        if name != hex(&hash) {
            return Err("its bytes are not what its name says".to_owned());
        }
        let end = bytes.iter().position(|byte| *byte == b'\n').ok_or("it has no first line")?;
        let origin = serde_json::from_slice(&bytes[..end]).map_err(|error| error.to_string())?;
        let snapshot = decode(&bytes[end + 1..]).map_err(|error| error.to_string())?;
        Ok(Self { origin, hash, snapshot })
    }
}

/// A hash as text.
#[must_use]
pub fn hex(hash: &[u8; 32]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
