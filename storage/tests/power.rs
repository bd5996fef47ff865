//! The power goes at any moment: the file system stays sound, and the newest snapshot or the one
//! before it is there, whole.

mod common;

use std::collections::BTreeMap;

use bareflow_storage::{BlockDevice, Entry, Error, Volume, check};
use common::crash::{Disk, for_each_cut};
use common::{Random, fsck, must_be_clean, new_disk};
use snapshot_fmt::{Header, Snapshot, decode, encode, file_name, newest_first, to_delete};

const FOLDER: &str = "/boot/snapshots";

fn snapshot(boot: u32, generation: u64) -> Vec<u8> {
    let mut snapshot = Snapshot { boot_count: boot, generation, ..Snapshot::default() };
    let bytes = Random::new(generation).bytes(1500 + 800 * (generation as usize % 3));
    snapshot.add_bitcode("program.bc", [boot as u8; 32], &bytes);
    encode(&snapshot).unwrap()
}

/// Boots and generations of all snapshots on the disk that can be used, newest first.
fn usable(volume: &mut Volume<Disk>) -> Vec<(u32, u64)> {
    let Ok(entries) = volume.list(FOLDER) else { return Vec::new() };
    newest_first(entries.iter().map(|entry| entry.name.as_str()))
        .into_iter()
        .filter_map(|boot| {
            let bytes = volume.read(&format!("{FOLDER}/{}", file_name(boot))).unwrap();
            let snapshot = decode(&bytes).ok()?;
            Some((snapshot.boot_count, snapshot.generation))
        })
        .collect()
}

/// How a snapshot takes the place of an earlier one of the same boot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Replace {
    /// In one operation of the volume.
    AtOnce,
    /// As the session does on machines whose files cannot be replaced: the new one is complete
    /// under another name before the old one goes.
    InSteps,
}

/// Name under which a replacement is written in steps.
const NEXT: &str = "/boot/snapshots/next.snapshot";

fn save(volume: &mut Volume<Disk>, replace: Replace, boot: u32, generation: u64) {
    let path = format!("{FOLDER}/{}", file_name(boot));
    let bytes = snapshot(boot, generation);
    if replace == Replace::AtOnce || volume.find(&path).unwrap().is_none() {
        return volume.write(&path, &bytes).unwrap();
    }
    if volume.find(NEXT).unwrap().is_some() {
        volume.remove(NEXT).unwrap();
    }
    volume.write_new(NEXT, &bytes).unwrap();
    volume.remove(&path).unwrap();
    volume.rename(NEXT, &path).unwrap();
}

/// What a boot does first: takes up a replacement in steps that was cut short.
fn take_up(volume: &mut Volume<Disk>) {
    let Ok(bytes) = volume.read(NEXT) else { return };
    let path = decode(&bytes).ok().map(|next| format!("{FOLDER}/{}", file_name(next.boot_count)));
    match path {
        Some(path) if volume.find(&path).unwrap().is_none() => volume.rename(NEXT, &path).unwrap(),
        _ => volume.remove(NEXT).unwrap(),
    }
}

/// What a boot writes: its snapshot twice, as at two rising steps; then it prunes.
fn boot(volume: &mut Volume<Disk>, replace: Replace, boot: u32) {
    volume.create_folder(FOLDER).unwrap();
    for generation in [2 * u64::from(boot), 2 * u64::from(boot) + 1] {
        save(volume, replace, boot, generation);
    }
    let entries = volume.list(FOLDER).unwrap();
    for old in to_delete(entries.iter().map(|entry| entry.name.as_str()), 2) {
        volume.remove(&format!("{FOLDER}/{}", file_name(old))).unwrap();
    }
}

/// What fsck.fat may say of a disk after a cut: clusters that belong to nothing or to the end of a
/// file that does not reach so far, parts of names that belong to nothing, copies of the FAT that
/// differ. Anything else is damage.
fn must_be_sound(bytes: &[u8], what: &str) {
    let (_, output) = fsck(bytes);
    for damage in
        ["share clusters", "free cluster", "Circular", "beyond limit", "length is <", "Bad", "bad"]
    {
        let found = output.lines().any(|line| line.contains(damage) && !line.contains("Checking"));
        assert!(!found, "{what}: {damage}\n{output}");
    }
}

