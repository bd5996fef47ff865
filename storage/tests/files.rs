//! Open files: what is written in pieces is what is read, and what is on the disk in the end; and what
//! was synchronised survives a power cut.

mod common;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use bareflow_storage::{
    BlockDevice, DeviceError, Error, Files, MemoryDisk, NodeId, Opening, Volume, check,
};
use common::crash::{Disk, for_each_cut};
use common::{Random, must_be_clean, new_disk};

const READ: Opening = Opening { write: false, create: false, exclusive: false, truncate: false };
const WRITE: Opening = Opening { write: true, ..READ };
const CREATE: Opening = Opening { create: true, ..WRITE };
const NEW: Opening = Opening { truncate: true, ..CREATE };

fn files(kib: u32) -> Files<MemoryDisk> {
    Files::new(Volume::mount(new_disk(kib, 1)).unwrap()).unwrap()
}

fn whole<D: BlockDevice>(files: &mut Files<D>, id: NodeId) -> Vec<u8> {
    let mut bytes = vec![0xAA; files.status_of(id).unwrap().size as usize + 10];
    let count = files.read_at(id, 0, &mut bytes).unwrap();
    bytes.truncate(count);
    bytes
}

fn put<D: BlockDevice>(files: &mut Files<D>, path: &str, bytes: &[u8]) {
    let id = files.open(path, NEW).unwrap();
    files.write_at(id, 0, bytes).unwrap();
    files.close(id).unwrap();
}

#[test]
fn a_file_written_in_pieces_is_there_when_it_is_closed() {
    let mut files = files(9000);
    let id = files.open("/a.txt", NEW).unwrap();
    files.write_at(id, 5, b"world").unwrap();
    files.write_at(id, 0, b"hello").unwrap();
    assert_eq!(whole(&mut files, id), b"helloworld");
    // A second opening sees it before it is on the disk.
    let other = files.open("/A.TXT", READ).unwrap();
    assert_eq!(whole(&mut files, other), b"helloworld");
    assert_eq!(files.volume().read("/a.txt").unwrap(), b"");
    files.close(other).unwrap();
    files.close(id).unwrap();
    assert_eq!(files.volume().read("/a.txt").unwrap(), b"helloworld");
}

#[test]
fn what_was_cut_off_does_not_come_back() {
    let mut files = files(9000);
    put(&mut files, "/a", &[7; 100_000]);
    let id = files.open("/a", WRITE).unwrap();
    files.resize(id, 40_000).unwrap();
    files.resize(id, 90_000).unwrap();
    files.write_at(id, 95_000, &[9]).unwrap();
    let mut expected = vec![0; 95_001];
    expected[..40_000].fill(7);
    expected[95_000] = 9;
    assert_eq!(whole(&mut files, id), expected);
    files.close(id).unwrap();
    assert_eq!(files.volume().read("/a").unwrap(), expected);
}

#[test]
fn a_file_larger_than_the_cache_goes_to_the_disk_on_the_way() {
    let mut files = files(24 << 10);
    let content = Random::new(3).bytes(10 << 20);
    let id = files.open("/large", NEW).unwrap();
    for (at, piece) in content.chunks(5000).enumerate() {
        files.write_at(id, at as u64 * 5000, piece).unwrap();
    }
    assert_eq!(whole(&mut files, id), content);
    files.close(id).unwrap();
    assert_eq!(files.volume().read("/large").unwrap(), content);
}

#[test]
fn a_removed_file_stays_until_it_is_closed() {
    let mut files = files(9000);
    put(&mut files, "/a", b"one");
    let id = files.open("/a", WRITE).unwrap();
    files.remove("/a").unwrap();
    assert!(matches!(files.open("/a", READ), Err(Error::NotFound { .. })));
    put(&mut files, "/a", b"another");
    files.write_at(id, 3, &[4; 5000]).unwrap();
    files.sync(id).unwrap();
    assert_eq!(&whole(&mut files, id)[..5], b"one\x04\x04");
    files.close(id).unwrap();
    assert!(files.list("/boot/removed").unwrap().is_empty());
    assert_eq!(files.read("/a").unwrap(), b"another");
}

#[test]
fn a_rename_takes_the_place_of_a_file_and_open_files_follow() {
    let mut files = files(9000);
    put(&mut files, "/old", b"old");
    let old = files.open("/old", READ).unwrap();
    let new = files.open("/new", NEW).unwrap();
    files.write_at(new, 0, b"new").unwrap();
    files.rename("/new", "/old").unwrap();
    assert_eq!(files.read("/old").unwrap(), b"new");
    assert_eq!(whole(&mut files, old), b"old");
    files.write_at(new, 3, b"er").unwrap();
    files.close(new).unwrap();
    files.close(old).unwrap();
    assert_eq!(files.read("/old").unwrap(), b"newer");
    assert!(matches!(files.status("/new"), Err(Error::NotFound { .. })));
    // A folder, with an open file in it.
    files.make_folder("/d").unwrap();
    let id = files.open("/d/f", NEW).unwrap();
    files.rename("/d", "/e").unwrap();
    files.write_at(id, 0, b"inside").unwrap();
    files.close(id).unwrap();
    assert_eq!(files.read("/e/f").unwrap(), b"inside");
    assert!(matches!(files.rename("/e", "/e/g"), Err(Error::BadPath { .. })));
    assert!(matches!(files.rename("/old", "/e"), Err(Error::IsFolder { .. })));
    assert!(matches!(files.rename("/e", "/old"), Err(Error::NotFolder { .. })));
    assert!(matches!(files.remove_folder("/e"), Err(Error::NotEmpty { .. })));
}

