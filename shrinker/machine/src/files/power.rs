//! The power goes at any moment of what a shrunk image writes: the volume stays sound, what was confirmed by a
//! close is there, and what was being written is as it was, or as it was to be, as far as it came.

use std::boxed::Box;
use std::collections::BTreeMap;
use std::format;
use std::string::{String, ToString as _};
use std::vec;
use std::vec::Vec;

use bareflow_storage::{BlockDevice, MemoryDisk, Volume, check, find_fat16, format as make_volume};

use super::State;
use crate::disk::Disk;
use crate::disk::crash::{self, Event, for_each_cut};

/// First sector of the volume, and how many it has.
const FIRST: usize = 8;
const SECTORS: usize = 6000;

/// Flags of `open`.
const WRITE: i32 = 1;
const CREATE: i32 = 0o100;
const TRUNCATE: i32 = 0o1000;
const APPEND: i32 = 0o2000;

pub(super) fn new_disk() -> crash::Disk {
    let mut volume = MemoryDisk::new(vec![0; SECTORS * 512]);
    make_volume(&mut volume, FIRST as u32, SECTORS as u32).unwrap();
    let mut bytes = vec![0; FIRST * 512];
    bytes[446 + 4] = 6;
    bytes[446 + 8..446 + 12].copy_from_slice(&(FIRST as u32).to_le_bytes());
    bytes[446 + 12..446 + 16].copy_from_slice(&(SECTORS as u32).to_le_bytes());
    bytes[510..512].copy_from_slice(&[0x55, 0xaa]);
    bytes.extend(volume.into_bytes());
    crash::Disk::new(&bytes)
}

type Tree = BTreeMap<String, Option<Vec<u8>>>;

/// Everything on a volume: the content of files, `None` for folders.
fn tree(disk: &crash::Disk) -> Tree {
    let mut volume = Volume::mount(find_fat16(disk.settled()).unwrap()).unwrap();
    let mut all = Tree::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        for entry in volume.list(&folder).unwrap() {
            let path = format!("{folder}/{}", entry.name);
            let content = (!entry.is_folder).then(|| volume.read(&path).unwrap());
            folders.extend(entry.is_folder.then(|| path.clone()));
            all.insert(path, content);
        }
    }
    all
}

fn sound(disk: &crash::Disk, what: &str) {
    let found = check(&mut find_fat16(disk.settled()).unwrap()).unwrap();
    assert!(found.damage.is_empty(), "{what}: {:?}", found.damage);
    // What is written next meets nothing.
    let mut volume = Volume::mount(find_fat16(disk.settled()).unwrap()).unwrap();
    volume.write("/next", &[7; 20_000]).unwrap();
    let mut device = volume.into_device();
    device.flush().unwrap();
    let found = check(&mut device).unwrap();
    assert!(found.damage.is_empty() && found.lost.is_empty(), "{what}, then: {found:?}");
}

/// What a run of host calls changes, and what of it may be found after a cut.
enum Doing {
    /// A file is written from a position on, in pieces, after it was cut to nothing or not.
    Write {
        path: String,
        flags: i32,
        position: Option<u64>,
        bytes: Vec<u8>,
        piece: usize,
    },
    Cut {
        path: String,
        size: u64,
    },
    Rename {
        from: String,
        to: String,
    },
    Remove {
        path: String,
    },
    Folder {
        path: String,
    },
}

impl Doing {
    fn perform(&self, state: &mut State) -> Result<(), i32> {
        match self {
            Self::Write { path, flags, position, bytes, piece } => {
                let descriptor = state.open_path(path.as_bytes(), WRITE | flags)?;
                if let Some(position) = position {
                    state.opening(descriptor)?.position = *position;
                }
                for part in bytes.chunks(*piece) {
                    assert_eq!(state.write(descriptor, part)?, part.len());
                }
                state.close(descriptor)
            }
            Self::Cut { path, size } => {
                let descriptor = state.open_path(path.as_bytes(), WRITE)?;
                let number = state.opening(descriptor)?.node;
                state.resize(number, *size)?;
                state.close(descriptor)
            }
            Self::Rename { from, to } => state.rename(from.as_bytes(), to.as_bytes()),
            Self::Remove { path } => state.remove(path.as_bytes(), false),
            Self::Folder { path } => state.make_folder(path.as_bytes()),
        }
    }

