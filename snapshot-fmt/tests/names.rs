//! File names of snapshots, which to try first and which to delete.

use snapshot_fmt::{file_name, newest_first, number_of, set_aside_name, to_delete};

#[test]
fn names_and_numbers_correspond() {
    assert_eq!(file_name(1), "boot_001.snapshot");
    assert_eq!(file_name(12_345), "boot_12345.snapshot");
    for boot in [0, 1, 99, 999, 1000, u32::MAX] {
        assert_eq!(number_of(&file_name(boot)), Some(boot));
        assert_eq!(number_of(&file_name(boot).to_ascii_uppercase()), Some(boot));
        assert_eq!(number_of(&set_aside_name(boot)), None);
    }
    for other in [
        "boot_1.snapshot",
        "boot_+01.snapshot",
        "boot_0001.snapshot",
        "boot_.snapshot",
        "boot_99999999999.snapshot",
        "boot_001.snapshot.tmp",
        "boot_001.tmp",
        "",
    ] {
        assert_eq!(number_of(other), None, "{other}");
    }
}

#[test]
fn newest_are_tried_first_and_kept() {
    let names = ["boot_009.snapshot", "boot_1000.snapshot", "notes.txt", "boot_010.snapshot"];
    assert_eq!(newest_first(names), [1000, 10, 9]);
    assert_eq!(to_delete(names, 8), []);
    assert_eq!(to_delete(names, 2), [9]);
    assert_eq!(to_delete(names, 0), [9], "the newest and the one before it always stay");
}