#[test]
fn no_room_is_said_when_it_is_written() {
    let mut files = files(2200);
    let id = files.open("/a", NEW).unwrap();
    let free = files.volume().space().free;
    files.write_at(id, 0, &vec![1; free as usize]).unwrap();
    assert!(matches!(files.write_at(id, free, &[1]), Err(Error::DiskFull { .. })));
    assert!(matches!(files.resize(id, u64::from(u32::MAX) + 1), Err(Error::TooLarge { .. })));
    assert_eq!(files.status_of(id).unwrap().size, free);
    files.close(id).unwrap();
    assert_eq!(files.volume().space().free, 0);
    assert!(matches!(
        files.open("/b", NEW).and_then(|b| files.write_at(b, 0, &[1])),
        Err(Error::DiskFull { .. })
    ));
}

#[test]
fn anything_done_to_files_is_what_a_model_does() {
    for seed in 1..=12 {
        let mut random = Random::new(seed);
        let mut files = files(6000);
        let mut model: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        let mut open: Vec<(NodeId, String)> = Vec::new();
        for step in 0..400 {
            let path = format!("/file {}", random.below(6));
            let at = random.below(open.len().max(1) as u64) as usize;
            match (random.below(12), open.get(at).cloned()) {
                (0 | 1, _) if open.len() < 5 => {
                    let how = [CREATE, NEW][random.below(2) as usize];
                    let id = files.open(&path, how).unwrap();
                    let content = model.entry(path.clone()).or_default();
                    if how.truncate {
                        content.clear();
                    }
                    open.push((id, path));
                }
                (2, Some((id, _))) => {
                    files.close(id).unwrap();
                    open.swap_remove(at);
                }
                (3, Some((id, _))) => files.sync(id).unwrap(),
                (4, Some((id, path))) => {
                    let size = random.below(120_000);
                    files.resize(id, size).unwrap();
                    model.get_mut(&path).unwrap().resize(size as usize, 0);
                }
                (5, _) if model.contains_key(&path) && !open.iter().any(|(_, p)| *p == path) => {
                    let to = format!("/file {}", random.below(6));
                    if open.iter().any(|(_, p)| *p == to) {
                        continue;
                    }
                    files.rename(&path, &to).unwrap();
                    let content = model.remove(&path).unwrap();
                    model.insert(to, content);
                }
                (6, _) if model.contains_key(&path) && !open.iter().any(|(_, p)| *p == path) => {
                    files.remove(&path).unwrap();
                    model.remove(&path);
                }
                (_, Some((id, path))) => {
                    let content = model.get_mut(&path).unwrap();
                    let offset = random.below(content.len() as u64 + 3000) as usize;
                    let most = [50, 5000, 70_000][random.below(3) as usize];
                    let len = random.below(most) as usize;
                    let bytes = random.bytes(len);
                    files.write_at(id, offset as u64, &bytes).unwrap();
                    if !bytes.is_empty() {
                        content.resize(content.len().max(offset + len), 0);
                        content[offset..offset + len].copy_from_slice(&bytes);
                    }
                    assert_eq!(whole(&mut files, id), *content, "seed {seed}, step {step}");
                }
                _ => {}
            }
        }
        for (id, _) in open {
            files.close(id).unwrap();
        }
        for (path, content) in &model {
            assert_eq!(files.read(path).unwrap(), *content, "seed {seed}: {path}");
        }
        let names = files.list("/").unwrap().len();
        assert_eq!(names, model.len() + usize::from(files.status("/boot").is_ok()));
    }
}

/// A disk that is looked at while files on it are open.
#[derive(Clone)]
struct Shared(Arc<Mutex<Disk>>);

impl BlockDevice for Shared {
    fn sectors(&self) -> u64 {
        self.0.lock().unwrap().sectors()
    }
    fn read(&mut self, first: u64, buf: &mut [u8]) -> Result<(), DeviceError> {
        self.0.lock().unwrap().read(first, buf)
    }
    fn write(&mut self, first: u64, buf: &[u8]) -> Result<(), DeviceError> {
        self.0.lock().unwrap().write(first, buf)
    }
    fn flush(&mut self) -> Result<(), DeviceError> {
        self.0.lock().unwrap().flush()
    }
}