/// Looks at one state after a cut the way the next boot does.
fn recover(state: &Disk, what: &str, sampled: bool) -> Volume<Disk> {
    let mut disk = state.clone();
    let found = check(&mut disk).unwrap();
    assert!(found.damage.is_empty(), "{what}: {:?}", found.damage);
    if sampled {
        must_be_sound(&state.bytes(), what);
    }
    let mut volume = Volume::mount(state.settled()).unwrap_or_else(|e| panic!("{what}: {e}"));
    let repairs = volume.repairs();
    assert_eq!(repairs.freed_clusters as usize, found.lost.len() + tail_len(&found), "{what}");

    // Nothing is left over, and what is written next does not meet anything.
    volume.write("/next", &[7; 20_000]).unwrap();
    let bytes = volume.into_device();
    let left = check(&mut bytes.settled()).unwrap();
    assert!(left.damage.is_empty() && left.lost.is_empty(), "{what}: {left:?}");
    assert!(left.stray_names.is_empty() && left.tails.is_empty(), "{what}: {left:?}");
    assert!(!left.copies_differ, "{what}");
    if sampled {
        must_be_clean(&bytes.bytes());
    }
    let mut volume = Volume::mount(bytes.settled()).unwrap();
    assert_eq!(volume.repairs(), Default::default(), "{what}: mounting repaired twice");
    volume.remove("/next").unwrap();
    volume
}

fn tail_len(report: &bareflow_storage::Report) -> usize {
    report.tails.iter().map(|(_, tail)| tail.len()).sum()
}

/// Whether `fsck.fat` is to look at every state, and not at every fortieth: takes minutes.
fn every_state() -> bool {
    std::env::var_os("BAREFLOW_EVERY_STATE").is_some()
}

#[test]
fn three_boots_of_saving() {
    let mut states = 0;
    let mut outcomes = BTreeMap::new();
    // Different numbers of files before them, so that names span sectors and the folder grows
    // at different moments.
    let cases = [(0, Replace::AtOnce), (3, Replace::AtOnce), (4, Replace::AtOnce)];
    for (before, replace) in cases.into_iter().chain([(0, Replace::InSteps), (2, Replace::InSteps)])
    {
        let mut volume = Volume::mount(Disk::new(new_disk(2200, 1).bytes())).unwrap();
        for i in 0..before {
            volume.create_folder(FOLDER).unwrap();
            volume.write(&format!("{FOLDER}/some other file {i}"), b"content").unwrap();
        }
        let mut start = volume.into_device().settled();
        for number in 1..=3 {
            let mut volume = Volume::mount(start.clone()).unwrap();
            let had = usable(&mut volume);
            boot(&mut volume, replace, number);
            let now = usable(&mut volume);
            assert_eq!(now[0], (number, 2 * u64::from(number) + 1));
            assert_eq!(now.len(), 2.min(number as usize));

            let after = volume.into_device();
            states += for_each_cut(&start, &after.events, |state, what| {
                let what = format!("{replace:?}, boot {number}, {before} files before, {what}");
                states_seen(&mut outcomes, state, &what, &had, number);
            });
            start = after.settled();
        }
        must_be_clean(&start.bytes());
    }
    eprintln!("{states} states after a cut; newest usable snapshot in them: {outcomes:?}");
    assert!(states > 4000, "{states}");
}

fn states_seen(
    outcomes: &mut BTreeMap<&'static str, usize>,
    state: &Disk,
    what: &str,
    had: &[(u32, u64)],
    number: u32,
) {
    let seen: usize = outcomes.values().sum();
    let mut volume = recover(state, what, seen.is_multiple_of(40) || every_state());
    take_up(&mut volume);
    let newest = usable(&mut volume).first().copied();
    let old = had.first().copied();
    let first = (number, 2 * u64::from(number));
    let second = (number, first.1 + 1);
    let outcome = match newest {
        now if now == old => "of the boot before",
        Some(now) if now == first => "the boot's first",
        Some(now) if now == second => "the boot's last",
        other => panic!("{what}: found {other:?}, had {old:?}"),
    };
    *outcomes.entry(outcome).or_default() += 1;

    // A file is there whole or not at all, under its own name.
    for entry in volume.list(FOLDER).unwrap_or_default() {
        let bytes = volume.read(&format!("{FOLDER}/{}", entry.name)).unwrap();
        if entry.name.ends_with(".snapshot") {
            assert!(decode(&bytes).is_ok(), "{what}: {}", entry.name);
            assert_eq!(file_name(Header::read(&bytes).unwrap().boot_count), entry.name);
        } else {
            assert!(entry.name.starts_with("some other file"), "{what}: {}", entry.name);
        }
    }
}

type Tree = BTreeMap<String, Option<Vec<u8>>>;

/// Everything on a volume: the content of files, `None` for folders.
fn tree(volume: &mut Volume<Disk>) -> Tree {
    let mut all = Tree::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        for Entry { name, is_folder, .. } in volume.list(&folder).unwrap() {
            let path = format!("{folder}/{name}");
            if is_folder {
                folders.push(path.clone());
                all.insert(path, None);
            } else {
                all.insert(path.clone(), Some(volume.read(&path).unwrap()));
            }
        }
    }
    all
}

