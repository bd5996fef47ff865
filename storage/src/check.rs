//! Walks a volume and compares its folders with its FAT.
//!
//! Mounting needs it to find what a power cut left behind, and to refuse a volume on which
//! writing would do harm. It reads folders by itself, so it can be held against `axfatfs`.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::device::{BlockDevice, SECTOR};
use crate::error::Error;
use crate::fat::{Cell, Fat};
use crate::finding::Finding;
use crate::layout::Layout;

/// Bytes in a folder entry.
const ENTRY: usize = 32;

/// First byte of an entry that was removed.
pub(crate) const REMOVED: u8 = 0xe5;

/// What a walk over a volume found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
    /// Files.
    pub files: u32,
    /// Folders, without the root.
    pub folders: u32,
    /// Contradictions on which writing could do harm.
    pub damage: Vec<Finding>,
    /// Clusters marked as taken that belong to no file.
    pub lost: Vec<u32>,
    /// Lost clusters whose chain leads into a cluster of a file, or into a free one.
    pub lost_astray: u32,
    /// Chains longer than their file: the last cluster needed, and those behind it.
    pub tails: Vec<(u32, Vec<u32>)>,
    /// Parts of long names without a file: sector and byte in it.
    pub stray_names: Vec<(u32, usize)>,
    /// Whether the copies of the FAT differ.
    pub copies_differ: bool,
}

/// Checks the FAT16 volume that begins at the device's first sector. Nothing is written.
///
/// # Errors
/// The device's, or [`Error::NoVolume`]. Damage is reported, not an error.
pub fn check(device: &mut dyn BlockDevice) -> Result<Report, Error> {
    let layout = Layout::read(device)?;
    let fat = Fat::read(device, &layout)?;
    let mut report = walk(device, &layout, &fat)?;
    report.copies_differ = fat.copies_differ(device, &layout)?;
    Ok(report)
}

/// Walks all folders. [`Report::copies_differ`] is left false.
pub(crate) fn walk(
    device: &mut dyn BlockDevice,
    layout: &Layout,
    fat: &Fat,
) -> Result<Report, Error> {
    let mut walk = Walk {
        layout,
        fat,
        used: alloc::vec![false; (layout.clusters + 2) as usize],
        report: Report::default(),
    };
    let root: Vec<u32> = (layout.root_start..layout.root_start + layout.root_sectors).collect();
    let mut folders = alloc::vec![(String::new(), root)];
    while let Some((path, sectors)) = folders.pop() {
        let mut content = alloc::vec![0; sectors.len() * SECTOR];
        let mut done = 0;
        for run in sectors.chunk_by(|a, b| a + 1 == *b) {
            let len = run.len() * SECTOR;
            device.read(run[0].into(), &mut content[done..done + len])?;
            done += len;
        }
        walk.folder(&path, &sectors, &content, &mut folders);
    }
    walk.find_lost();
    Ok(walk.report)
}

struct Walk<'a> {
    layout: &'a Layout,
    fat: &'a Fat,
    used: Vec<bool>,
    report: Report,
}

