//! What must hold of any bytes that are given to the decoder; used by tests and by the fuzzer.

use snapshot_fmt::{HEADER_LEN, ObjectRecord, Snapshot, VERSION, decode, encode};

const ENTRY: usize = 24;
/// Sections of the present version; older ones have seven of them.
const TAGS: [&str; 8] = ["META", "BITC", "MODS", "NAME", "INDX", "BODY", "CODE", "EVNT"];

/// Decodes bytes as they are, and again with all checksums made right; what decodes must keep its
/// promises.
///
/// # Panics
/// When it does not.
pub fn examine(bytes: &[u8]) -> Option<Snapshot> {
    let as_it_is = promises(bytes);
    let mut sealed = bytes.to_vec();
    reseal(&mut sealed);
    let sealed = promises(&sealed);
    as_it_is.or(sealed)
}

fn promises(bytes: &[u8]) -> Option<Snapshot> {
    let snapshot = match decode(bytes) {
        Ok(snapshot) => snapshot,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return None;
        }
    };
    for function in &snapshot.functions {
        assert!(snapshot.modules.get(function.module as usize).is_some());
        let osr = function.osr.iter().map(|osr| &osr.object);
        assert!(function.object.iter().chain(osr).all(|object| object.check().is_ok()));
        assert!(
            function.object.iter().all(|object: &ObjectRecord| object.text.len() <= bytes.len())
        );
    }
    let again = encode(&snapshot).expect("what was decoded can be encoded");
    assert_eq!(decode(&again).as_ref(), Ok(&snapshot));
    // Varints may be longer than need be, so that a file can be longer than its encoding. What a
    // file of version 1 says of code for on-stack replacement follows from less.
    let version = u32::from_le_bytes(bytes[4..8].try_into().unwrap());
    assert!(again.len() <= bytes.len() || version < VERSION);
    Some(snapshot)
}

/// Makes header, section table and checksums fit the content, so that damage reaches the records.
pub fn reseal(file: &mut Vec<u8>) {
    if file.len() < HEADER_LEN {
        file.resize(HEADER_LEN, 0);
    }
    let version = u32::from_le_bytes(file[4..8].try_into().unwrap()).clamp(1, VERSION);
    put(file, 4, version);
    let tags = if version < 3 { &TAGS[..7] } else { &TAGS[..] };
    let mut at = HEADER_LEN + tags.len() * ENTRY;
    if file.len() < at {
        file.resize(at, 0);
    }
    let len = file.len();
    for (i, tag) in tags.iter().enumerate() {
        let entry = HEADER_LEN + i * ENTRY;
        let claimed = u64::from_le_bytes(file[entry + 16..entry + 24].try_into().unwrap());
        let rest = (len - at) as u64;
        let section_len = if i == tags.len() - 1 { rest } else { claimed.min(rest) } as usize;
        if *tag == "INDX" {
            put(file, 20, (section_len / 32) as u32);
            follow_each_other(&mut file[at..at + section_len]);
        }
        let sum = crc32fast::hash(&file[at..at + section_len]);
        file[entry..entry + 4].copy_from_slice(tag.as_bytes());
        put(file, entry + 4, sum);
        file[entry + 8..entry + 16].copy_from_slice(&(at as u64).to_le_bytes());
        file[entry + 16..entry + 24].copy_from_slice(&(section_len as u64).to_le_bytes());
        at += section_len;
    }
    file[..4].copy_from_slice(b"SNAP");
    file[8..16].copy_from_slice(&(len as u64).to_le_bytes());
    put(file, 32, tags.len() as u32);
    put(file, 36, 0);
    let sum = crc32fast::hash(&file[HEADER_LEN..]);
    put(file, 40, sum);
    let sum = crc32fast::hash(&file[..44]);
    put(file, 44, sum);
}

/// Corrects the offsets of names and bodies in a function index.
fn follow_each_other(index: &mut [u8]) {
    let (mut name, mut body) = (0u32, 0u32);
    for entry in index.chunks_exact_mut(32) {
        let word = |i: usize| u32::from_le_bytes(entry[4 * i..4 * i + 4].try_into().unwrap());
        let (name_len, body_len) = (word(1), word(5));
        entry[..4].copy_from_slice(&name.to_le_bytes());
        entry[16..20].copy_from_slice(&body.to_le_bytes());
        name = name.wrapping_add(name_len);
        body = body.wrapping_add(body_len);
    }
}

fn put(file: &mut [u8], at: usize, word: u32) {
    file[at..at + 4].copy_from_slice(&word.to_le_bytes());
}