/// The power goes at every write of a program that changes a database as databases do: it keeps what
/// it will overwrite in a journal, synchronises that, changes the file in place, synchronises it, and
/// removes the journal. Whatever moment it is, the database is as before the change or as after it.
#[test]
fn a_database_with_a_journal_survives_every_cut() {
    const PAGE: usize = 1024;
    let mut random = Random::new(11);
    let disk = Shared(Arc::new(Mutex::new(Disk::new(new_disk(2600, 1).bytes()))));
    let mut files = Files::new(Volume::mount(disk.clone()).unwrap()).unwrap();
    files.make_folder("/data").unwrap();
    let mut content = random.bytes(9 * PAGE);
    put(&mut files, "/data/base", &content);
    let base = files.open("/data/base", WRITE).unwrap();
    let mut states = 0;
    for change in 0..8 {
        let start = {
            let mut disk = disk.0.lock().unwrap();
            *disk = disk.settled();
            disk.clone()
        };
        let before = content.clone();
        // Pages to change, some of which may be behind the end, and in the end a shorter file.
        let pages: Vec<usize> = (0..4).map(|_| random.below(12) as usize).collect();
        let mut journal = Vec::from((before.len() as u32).to_le_bytes());
        // What the file may be cut by is to come back, too.
        let last = (before.len() - 1) / PAGE;
        for page in pages.iter().chain(&[last - 1, last]) {
            journal.extend((*page as u32).to_le_bytes());
            let old = before.get(page * PAGE..).unwrap_or_default();
            let mut old = old[..old.len().min(PAGE)].to_vec();
            old.resize(PAGE, 0);
            journal.extend(old);
        }
        // Only a journal that is whole counts.
        let sum = journal.iter().fold(1u32, |sum, byte| sum.wrapping_mul(31) ^ u32::from(*byte));
        journal.extend(sum.to_le_bytes());
        let id = files.open("/data/journal", NEW).unwrap();
        files.write_at(id, 0, &journal).unwrap();
        files.sync(id).unwrap();
        for page in &pages {
            let bytes = random.bytes(PAGE);
            files.write_at(base, (page * PAGE) as u64, &bytes).unwrap();
            content.resize(content.len().max((page + 1) * PAGE), 0);
            content[page * PAGE..][..PAGE].copy_from_slice(&bytes);
        }
        if change % 3 == 2 {
            content.truncate(content.len() - PAGE / 2);
            files.resize(base, content.len() as u64).unwrap();
        }
        files.sync(base).unwrap();
        files.close(id).unwrap();
        files.remove("/data/journal").unwrap();

        let events = disk.0.lock().unwrap().events.clone();
        let after = content.clone();
        states += for_each_cut(&start, &events, |state, when| {
            let what = format!("change {change}: {when}");
            let found = check(&mut state.clone()).unwrap();
            assert!(found.damage.is_empty(), "{what}: {:?}", found.damage);
            let mut files = Files::new(Volume::mount(state.settled()).unwrap()).unwrap();
            let mut now = files.read("/data/base").unwrap();
            if let Ok(journal) = files.read("/data/journal") {
                roll_back(&journal, &mut now, PAGE);
            }
            assert!(now == before || now == after, "{what}");
        });
    }
    files.close(base).unwrap();
    assert!(states > 300, "{states}");
    must_be_clean(&disk.0.lock().unwrap().bytes());
    eprintln!("{states} states after a cut");
}

fn roll_back(journal: &[u8], base: &mut Vec<u8>, page_bytes: usize) {
    let Some((body, sum)) = journal.split_last_chunk::<4>() else { return };
    let found = body.iter().fold(1u32, |sum, byte| sum.wrapping_mul(31) ^ u32::from(*byte));
    if found != u32::from_le_bytes(*sum) {
        return;
    }
    let (len, pages) = body.split_at(4);
    let len = u32::from_le_bytes(len.try_into().unwrap()) as usize;
    for page in pages.chunks(4 + page_bytes) {
        let at = u32::from_le_bytes(page[..4].try_into().unwrap()) as usize * page_bytes;
        base.resize(base.len().max(at + page_bytes), 0);
        base[at..at + page_bytes].copy_from_slice(&page[4..]);
    }
    base.resize(len, 0);
}

/// What takes the place of another file by a rename is there at every cut, the old or the new one.
#[test]
fn a_file_replaced_by_rename_is_whole_at_every_cut() {
    let disk = Shared(Arc::new(Mutex::new(Disk::new(new_disk(2600, 1).bytes()))));
    let mut files = Files::new(Volume::mount(disk.clone()).unwrap()).unwrap();
    let mut random = Random::new(5);
    let old = random.bytes(3000);
    let new = random.bytes(5000);
    put(&mut files, "/settings of the program.json", &old);
    let start = {
        let mut disk = disk.0.lock().unwrap();
        *disk = disk.settled();
        disk.clone()
    };
    put(&mut files, "/settings of the program.json.new", &new);
    files.rename("/settings of the program.json.new", "/settings of the program.json").unwrap();
    let events = disk.0.lock().unwrap().events.clone();
    let states = for_each_cut(&start, &events, |state, what| {
        let mut files = Files::new(Volume::mount(state.settled()).unwrap()).unwrap();
        let found = files.read("/settings of the program.json").unwrap();
        assert!(found == old || found == new, "{what}");
    });
    assert!(states > 50, "{states}");
    must_be_clean(&disk.0.lock().unwrap().bytes());
}