#[test]
fn any_operation_happens_or_does_not() {
    let mut random = Random::new(5);
    let mut start = Disk::new(new_disk(2200, 1).bytes());
    let mut states = 0;
    for step in 0..40 {
        let mut volume = Volume::mount(start.clone()).unwrap();
        let before = tree(&mut volume);
        let what = random_operation(&mut volume, &before, &mut random).unwrap();
        let after_tree = tree(&mut volume);
        let after = volume.into_device();
        states += for_each_cut(&start, &after.events, |state, when| {
            let what = format!("step {step}: {what}: {when}");
            let mut volume = recover(state, &what, when.starts_with("epoch 2, ") && step % 4 == 0);
            let found = tree(&mut volume);
            if what.contains("rename") {
                // Under its old path, its new path, or both; anything else as it was.
                let both = before.iter().chain(&after_tree);
                let both: Tree =
                    both.map(|(path, content)| (path.clone(), content.clone())).collect();
                let fine = found.iter().all(|(path, content)| both.get(path) == Some(content));
                assert!(fine, "{what}: {:?}", found.keys());
                let common = before.iter().filter(|(path, _)| after_tree.contains_key(*path));
                let kept = common.into_iter().all(|(path, _)| found.contains_key(path));
                let whole = before.keys().all(|path| found.contains_key(path))
                    || after_tree.keys().all(|path| found.contains_key(path));
                assert!(kept && whole, "{what}: {:?}", found.keys());
            } else {
                assert!(found == before || found == after_tree, "{what}: {:?}", found.keys());
            }
        });
        start = after.settled();
    }
    must_be_clean(&start.bytes());
    eprintln!("{states} states after a cut");
}

fn random_operation(
    volume: &mut Volume<Disk>,
    tree: &Tree,
    random: &mut Random,
) -> Result<String, Error> {
    let files: Vec<&String> = tree.keys().filter(|path| tree[*path].is_some()).collect();
    let folders: Vec<&str> = tree
        .keys()
        .filter(|path| tree[*path].is_none())
        .map(|path| path.as_str())
        .chain([""])
        .collect();
    let folder = folders[random.below(folders.len() as u64) as usize];
    let long = "with a long name ".repeat(random.below(9) as usize);
    let new = format!("{folder}/{long}{}", random.below(1 << 20));
    let size = random.below(2600) as usize;
    let content = random.bytes(size);
    if files.is_empty() {
        volume.write(&new, &content)?;
        return Ok(format!("create {new}"));
    }
    let file = files[random.below(files.len() as u64) as usize];
    match random.below(10) {
        0..3 => volume.write(&new, &content).map(|()| format!("create {new}")),
        3 => volume.create_folder(&new).map(|()| format!("folder {new}")),
        4 => volume.write(file, &content).map(|()| format!("replace {file}")),
        5 | 6 => volume.append(file, &content).map(|()| format!("append to {file}")),
        7 => volume.remove(file).map(|()| format!("remove {file}")),
        8 => volume.rename(file, &new).map(|()| format!("rename {file} to {new}")),
        _ => match folders.iter().find(|folder| !folder.is_empty() && !new.starts_with(**folder)) {
            Some(moved) => volume.rename(moved, &new).map(|()| format!("rename {moved} to {new}")),
            None => volume.write(file, b"").map(|()| format!("empty {file}")),
        },
    }
}

#[test]
fn a_device_error_is_as_harmless_as_a_cut() {
    /// Refuses all writes after some.
    struct Failing(Disk, usize);
    impl BlockDevice for Failing {
        fn sectors(&self) -> u64 {
            self.0.sectors()
        }
        fn read(
            &mut self,
            first: u64,
            buf: &mut [u8],
        ) -> Result<(), bareflow_storage::DeviceError> {
            self.0.read(first, buf)
        }
        fn write(&mut self, first: u64, buf: &[u8]) -> Result<(), bareflow_storage::DeviceError> {
            match self.1.checked_sub(1) {
                Some(left) => self.1 = left,
                None => {
                    return Err(bareflow_storage::DeviceError::Fault { sector: first, code: 0x51 });
                }
            }
            self.0.write(first, buf)
        }
        fn flush(&mut self) -> Result<(), bareflow_storage::DeviceError> {
            self.0.flush()
        }
    }

    let mut volume = Volume::mount(Disk::new(new_disk(2200, 1).bytes())).unwrap();
    volume.create_folder("a").unwrap();
    volume.write("a/old file with a long name", &[1; 3000]).unwrap();
    let start = volume.into_device().settled();
    let mut failed = 0;
    for writes in 0.. {
        let mut volume = Volume::mount(Failing(start.clone(), writes)).unwrap();
        let result = volume
            .write("a/old file with a long name", &[2; 4000])
            .and_then(|()| volume.remove("a/old file with a long name"));
        let old = volume.read("a/old file with a long name").unwrap_or_default();
        assert!([&[1; 3000][..], &[2; 4000], &[]].contains(&&old[..]), "{writes}");
        let disk = volume.into_device().0;
        recover(&disk, &format!("{writes} writes"), true);
        match result {
            Ok(()) => break,
            Err(error) => {
                assert_eq!(error.to_string().split(" at").next(), Some("disk error 0x51"))
            }
        }
        failed += 1;
    }
    assert!(failed > 4, "{failed}");
}
