//! Every byte counts, every cut leaves a record, and no causes lead round for ever.

use super::*;
use alloc::vec::Vec;

const IMAGE: Image = Image { first: 4104, sectors: 9, crc: 0x1234_5678, made_of: 2, options: 1 };
const REGION: u32 = 4096;

/// A disk's two copies.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Disk([Sector; 2]);

impl Disk {
    fn new() -> Self {
        let record = Record::new(REGION, &IMAGE);
        let mut disk = Self([[0; 512]; 2]);
        disk.write(&record.before());
        disk.write(&record);
        disk
    }

    fn write(&mut self, record: &Record) {
        self.0[record.copy() as usize] = *record.bytes();
    }

    fn read(&self) -> Option<Record> {
        Record::newest([&self.0[0], &self.0[1]])
    }

    /// Changes the record as `act` says, and writes it, with a power cut at every byte on the way:
    /// what lies behind the cut is what was there before, or nonsense.
    fn change(&mut self, act: impl Fn(&mut Record)) {
        let before = self.read().unwrap();
        let mut after = before.clone();
        act(&mut after);
        assert_ne!(before.copy(), after.copy(), "the copy in force is never written");
        let at = after.copy() as usize;
        for cut in 0..512 {
            for rest in [None, Some(0), Some(0xff)] {
                let mut torn = self.clone();
                torn.0[at][..cut].copy_from_slice(&after.bytes()[..cut]);
                if let Some(rest) = rest {
                    torn.0[at][cut..].fill(rest);
                }
                let left = torn.read().unwrap();
                assert!(left == before || left == after, "cut at {cut}: {left:?}");
                // What was torn is written over by the next writer.
                let mut again = left.clone();
                act(&mut again);
                if again != left {
                    torn.write(&again);
                }
                assert_eq!(torn.read(), Some(again));
            }
        }
        self.write(&after);
        assert_eq!(self.read(), Some(after));
    }
}

#[test]
fn no_byte_of_a_record_can_change_unseen() {
    let mut record = Record::new(REGION, &IMAGE);
    record.came_back(1, b"module:function");
    assert_eq!(Record::newest([record.bytes(), &[0; 512]]), Some(record.clone()));
    for at in 0..512 {
        for bit in 0..8 {
            let mut changed = *record.bytes();
            changed[at] ^= 1 << bit;
            assert!(!sector::is_whole(&changed), "byte {at}, bit {bit}");
        }
        let mut changed = *record.bytes();
        changed[at] = !changed[at];
        assert!(!sector::is_whole(&changed), "byte {at}");
    }
    assert_eq!(Record::newest([&[0; 512], &[0xff; 512]]), None);
}

#[test]
fn a_cut_at_every_write_leaves_what_was_or_what_is_to_be() {
    let mut disk = Disk::new();
    assert_eq!(disk.read().unwrap().state(), State::Shrunk);
    disk.change(|record| record.came_back(1, b"m:rare"));
    assert_eq!(disk.read().unwrap().state(), State::Returned);
    disk.change(|record| {
        record.learnt(3);
    });
    assert_eq!(disk.read().unwrap().state(), State::Learnt);
    disk.change(|record| record.shrunk(REGION, &Image { made_of: 3, ..IMAGE }));
    let record = disk.read().unwrap();
    assert_eq!((record.state(), record.made()), (State::Shrunk, 2));
    assert_eq!(record.image().made_of, 3);
}

#[test]
fn the_second_return_for_a_cause_is_the_last() {
    let mut record = Record::new(REGION, &IMAGE);
    for name in [&b"m:one"[..], b"m:two", b"m:three"] {
        record.came_back(1, name);
        assert_eq!(record.state(), State::Returned);
        assert!(record.learnt(7));
        assert!(!record.learnt(8), "it has learnt already");
        assert_eq!(record.learnt_in(), Some(7));
        record.shrunk(REGION, &IMAGE);
        assert_eq!(record.state(), State::Shrunk);
    }
    // The same name, another kind.
    record.came_back(2, b"m:two");
    assert_eq!(record.state(), State::Returned);
    record.shrunk(REGION, &IMAGE);
    record.came_back(1, b"m:two\0and what lies behind it");
    assert_eq!(record.state(), State::Stays);
    assert_eq!(record.last().unwrap().name, "m:two");
    assert_eq!(record.last().unwrap().returns, 2);
    assert!(!record.learnt(9), "whoever stays is not to be shrunk");
    let kinds: Vec<_> = record.causes().map(|cause| (cause.kind, cause.returns)).collect();
    let one = (Kind::NeverRan, 1);
    assert_eq!(kinds, [one, (Kind::NeverRan, 2), one, (Kind::Processor, 1)]);
}

