//! Volumes in memory.

use std::vec;
use std::vec::Vec;

use crate::fat::{At, Entry, LongName, NAME, NoEntry, Volume, partition};
use crate::sectors::{Sector, Sectors};

/// A volume of one sector a cluster: boot sector, FAT, root folder, clusters from 2 on.
struct Disk(Vec<Sector>);

impl Sectors for Disk {
    fn sector(&mut self, number: u32) -> Option<&Sector> {
        self.0.get(number as usize)
    }

    fn put(&mut self, number: u32, at: usize, bytes: &[u8]) -> Option<()> {
        self.0.get_mut(number as usize)?.get_mut(at..at + bytes.len())?.copy_from_slice(bytes);
        Some(())
    }

    fn copy(&mut self, from: u32, to: u32) -> Option<()> {
        let bytes = *self.sector(from)?;
        self.put(to, 0, &bytes)
    }

    fn flush(&mut self) -> Option<()> {
        Some(())
    }
}

const ROOT: usize = 2;
const DATA: usize = 3;

fn disk() -> (Disk, Volume) {
    let mut sectors = vec![[0u8; 512]; 8];
    let boot = &mut sectors[0];
    boot[11..13].copy_from_slice(&512u16.to_le_bytes());
    boot[13] = 1;
    boot[14] = 1;
    boot[16] = 1;
    boot[17] = 16;
    boot[22] = 1;
    boot[510..].copy_from_slice(&[0x55, 0xaa]);
    let mut disk = Disk(sectors);
    let mut volume = Volume::new();
    let boot = *disk.sector(0).unwrap();
    assert!(volume.take(0, &boot));
    (disk, volume)
}

/// Puts a short entry into a folder's sector.
fn put(sector: &mut Sector, at: usize, name: &[u8; 11], attributes: u8, first: u16, size: u32) {
    let entry = &mut sector[at * 32..][..32];
    entry[..11].copy_from_slice(name);
    entry[11] = attributes;
    entry[26..28].copy_from_slice(&first.to_le_bytes());
    entry[28..].copy_from_slice(&size.to_le_bytes());
}

/// Puts a long name of up to 26 letters before the entry at `at` + 2.
fn put_long(sector: &mut Sector, at: usize, name: &str) {
    let mut units = [0xffffu16; 26];
    units[..name.len()].copy_from_slice(&name.bytes().map(u16::from).collect::<Vec<_>>());
    if let Some(end) = units.get_mut(name.len()) {
        *end = 0;
    }
    for (back, part) in units.chunks(13).rev().enumerate() {
        let entry = &mut sector[(at + back) * 32..][..32];
        entry[0] = if back == 0 { 0x42 } else { 1 };
        entry[11] = 0x0f;
        let places = (1..11).step_by(2).chain((14..26).step_by(2)).chain([28, 30]);
        for (place, unit) in places.zip(part) {
            entry[place..place + 2].copy_from_slice(&unit.to_le_bytes());
        }
    }
}

fn look_up(disk: &mut Disk, volume: &Volume, folder: u16, name: &str) -> Option<Entry> {
    volume.look_up(disk, &mut LongName::new(), folder, name.as_bytes())
}

