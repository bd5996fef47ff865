//! The names of snapshot files, and which of them to use and to keep.
//!
//! Pure functions over names and headers: who owns the disk calls them.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// File name of the snapshot of boot `boot`: `boot_001.snapshot`, with more digits from 1000 on.
pub fn file_name(boot: u32) -> String {
    format!("boot_{boot:03}.snapshot")
}

/// The boot whose snapshot has this file name, which is compared without regard to case as FAT
/// does; `None` for any other file, one that was set aside included.
pub fn number_of(name: &str) -> Option<u32> {
    let name = name.to_ascii_lowercase();
    let digits = name.strip_prefix("boot_")?.strip_suffix(".snapshot")?;
    let boot = digits.parse().ok()?;
    // One name a number: no signs, no missing or superfluous zeros.
    (name == file_name(boot)).then_some(boot)
}

/// The snapshots among `names`, newest first: the order to try them in.
pub fn newest_first<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<u32> {
    let mut boots: Vec<u32> = names.into_iter().filter_map(number_of).collect();
    boots.sort_unstable_by(|a, b| b.cmp(a));
    boots.dedup();
    boots
}

/// The snapshots to delete, oldest first, so that the newest `keep` stay. At least two stay
/// whatever `keep` is: the newest may turn out to be damaged, and then the one before it is what
/// the next boot starts from.
pub fn to_delete<'a>(names: impl IntoIterator<Item = &'a str>, keep: usize) -> Vec<u32> {
    let mut boots = newest_first(names);
    let kept = boots.len().min(keep.max(2));
    boots.drain(..kept);
    boots.reverse();
    boots
}

/// The name a damaged snapshot is set aside under: no name a snapshot has, so it is not tried
/// again.
pub fn set_aside_name(boot: u32) -> String {
    format!("boot_{boot:03}.damaged")
}
