//! Tables of processors: real ones, and what no firmware should write.

use super::*;
use crate::processors::{HEADER, IO_APIC, LOCAL_APIC, LOCAL_APIC_ADDRESS, LOCAL_X2APIC};
use alloc::vec;

/// A table with these entries; nobody looks at its header here.
fn table(entries: &[&[u8]]) -> Vec<u8> {
    let mut bytes = vec![0; HEADER];
    bytes[36..40].copy_from_slice(&0xfee0_0000_u32.to_le_bytes());
    entries.iter().for_each(|entry| bytes.extend_from_slice(entry));
    bytes
}

fn local(id: u8, flags: u8) -> [u8; 8] {
    [LOCAL_APIC, 8, id, id, flags, 0, 0, 0]
}

fn wide(id: u32, flags: u8) -> [u8; 16] {
    let mut entry = [0; 16];
    entry[..2].copy_from_slice(&[LOCAL_X2APIC, 16]);
    entry[4..8].copy_from_slice(&id.to_le_bytes());
    entry[8] = flags;
    entry
}

#[test]
fn entries_of_every_kind_are_read() {
    let address = [LOCAL_APIC_ADDRESS, 12, 0, 0, 0, 0x10, 0, 0, 1, 0, 0, 0];
    let io = [IO_APIC, 12, 0, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0];
    let override_of_irq_0 = [2, 10, 0, 0, 2, 0, 0, 0, 0, 0];
    let bytes = table(&[
        &local(0, 1),
        &local(1, 0),
        &local(2, 2),
        &local(3, 3),
        &override_of_irq_0,
        &io,
        &wide(0x1234, 1),
        &address,
    ]);
    let found = read(&bytes);
    assert_eq!(found.local_apic, Some(0x1_0000_1000), "the override counts");
    assert_eq!(found.io_apics, [0xfec0_0000]);
    let states: Vec<_> = found.processors.iter().map(|p| (p.id, p.state)).collect();
    let expected = [
        (0, State::Enabled),
        (1, State::Disabled),
        (2, State::Later),
        (3, State::Enabled),
        (0x1234, State::Enabled),
    ];
    assert_eq!(states, expected);
}

#[test]
fn the_running_processor_is_left_out_wherever_it_stands() {
    let bytes = table(&[&local(4, 1), &local(2, 1), &local(0, 1), &local(6, 1)]);
    let others = read(&bytes).others(2, 64);
    assert_eq!(others, Others { start: vec![4, 0, 6], beyond: 0 });
}

#[test]
fn nobody_is_started_twice_and_never_everybody() {
    let bytes = table(&[
        &local(0, 1),
        &local(1, 1),
        &local(1, 1),
        &wide(1, 1),
        &local(0xff, 1),
        &wide(u32::MAX, 1),
        &wide(0x100, 1),
        &wide(0x101, 2),
    ]);
    assert_eq!(read(&bytes).others(0, 64).start, [1, 0x100]);
}

#[test]
fn there_is_room_for_so_many_only() {
    let entries: Vec<_> = (0..200).map(|id| local(id, 1)).collect();
    let entries: Vec<&[u8]> = entries.iter().map(|entry| entry.as_slice()).collect();
    let others = read(&table(&entries)).others(0, 63);
    assert_eq!((others.start.len(), others.beyond), (63, 136));
    assert_eq!(others.start[62], 63);
}

#[test]
fn broken_entries_end_the_table_and_invent_nothing() {
    let whole = table(&[&local(0, 1), &local(1, 1), &wide(2, 1), &local(3, 1)]);
    let all: Vec<u32> = read(&whole).processors.iter().map(|p| p.id).collect();
    assert_eq!(all, [0, 1, 2, 3]);
    // Cut anywhere, what is read is a beginning of the whole.
    for len in 0..whole.len() {
        let found = read(&whole[..len]);
        let ids: Vec<u32> = found.processors.iter().map(|p| p.id).collect();
        assert!(all.starts_with(&ids) && (len < HEADER) <= ids.is_empty(), "{len}: {ids:?}");
    }
    // Lengths of 0, 1 and past the end, at each entry.
    for (at, most) in [(45, 0), (53, 1), (61, 2), (77, 3)] {
        for len in [0, 1, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] = len;
            assert!(read(&bytes).processors.len() <= most, "{at} {len}");
        }
    }
    // Entries shorter than their kind: their fields are not those of the next one.
    for kind in 0..=255 {
        for len in 2..8 {
            let mut short = vec![kind, len];
            short.resize(usize::from(len), 0xff);
            let found = read(&table(&[&short, &local(7, 1)]));
            let ids: Vec<u32> = found.processors.iter().map(|p| p.id).collect();
            assert_eq!(ids, [7], "kind {kind} of {len} bytes");
        }
    }
}