#[test]
fn names_are_found_by_short_and_long_form() {
    let (mut disk, volume) = disk();
    let root = &mut disk.0[ROOT];
    put(root, 0, b"VOLUME     ", 8, 0, 0);
    put(root, 1, b"\xe5GONE   TXT", 0, 2, 1);
    put(root, 2, b"MODEL   BIN", 0, 5, 700);
    put_long(root, 3, "a much longer name.txt");
    put(root, 5, b"AMUCHL~1TXT", 0, 6, 3);
    put(root, 6, b"FOLDER     ", 0x10, 7, 0);
    let at = |index, names| At { sector: 2, byte: index as u16 * 32, folder: 0, index, names };
    let file = Entry { is_folder: false, first: 5, size: 700, at: at(2, 0) };
    assert_eq!(look_up(&mut disk, &volume, 0, "model.bin"), Some(file));
    assert_eq!(look_up(&mut disk, &volume, 0, "MODEL.BIN"), Some(file));
    let long = Entry { is_folder: false, first: 6, size: 3, at: at(5, 2) };
    assert_eq!(look_up(&mut disk, &volume, 0, "A much longer NAME.txt"), Some(long));
    assert_eq!(look_up(&mut disk, &volume, 0, "amuchl~1.txt"), Some(long));
    assert!(look_up(&mut disk, &volume, 0, "folder").unwrap().is_folder);
    for name in
        ["model", "model.bi", "model.binx", "a much longer name.tx", "volume", "x", "modelbin"]
    {
        assert_eq!(look_up(&mut disk, &volume, 0, name), None, "{name}");
    }
}

#[test]
fn folders_go_on_in_further_clusters() {
    let (mut disk, volume) = disk();
    disk.0[1][4..6].copy_from_slice(&3u16.to_le_bytes());
    disk.0[1][6..8].copy_from_slice(&0xffffu16.to_le_bytes());
    for at in 0..16 {
        put(&mut disk.0[DATA], at, b"FILLER     ", 0, 0, 0);
    }
    put(&mut disk.0[DATA + 1], 0, b"LAST    C  ", 0, 4, 9);
    assert_eq!(look_up(&mut disk, &volume, 2, "last.c").map(|entry| entry.size), Some(9));
    assert_eq!(look_up(&mut disk, &volume, 2, "none"), None);
    assert_eq!((volume.next(&mut disk, 2), volume.next(&mut disk, 3)), (3, 0));
}

#[test]
fn entries_come_and_go() {
    let (mut disk, mut volume) = disk();
    volume_of(&mut disk, &mut volume, 60);
    let mut long = LongName::new();
    let folder = volume.make_folder(&mut disk, 0).unwrap();
    let made = (true, folder, 0);
    let entry = volume.make_entry(&mut disk, &mut long, 0, b"a folder", made).unwrap();
    assert_eq!(look_up(&mut disk, &volume, 0, "A FOLDER"), Some(entry));
    // More than fit into its first cluster, in names of one, two and three parts.
    for number in 0..20 {
        let name = std::format!("{}{number:02}.txt", "name ".repeat(number % 3 * 3));
        let first = volume.make_chain(&mut disk, 1).unwrap();
        let made = (false, first, 7);
        volume.make_entry(&mut disk, &mut long, folder, name.as_bytes(), made).unwrap();
        assert_eq!(look_up(&mut disk, &volume, folder, &name).unwrap().first, first);
    }
    for number in (0..20).rev() {
        let name = std::format!("{}{number:02}.txt", "name ".repeat(number % 3 * 3));
        assert!(!volume.is_empty(&mut disk, &mut long, folder));
        let found = look_up(&mut disk, &volume, folder, &name).unwrap();
        volume.change_entry(&mut disk, found.at, found.first, 1234).unwrap();
        let found = look_up(&mut disk, &volume, folder, &name).unwrap();
        assert_eq!(found.size, 1234);
        volume.remove_entry(&mut disk, found.at).unwrap();
        volume.release(&mut disk, found.first);
        assert_eq!(look_up(&mut disk, &volume, folder, &name), None);
    }
    assert!(volume.is_empty(&mut disk, &mut long, folder));
    for name in
        [&b""[..], b"a/b", b"a:b", b"dot.", b" blank", b"no \xff", b"\xed\xa0\x80", &[b'x'; 256]]
    {
        let made = volume.make_entry(&mut disk, &mut long, 0, name, (false, 0, 0));
        assert_eq!(made.err(), Some(NoEntry::Name));
    }
}