    /// Whether a tree after a cut is one that may be.
    fn allows(&self, before: &Tree, after: &Tree, found: &Tree) -> bool {
        let touched: Vec<&String> = match self {
            Self::Write { path, .. }
            | Self::Cut { path, .. }
            | Self::Remove { path }
            | Self::Folder { path } => vec![path],
            Self::Rename { from, to } => vec![from, to],
        };
        let under = |path: &String| {
            touched.iter().any(|top| path == *top || path.starts_with(&format!("{top}/")))
        };
        let others = |tree: &Tree| -> Tree {
            tree.iter()
                .filter(|(path, _)| !under(path))
                .map(|(a, b)| (a.clone(), b.clone()))
                .collect()
        };
        if others(before) != others(found) {
            return false;
        }
        match self {
            Self::Rename { from, to } => {
                // Whole under one name or both, and what was replaced is whole as well.
                let whole = |path: &String| {
                    let now = found.get(path);
                    now.is_none() || now == before.get(path) || now == after.get(path)
                };
                let moved = before.get(from);
                whole(from) && whole(to) && (found.get(from) == moved || found.get(to) == moved)
            }
            Self::Write { path, flags, .. } => {
                let (old, new) = (before.get(path), after[path].as_ref().unwrap());
                let Some(Some(now)) = found.get(path) else { return found.get(path) == old };
                let old = match old {
                    Some(Some(old)) => old.as_slice(),
                    _ => &[],
                };
                let lengths = if flags & TRUNCATE != 0 { 0 } else { old.len() };
                // What was written of a sector in pieces may have come there in pieces.
                let mix = now
                    .iter()
                    .enumerate()
                    .all(|(at, byte)| old.get(at) == Some(byte) || new.get(at) == Some(byte));
                now == old || (now.len() >= lengths.min(new.len()) && now.len() <= new.len() && mix)
            }
            _ => {
                let of = |tree: &Tree| {
                    touched.iter().map(|path| tree.get(*path).cloned()).collect::<Vec<_>>()
                };
                of(found) == of(before) || of(found) == of(after)
            }
        }
    }
}

pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    pub(super) fn bytes(&mut self, limit: u64) -> Vec<u8> {
        let count = 1 + self.below(limit);
        (0..count).map(|_| self.below(256) as u8).collect()
    }

    fn one<'a>(&mut self, of: &[&'a String]) -> Option<&'a String> {
        if of.is_empty() { None } else { Some(of[self.below(of.len() as u64) as usize]) }
    }

    fn doing(&mut self, tree: &Tree) -> Doing {
        let files: Vec<&String> =
            tree.iter().filter(|(_, content)| content.is_some()).map(|(path, _)| path).collect();
        let folders: Vec<&String> =
            tree.iter().filter(|(_, content)| content.is_none()).map(|(path, _)| path).collect();
        let above = if self.below(2) == 0 { None } else { self.one(&folders) };
        let long = "long name ".repeat(self.below(4) as usize);
        let new = format!("{}/{long}{}", above.map_or("", |path| path), self.below(1 << 20));
        let piece = 1 + self.below(1500) as usize;
        let Some(path) = self.one(&files).cloned() else {
            return Doing::Write {
                path: new,
                flags: CREATE,
                position: None,
                bytes: self.bytes(3000),
                piece,
            };
        };
        let size = tree[&path].as_ref().unwrap().len() as u64;
        match self.below(10) {
            0 | 1 => Doing::Write {
                path: new,
                flags: CREATE,
                position: None,
                bytes: self.bytes(3000),
                piece,
            },
            2 => Doing::Folder { path: new },
            3 => Doing::Write {
                path,
                flags: TRUNCATE,
                position: None,
                bytes: self.bytes(3000),
                piece,
            },
            4 => {
                Doing::Write { path, flags: APPEND, position: None, bytes: self.bytes(3000), piece }
            }
            5 => {
                let position = Some(self.below(size + 1));
                Doing::Write { path, flags: 0, position, bytes: self.bytes(2000), piece }
            }
            6 => Doing::Cut { path, size: self.below(size + 1) },
            7 => Doing::Remove { path },
            8 => Doing::Rename { from: path, to: new },
            _ => match self.one(&files) {
                Some(other) if *other != path => {
                    Doing::Rename { from: path, to: other.to_string() }
                }
                _ => Doing::Remove { path },
            },
        }
    }
}

/// More of them with `BAREFLOW_EVERY_STATE`.
fn steps() -> usize {
    if std::env::var_os("BAREFLOW_EVERY_STATE").is_some() { 400 } else { 40 }
}

#[test]
fn what_is_confirmed_survives_and_the_volume_is_sound() {
    let mut random = Random(11);
    let mut start = new_disk();
    let mut states = 0;
    for step in 0..steps() {
        let before = tree(&start);
        let doing = random.doing(&before);
        let mut state = Box::new(State::new());
        state.disk = Disk::of(start.settled());
        let done = doing.perform(&mut state);
        let after_disk = state.disk.disk.take().unwrap();
        let after = tree(&after_disk);
        let what = match &doing {
            Doing::Write { path, flags, position, bytes, piece } => {
                format!("write {} to {path} with {flags:o} at {position:?} by {piece}", bytes.len())
            }
            Doing::Cut { path, size } => format!("cut {path} to {size}"),
            Doing::Rename { from, to } => format!("rename {from} to {to}"),
            Doing::Remove { path } => format!("remove {path}"),
            Doing::Folder { path } => format!("folder {path}"),
        };
        done.unwrap_or_else(|error| panic!("step {step}: {what}: error {error}"));
        let settled = matches!(after_disk.events.last(), Some(Event::Flush) | None);
        assert!(settled || !matches!(doing, Doing::Write { .. } | Doing::Cut { .. }), "{what}");
        states += for_each_cut(&start, &after_disk.events, |cut, when| {
            let what = format!("step {step}: {what}: {when}");
            sound(cut, &what);
            let found = tree(cut);
            assert!(doing.allows(&before, &after, &found), "{what}: {:?}", sizes(&found));
        });
        start = after_disk.settled();
    }
    std::eprintln!("{states} states after a cut");
    assert!(states > 1000, "{states}");
}

fn sizes(tree: &Tree) -> Vec<(&String, Option<usize>)> {
    tree.iter().map(|(path, content)| (path, content.as_ref().map(Vec::len))).collect()
}