#[test]
fn whatever_the_causes_are_the_shrunk_image_starts_a_bounded_number_of_times() {
    let mut record = Record::new(REGION, &IMAGE);
    let mut starts = 0;
    while record.state() == State::Shrunk {
        starts += 1;
        let name = alloc::format!("m:function_{starts}");
        record.came_back(1, name.as_bytes());
        if record.learnt(starts) {
            record.shrunk(REGION, &IMAGE);
        }
    }
    assert_eq!(starts as usize, sector::CAUSES + 1);
    assert_eq!(record.state(), State::Stays);
    assert!(record.last().is_none(), "there was no room for it");
    assert_eq!(record.causes().count(), sector::CAUSES);
}

#[test]
fn long_names_are_told_apart_and_cut_off() {
    let mut record = Record::new(REGION, &IMAGE);
    let long = [b'a'; 300];
    let mut other = long;
    other[299] = b'b';
    record.came_back(1, &long);
    record.came_back(1, &other);
    assert_eq!(record.state(), State::Returned);
    assert_eq!(record.causes().count(), 2);
    let cause = record.last().unwrap();
    assert_eq!((cause.name.len(), cause.whole), (sector::NAME_BYTES, false));
    // Not in the middle of a letter.
    record.came_back(1, "ääääääääääääääääääää".as_bytes());
    assert_eq!(record.last().unwrap().name, "ääääääääääääääääää");
    record.came_back(1, "xäääääääääääääääääääää".as_bytes());
    assert_eq!(record.last().unwrap().name, "xäääääääääääääääää");
}

#[test]
fn the_region_is_found_where_stage_2_looks() {
    let mut table = [0; 512];
    assert_eq!(region(&table), None);
    table[510..].copy_from_slice(&[0x55, 0xaa]);
    set_region(&mut table, 4096, 3 * REGION_SECTORS);
    assert_eq!(region(&table), Some((4096, 3 * REGION_SECTORS)));
    table[446 + 4] = PARTITION_TYPE;
    table[462 + 4] = 0;
    assert_eq!(region(&table), None);
}

#[test]
fn a_region_is_as_large_as_its_image_wants() {
    assert_eq!(region_for(1), Some(REGION_SECTORS));
    assert_eq!(region_for(REGION_SECTORS - IMAGE_IN), Some(REGION_SECTORS));
    assert_eq!(region_for(REGION_SECTORS - IMAGE_IN + 1), Some(2 * REGION_SECTORS));
    assert_eq!(region_for(u32::MAX - IMAGE_IN), None);
    assert_eq!(region_for(u32::MAX), None);
}

#[test]
fn a_machine_tries_three_times_to_make_its_image() {
    let image = Image { first: 8, sectors: 1, crc: 0, made_of: 1, options: 1 | BY_ITSELF };
    let mut record = Record::new(0, &image);
    assert!(!record.trying(), "nothing was learnt");
    record.came_back(1, b"f");
    record.learnt(2);
    for _ in 0..3 {
        let before = record.clone();
        assert!(record.trying());
        assert!(record.copy() != before.copy() && record.state() == State::Learnt);
    }
    assert!(!record.trying());
    assert_eq!(record.image().options % ATTEMPT, image.options);
    record.shrunk(0, &record.image());
    assert_eq!(record.image().options, image.options);
    let mut not_wanted = Record::new(0, &Image { options: 1, ..image });
    not_wanted.came_back(1, b"f");
    not_wanted.learnt(2);
    assert!(!not_wanted.trying());
}
