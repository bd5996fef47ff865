//! Entries of a folder as programs get them: `struct linux_dirent64` (getdents64(2)).
//!
//! ```text
//!   u64 number   i64 where the next one is   u16 its length   u8 kind   name, NUL
//! ```
//!
//! Lengths are multiples of 8.

use alloc::vec::Vec;

use bareflow_platform::FolderEntry;

/// Bytes before the name.
const HEAD: usize = 19;
const FOLDER: u8 = 4;
const FILE: u8 = 8;

/// All entries, and those that every folder has.
pub(super) fn encode(entries: &[FolderEntry]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let always = [(".", true), ("..", true)].into_iter();
    let own = entries.iter().map(|entry| (entry.name.as_str(), entry.is_folder));
    for ((name, is_folder), number) in always.chain(own).zip(1u64..) {
        let len = (HEAD + name.len() + 1).next_multiple_of(8);
        let start = bytes.len();
        bytes.extend(number.to_le_bytes());
        bytes.extend(((start + len) as u64).to_le_bytes());
        bytes.extend((len as u16).to_le_bytes());
        bytes.push(if is_folder { FOLDER } else { FILE });
        bytes.extend(name.as_bytes());
        bytes.resize(start + len, 0);
    }
    bytes
}

/// How many bytes of `entries` whole ones fit into.
pub(super) fn whole(entries: &[u8], room: usize) -> usize {
    let mut end = 0;
    while let Some(&[low, high]) = entries.get(end + 16..end + 18) {
        let next = end + usize::from(u16::from_le_bytes([low, high]));
        if next > room {
            break;
        }
        end = next;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_whole() {
        let entry = |name: &str, is_folder| FolderEntry { name: name.into(), is_folder };
        let bytes = encode(&[entry("some.txt", false), entry("a", true)]);
        // ".", "..", "some.txt", "a".
        assert_eq!(bytes.len(), 24 + 24 + 32 + 24);
        let lens: Vec<usize> = [0, 23, 24, 47, 48, 79, 80, 1000].map(|n| whole(&bytes, n)).into();
        assert_eq!(lens, [0, 0, 24, 24, 48, 48, 80, 104]);
        assert_eq!(&bytes[48 + 18..][..10], b"\x08some.txt\0");
    }
}
