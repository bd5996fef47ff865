//! No damaged file is ever decoded: every flipped bit and every cut is noticed.

mod common;

use snapshot_fmt::{Error, Header, What, decode, encode};

#[test]
fn every_flip_of_a_byte_is_detected() {
    let file = encode(&common::sample()).unwrap();
    assert!(file.len() > 4096, "{} bytes are no realistic snapshot", file.len());
    let mut damaged = file.clone();
    for at in 0..file.len() {
        for flip in (0..8).map(|bit| 1 << bit).chain([0xff]) {
            damaged[at] ^= flip;
            assert!(decode(&damaged).is_err(), "byte {at} xor {flip:#x} went unnoticed");
            damaged[at] ^= flip;
        }
    }
    assert_eq!(damaged, file);
}

#[test]
fn every_cut_is_detected() {
    let file = encode(&common::sample()).unwrap();
    for len in 0..file.len() {
        assert!(decode(&file[..len]).is_err(), "cut to {len} bytes went unnoticed");
        // A power cut may as well leave the right length and zeros.
        let mut zeroed = file.clone();
        zeroed[len..].fill(0);
        assert!(zeroed == file || decode(&zeroed).is_err(), "zeros from {len} went unnoticed");
    }
    let mut longer = file.clone();
    longer.push(0);
    assert!(matches!(decode(&longer), Err(Error::Length { .. })));
}

#[test]
fn damage_is_placed() {
    let file = encode(&common::sample()).unwrap();
    let place = |at: usize| {
        let mut damaged = file.clone();
        damaged[at] ^= 1;
        match decode(&damaged).unwrap_err() {
            Error::Checksum { what, .. } => what,
            other => panic!("byte {at}: {other}"),
        }
    };
    assert_eq!(place(5), What::Header, "a flip in the version is damage, no other version");
    assert_eq!(place(60), What::File, "in the section table");
    assert_eq!(place(file.len() - 1), What::Section(*b"EVNT"));
    assert_eq!(place(48 + 8 * 24), What::Section(*b"META"));
}

#[test]
fn other_files_are_named_for_what_they_are() {
    assert_eq!(decode(b""), Err(Error::TooShort { len: 0 }));
    let elf = b"\x7fELF".iter().copied().chain([0; 60]).collect::<Vec<_>>();
    let message = decode(&elf).unwrap_err().to_string();
    assert_eq!(message, r#"not a snapshot: begins with "\x7fELF", not "SNAP""#);
}

#[test]
fn a_newer_format_is_refused_by_its_number() {
    let mut file = encode(&common::sample()).unwrap();
    file[4..8].copy_from_slice(&7u32.to_le_bytes());
    let sum = crc32fast::hash(&file[..44]);
    file[44..48].copy_from_slice(&sum.to_le_bytes());
    assert_eq!(decode(&file), Err(Error::TooNew { version: 7 }));
    let message = decode(&file).unwrap_err().to_string();
    assert!(message.contains("version 7") && message.contains("use a newer one"), "{message}");
}

#[test]
fn the_header_says_what_is_inside() {
    let snapshot = common::sample();
    let file = encode(&snapshot).unwrap();
    let header = Header::read(&file[..48]).unwrap();
    assert_eq!(header.boot_count, snapshot.boot_count);
    assert_eq!(header.generation, snapshot.generation);
    assert_eq!(header.functions as usize, snapshot.functions.len());
    assert_eq!(header.total_len, file.len() as u64);
}