impl Walk<'_> {
    fn folder(
        &mut self,
        path: &str,
        sectors: &[u32],
        content: &[u8],
        folders: &mut Vec<(String, Vec<u32>)>,
    ) {
        let mut name_parts: Vec<usize> = Vec::new();
        for (i, entry) in content.chunks_exact(ENTRY).enumerate() {
            match (entry[0], entry[11]) {
                (0, _) => break,
                (REMOVED, _) => {}
                (_, attributes) if attributes & 0x3f == 0x0f => {
                    name_parts.push(i);
                    continue;
                }
                // The volume's label.
                (_, attributes) if attributes & 0x08 != 0 => {}
                (b'.', _) => {}
                _ => {
                    if is_name_of(&name_parts, content, entry) {
                        name_parts.clear();
                    }
                    self.entry(path, entry, folders);
                }
            }
            self.stray(&mut name_parts, sectors);
        }
        self.stray(&mut name_parts, sectors);
    }

    fn stray(&mut self, name_parts: &mut Vec<usize>, sectors: &[u32]) {
        let per_sector = SECTOR / ENTRY;
        let places =
            name_parts.drain(..).map(|i| (sectors[i / per_sector], i % per_sector * ENTRY));
        self.report.stray_names.extend(places);
    }

    fn entry(&mut self, folder: &str, entry: &[u8], folders: &mut Vec<(String, Vec<u32>)>) {
        let mut path = String::from(folder);
        if !path.is_empty() {
            path.push('/');
        }
        path.push_str(&short_name(entry));
        let first = u32::from(u16::from_le_bytes([entry[26], entry[27]]));
        let size = u32::from_le_bytes([entry[28], entry[29], entry[30], entry[31]]);
        if entry[11] & 0x10 != 0 {
            self.report.folders += 1;
            let clusters = self.chain(&path, first);
            if clusters.is_empty() {
                self.damage(&path, first, "is no folder's");
            }
            let per_cluster = self.layout.cluster_sectors;
            let sectors = clusters
                .iter()
                .map(|&cluster| self.layout.sector_of(cluster))
                .flat_map(|sector| sector..sector + per_cluster)
                .collect();
            folders.push((path, sectors));
        } else {
            self.report.files += 1;
            let needed = size.div_ceil(self.layout.cluster_bytes()) as usize;
            let mut clusters = if first == 0 { Vec::new() } else { self.chain(&path, first) };
            if clusters.len() < needed {
                self.damage(&path, first, "begins a chain that is shorter than its file");
            } else if clusters.len() > needed {
                let tail = clusters.split_off(needed);
                match clusters.last() {
                    Some(&last) => self.report.tails.push((last, tail)),
                    None => self.damage(&path, first, "belongs to an empty file"),
                }
            }
        }
    }

    /// The clusters of a chain, which are marked as used.
    fn chain(&mut self, path: &str, first: u32) -> Vec<u32> {
        let mut clusters = Vec::new();
        let mut next = Cell::Next(first);
        loop {
            let cluster = match next {
                Cell::Next(cluster) if self.layout.cluster_range().contains(&cluster) => cluster,
                Cell::End if !clusters.is_empty() => break,
                _ => {
                    let last = clusters.last().copied().unwrap_or(first);
                    self.damage(path, last, "leads to no cluster");
                    break;
                }
            };
            if core::mem::replace(&mut self.used[cluster as usize], true) {
                self.damage(path, cluster, "belongs to two files");
                break;
            }
            clusters.push(cluster);
            next = self.fat.on_disk(cluster);
        }
        clusters
    }

    fn find_lost(&mut self) {
        for cluster in self.layout.cluster_range() {
            let next = match self.fat.on_disk(cluster) {
                Cell::Next(next) => Some(next),
                Cell::End => None,
                Cell::Free | Cell::Invalid => continue,
            };
            if self.used[cluster as usize] {
                continue;
            }
            self.report.lost.push(cluster);
            let used = |next: u32| self.used.get(next as usize) != Some(&false);
            if next.is_some_and(|next| used(next) || self.fat.is_fresh(next)) {
                self.report.lost_astray += 1;
            }
        }
    }

    fn damage(&mut self, path: &str, cluster: u32, what: &'static str) {
        self.report.damage.push(Finding { path: path.into(), cluster, what });
    }
}

impl Report {
    /// The folder sectors with stray parts of names, and where those are in each.
    pub(crate) fn stray_by_sector(&self) -> BTreeMap<u32, Vec<usize>> {
        let mut sectors: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for &(sector, at) in &self.stray_names {
            sectors.entry(sector).or_default().push(at);
        }
        sectors
    }
}

/// Whether the parts before a short entry are its long name, whole and in order.
fn is_name_of(parts: &[usize], content: &[u8], entry: &[u8]) -> bool {
    let sum = entry[..11].iter().fold(0u8, |sum, &byte| sum.rotate_right(1).wrapping_add(byte));
    parts.iter().enumerate().all(|(i, &part)| {
        let part = &content[part * ENTRY..][..ENTRY];
        let last = if i == 0 { 0x40 } else { 0 };
        usize::from(part[0]) == (parts.len() - i) | last && part[13] == sum
    })
}

fn short_name(entry: &[u8]) -> String {
    let part = |bytes: &[u8]| {
        let text: String =
            bytes.iter().map(|&b| if b.is_ascii() { b as char } else { '?' }).collect();
        String::from(text.trim_end())
    };
    let (mut name, extension) = (part(&entry[..8]), part(&entry[8..11]));
    if !extension.is_empty() {
        name.push('.');
        name.push_str(&extension);
    }
    name
}