#[test]
fn names_are_of_any_letters() {
    let (mut disk, mut volume) = disk();
    volume_of(&mut disk, &mut volume, 60);
    let mut long = LongName::new();
    let folder = volume.make_folder(&mut disk, 0).unwrap();
    let longest = "\u{e4}".repeat(255);
    let names = [
        "\u{c4}pfel",
        "gr\u{f6}\u{df}e in \u{20ac}",
        "\u{65e5}\u{672c}.txt",
        "\u{1f600} smile",
        &longest,
    ];
    for (number, name) in names.iter().enumerate() {
        let made = (false, 0, number as u32);
        volume.make_entry(&mut disk, &mut long, folder, name.as_bytes(), made).unwrap();
    }
    for (number, name) in names.iter().enumerate() {
        let found = look_up(&mut disk, &volume, folder, &name.replace("pfel", "PFEL"));
        assert_eq!(found.map(|found| found.size), Some(number as u32), "{name}");
    }
    assert_eq!(look_up(&mut disk, &volume, folder, "gr\u{f6}\u{df}e in \u{20ad}"), None);
    let mut listed = Vec::new();
    volume.walk(&mut disk, &mut long, folder, |long, entry, _| {
        listed.push(long.name_of(entry, &mut [0; NAME]).to_vec());
        false
    });
    let wanted: Vec<Vec<u8>> =
        [".", ".."].iter().chain(&names).map(|name| (*name).into()).collect();
    assert_eq!(listed, wanted);
}

#[test]
fn chains_are_taken_whole_or_not_at_all() {
    let (mut disk, mut volume) = disk();
    volume_of(&mut disk, &mut volume, 10);
    let first = volume.make_chain(&mut disk, 4).unwrap();
    assert_eq!(volume.make_chain(&mut disk, 7), None);
    let second = volume.make_chain(&mut disk, 6).unwrap();
    assert_eq!(volume.make_chain(&mut disk, 1), None);
    volume.release(&mut disk, second);
    let third = volume.make_chain(&mut disk, 2).unwrap();
    let last = volume.last(&mut disk, first);
    volume.join(&mut disk, last, third).unwrap();
    let length = |disk: &mut Disk| {
        let mut cluster = first;
        (1..).find(|_| {
            cluster = volume.next(disk, cluster);
            cluster == 0
        })
    };
    assert_eq!(length(&mut disk), Some(6));
    let mut volume = volume.clone();
    volume.cut(&mut disk, first).unwrap();
    assert_eq!(volume.next(&mut disk, first), 0);
    assert!(volume.make_chain(&mut disk, 9).is_some());
}

/// Makes a volume of so many clusters of a sector, all free.
fn volume_of(disk: &mut Disk, volume: &mut Volume, clusters: u16) {
    disk.0.resize(DATA + usize::from(clusters), [0; 512]);
    let boot = &mut disk.0[0];
    boot[19..21].copy_from_slice(&(DATA as u16 + clusters).to_le_bytes());
    let boot = *boot;
    assert!(volume.take(0, &boot));
}

#[test]
fn any_bytes_are_a_folder_or_none() {
    let (mut disk, volume) = disk();
    let mut seed = 1u64;
    for _ in 0..2000 {
        for byte in disk.0[1..4].iter_mut().flatten() {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            *byte = (seed >> 56) as u8;
        }
        // Long names, mostly.
        (0..16).for_each(|at| disk.0[ROOT][at * 32 + 11] = 0x0f);
        look_up(&mut disk, &volume, 0, "name");
        look_up(&mut disk, &volume, 2, "name");
        Volume::new().take(0, &disk.0[2]);
    }
}

#[test]
fn partitions_have_a_type_and_a_table_its_mark() {
    let mut table = [0; 512];
    table[446 + 16 + 4] = 6;
    table[446 + 16 + 8] = 63;
    assert_eq!(partition(&table, 1), None);
    table[510..].copy_from_slice(&[0x55, 0xaa]);
    assert_eq!((partition(&table, 0), partition(&table, 1)), (None, Some(63)));
}
