//! Files of every version of the format are read for ever.
//!
//! `BAREFLOW_BLESS=1` writes the fixture of the current version, and only that.

mod common;

use std::path::PathBuf;

use snapshot_fmt::{Header, Snapshot, VERSION, decode, encode};

fn fixture(version: u32) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    folder.join(format!("v{version}.snapshot"))
}

#[test]
fn the_current_version_is_written_as_ever() {
    let bytes = encode(&common::sample()).unwrap();
    if std::env::var_os("BAREFLOW_BLESS").is_some() {
        std::fs::write(fixture(VERSION), &bytes).unwrap();
    }
    let kept = std::fs::read(fixture(VERSION)).unwrap();
    assert!(
        bytes == kept,
        "the format changed: raise VERSION and keep a decoder for version {VERSION}, \
         see docs/snap-format.md"
    );
}

#[test]
fn every_version_is_read() {
    for version in 1..=VERSION {
        let path = fixture(version);
        let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        assert_eq!(Header::read(&bytes).unwrap().version, version);
        let snapshot = decode(&bytes).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let written = match version {
            1 => as_version_1(as_version_2(common::sample())),
            2 => as_version_2(common::sample()),
            _ => common::sample(),
        };
        assert_eq!(snapshot, written, "version {version}");
    }
}

/// What a file of version 2 can say of a snapshot.
fn as_version_2(mut snapshot: Snapshot) -> Snapshot {
    snapshot.functions.iter_mut().for_each(|function| function.profile.events.clear());
    snapshot
}

/// What a file of version 1 can say of a snapshot that version 2 can hold.
fn as_version_1(mut snapshot: Snapshot) -> Snapshot {
    for function in &mut snapshot.functions {
        function.epoch = None;
        function.evidence.clear();
        for osr in &mut function.osr {
            osr.level = 3;
            osr.compiler.clone_from(&function.compiler);
            osr.options.clear();
            osr.features.clone_from(&function.features);
            osr.epoch = None;
        }
    }
    snapshot
}
