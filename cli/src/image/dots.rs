//! Gives `.` and `..` back their short entries.
//!
//! `fatfs` writes long-name entries before the two special entries of each folder it makes;
//! `fsck.fat` rejects that, since they must be the folder's first two entries and short.

use std::io::{Read, Result, Seek, SeekFrom, Write};

/// Bytes of a folder entry; its attributes; the marks of a folder and of a long name's part.
const ENTRY: usize = 32;
const ATTRIBUTES: usize = 11;
const FOLDER: u8 = 0x10;
const LONG_NAME: u8 = 0x0f;
/// First byte of an entry that is free.
const FREE: u8 = 0xe5;
/// Deepest nesting that is followed: paths have 260 characters at most.
const DEEPEST: usize = 130;

/// Where folders are.
struct Places {
    fat: u64,
    root: u64,
    root_bytes: usize,
    data: u64,
    cluster_bytes: usize,
}

/// Repairs every folder of a volume that `fatfs` has just filled.
pub(super) fn shorten(volume: &mut (impl Read + Write + Seek)) -> Result<()> {
    let mut boot = [0; 512];
    volume.seek(SeekFrom::Start(0))?;
    volume.read_exact(&mut boot)?;
    let half = |at: usize| u64::from(u16::from_le_bytes([boot[at], boot[at + 1]]));
    let root = (half(14) + u64::from(boot[16]) * half(22)) * 512;
    let root_bytes = half(17) as usize * ENTRY;
    let places = Places {
        fat: half(14) * 512,
        root,
        root_bytes,
        data: root + root_bytes as u64,
        cluster_bytes: usize::from(boot[13]) * 512,
    };
    folder(volume, &places, None, 0)
}

/// Repairs one folder, or with no cluster the root folder, and those in it.
fn folder(
    volume: &mut (impl Read + Write + Seek),
    places: &Places,
    cluster: Option<u16>,
    depth: usize,
) -> Result<()> {
    if depth > DEEPEST {
        return Err(std::io::Error::other("folders nested too deeply"));
    }
    let mut chain = vec![(places.root, places.root_bytes)];
    if let Some(first) = cluster {
        chain = clusters(volume, places, first)?;
    }
    let mut inner = Vec::new();
    for (number, &(at, bytes)) in chain.iter().enumerate() {
        let mut entries = vec![0; bytes];
        volume.seek(SeekFrom::Start(at))?;
        volume.read_exact(&mut entries)?;
        if number == 0 && cluster.is_some() {
            shorten_first(&mut entries);
            volume.seek(SeekFrom::Start(at))?;
            volume.write_all(&entries)?;
        }
        for entry in entries.chunks_exact(ENTRY) {
            let attributes = entry[ATTRIBUTES];
            let is_folder = attributes & FOLDER != 0 && attributes != LONG_NAME;
            if is_folder && !matches!(entry[0], 0 | FREE | b'.') {
                inner.push(u16::from_le_bytes([entry[26], entry[27]]));
            }
        }
    }
    inner.into_iter().try_for_each(|first| folder(volume, places, Some(first), depth + 1))
}

/// Offsets and lengths of a folder's clusters.
fn clusters(
    volume: &mut (impl Read + Seek),
    places: &Places,
    first: u16,
) -> Result<Vec<(u64, usize)>> {
    let mut chain = Vec::new();
    let mut cluster = first;
    while (2..0xfff0).contains(&cluster) && chain.len() < 0x1_0000 {
        let index = u64::from(cluster - 2);
        chain.push((places.data + index * places.cluster_bytes as u64, places.cluster_bytes));
        let mut next = [0; 2];
        volume.seek(SeekFrom::Start(places.fat + u64::from(cluster) * 2))?;
        volume.read_exact(&mut next)?;
        cluster = u16::from_le_bytes(next);
    }
    Ok(chain)
}

/// Long, `.`, long, `..` becomes `.`, `..`, free, free.
fn shorten_first(entries: &mut [u8]) {
    let starts = |at: usize, name: &[u8; 11]| entries[at * ENTRY..].starts_with(name);
    if starts(1, b".          ") && starts(3, b"..         ") {
        entries.copy_within(ENTRY..2 * ENTRY, 0);
        entries.copy_within(3 * ENTRY..4 * ENTRY, ENTRY);
        for free in [2, 3] {
            entries[free * ENTRY..(free + 1) * ENTRY].fill(0);
            entries[free * ENTRY] = FREE;
        }
    }
}
