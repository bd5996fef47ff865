//! Operations one by one, and what is said when they cannot be done.

mod common;

use bareflow_storage::{BlockDevice, Error, MemoryDisk, Volume, check, find_fat16};
use common::{must_be_clean, new_disk};

fn names(volume: &mut Volume<MemoryDisk>, path: &str) -> Vec<String> {
    volume.list(path).unwrap().into_iter().map(|entry| entry.name).collect()
}

#[test]
fn files_and_folders() {
    let mut volume = Volume::mount(new_disk(8192, 2)).unwrap();
    volume.create_folder("/boot/snapshots").unwrap();
    volume.create_folder("/boot/snapshots").unwrap();
    let content: Vec<u8> = (0..100_000u32).map(|i| (i ^ i >> 7) as u8).collect();
    volume.write("/boot/snapshots/boot_001.snapshot", &content).unwrap();
    assert_eq!(volume.read("BOOT/Snapshots/Boot_001.SNAPSHOT").unwrap(), content);

    volume.append("/boot/snapshots/boot_001.snapshot", b"more").unwrap();
    volume.write_at("/boot/snapshots/boot_001.snapshot", 99_998, b"over").unwrap();
    let file = volume.open_file("/boot/snapshots/boot_001.snapshot").unwrap();
    assert_eq!(file.size(), 100_004);
    let mut end = [0; 10];
    assert_eq!(volume.read_at(&file, 99_996, &mut end).unwrap(), 8);
    assert_eq!(end[..8], [content[99_996], content[99_997], b'o', b'v', b'e', b'r', b'r', b'e']);

    volume.write("/boot/snapshots/boot_001.snapshot", b"short").unwrap();
    assert_eq!(volume.read("/boot/snapshots/boot_001.snapshot").unwrap(), b"short");
    volume.write("/boot/snapshots/boot_001.snapshot", b"").unwrap();
    assert_eq!(volume.read("/boot/snapshots/boot_001.snapshot").unwrap(), b"");
    assert_eq!(names(&mut volume, "/"), ["boot"]);
    assert_eq!(names(&mut volume, "/boot/snapshots"), ["boot_001.snapshot"]);
    must_be_clean(volume.into_device().bytes());
}

#[test]
fn renaming_moves_files_and_folders() {
    let mut volume = Volume::mount(new_disk(8192, 1)).unwrap();
    volume.create_folder("a/b/c").unwrap();
    volume.create_folder("other").unwrap();
    volume.write("a/b/c/a rather long name that takes several entries.txt", b"deep").unwrap();
    volume.write("a/b/small", b"small").unwrap();

    volume.rename("a/b/small", "a/b/tiny").unwrap();
    volume.rename("a/b/tiny", "other/a name that needs to be in other entries").unwrap();
    volume.rename("a", "other/moved").unwrap();
    assert_eq!(
        volume.read("other/moved/b/c/a rather long name that takes several entries.txt").unwrap(),
        b"deep"
    );
    let mut all = names(&mut volume, "other");
    all.sort();
    assert_eq!(all, ["a name that needs to be in other entries", "moved"]);
    assert_eq!(names(&mut volume, "/"), ["other"]);

    let exists = volume.rename("other/moved", "other/a name that needs to be in other entries");
    assert!(matches!(exists, Err(Error::Exists { .. })));
    let inside = volume.rename("other/moved", "other/moved/b/again").unwrap_err();
    assert!(inside.to_string().contains("into itself"), "{inside}");
    must_be_clean(volume.into_device().bytes());
}

#[test]
fn errors_say_what_is_wrong() {
    let mut volume = Volume::mount(new_disk(8192, 2)).unwrap();
    volume.create_folder("folder/inner").unwrap();
    volume.write("file", b"content").unwrap();
    let before = volume.into_device();
    let mut volume = Volume::mount(before.clone()).unwrap();

    let message = |result: Result<(), Error>| result.unwrap_err().to_string();
    let missing = message(volume.read("folder/none").map(|_| ()));
    assert_eq!(missing, "folder/none: no such file or folder");
    assert_eq!(message(volume.write("none/new", b"")), "none: no such file or folder");
    assert_eq!(message(volume.write("folder", b"")), "folder: is a folder");
    assert_eq!(message(volume.write("file/new", b"")), "file: is not a folder");
    assert_eq!(message(volume.create_folder("file/new")), "file: is not a folder");
    assert_eq!(message(volume.write_new("file", b"")), "file: exists already");
    assert_eq!(message(volume.remove("folder")), "folder: the folder is not empty");
    assert!(message(volume.remove("/")).contains("the root stays"));
    assert!(message(volume.write("a//b", b"")).contains("empty"));
    assert!(message(volume.write("folder/../x", b"")).contains(". or .."));
    assert!(message(volume.write("what?", b"")).contains("character"));
    assert!(message(volume.write("ünï", b"")).contains("ASCII"));
    assert!(message(volume.write(&"long".repeat(70), b"")).contains("longer than 255"));
    assert!(message(volume.write_at("file", 8, b"")).contains("behind"));
    assert!(volume.into_device() == before, "a failed operation changed the disk");
}

#[test]
fn a_full_disk_loses_nothing() {
    let mut volume = Volume::mount(new_disk(4096, 1)).unwrap();
    let free = volume.space().free;
    volume.create_folder("boot").unwrap();
    let old = vec![7; 1_000_000];
    volume.write("boot/old", &old).unwrap();
    let before = volume.space();

    let error = volume.write("boot/new", &vec![8; free as usize]).unwrap_err();
    assert_eq!(error, Error::DiskFull { path: "boot/new".into(), free: before.free });
    assert!(volume.write("boot/old", &vec![9; before.free as usize + 1]).is_err());
    assert!(volume.append("boot/old", &vec![9; before.free as usize + 500_000]).is_err());
    assert_eq!(volume.space(), before);
    assert_eq!(volume.read("boot/old").unwrap(), old);
    assert_eq!(names(&mut volume, "boot"), ["old"]);

    // What fits still fits, to the last cluster.
    volume.write("boot/new", &vec![8; before.free as usize]).unwrap();
    assert_eq!(volume.space().free, 0);
    assert!(matches!(volume.write("boot/x", b"x"), Err(Error::DiskFull { .. })));
    must_be_clean(volume.into_device().bytes());
}

#[test]
fn a_full_root_folder_is_named() {
    let mut volume = Volume::mount(new_disk(4096, 1)).unwrap();
    let error = (0..).find_map(|i| volume.write(&format!("long name number {i}"), b"x").err());
    assert!(matches!(error, Some(Error::FolderFull { .. })), "{error:?}");
    let count = names(&mut volume, "/").len();
    assert!(count >= 64 / 3 - 1, "{count} files");
    must_be_clean(volume.into_device().bytes());
}

#[test]
fn a_read_only_disk_can_be_read() {
    let mut volume = Volume::mount(new_disk(4096, 1)).unwrap();
    volume.write("file", b"content").unwrap();
    let mut volume = Volume::mount(volume.into_device().read_only()).unwrap();
    assert!(volume.is_read_only());
    assert_eq!(volume.read("file").unwrap(), b"content");
    assert_eq!(volume.write("file", b"other"), Err(Error::ReadOnly));
    assert_eq!(volume.remove("file"), Err(Error::ReadOnly));
    assert_eq!(volume.rename("file", "elif"), Err(Error::ReadOnly));
    assert_eq!(volume.create_folder("x"), Err(Error::ReadOnly));
    assert_eq!(volume.read("file").unwrap(), b"content");
}

#[test]
fn partitions_are_found() {
    let volume = new_disk(4096, 1).into_bytes();
    let mut disk = vec![0; 1 << 20];
    disk.extend_from_slice(&volume);
    disk[510..512].copy_from_slice(&[0x55, 0xaa]);
    let entry = &mut disk[446 + 16..446 + 32];
    entry[4] = 0x0e;
    entry[8..12].copy_from_slice(&2048u32.to_le_bytes());
    entry[12..16].copy_from_slice(&8192u32.to_le_bytes());

    let found = find_fat16(MemoryDisk::new(disk.clone())).unwrap();
    assert_eq!((found.start(), found.sectors()), (2048, 8192));
    Volume::mount(found).unwrap().write("file", b"x").unwrap();
    assert_eq!(find_fat16(MemoryDisk::new(volume)).unwrap().start(), 0);

    disk[2048 * 512] = 0xeb;
    disk[2048 * 512 + 12] = 4;
    let why = |disk: Vec<u8>| find_fat16(MemoryDisk::new(disk)).unwrap_err().to_string();
    assert!(why(disk.clone()).contains("512 bytes"));
    disk[446 + 16 + 15] = 1;
    assert!(why(disk).contains("sectors that the disk does not have"));
    assert!(why(vec![0; 1024]).contains("neither partitions nor"));
}

#[test]
fn a_damaged_volume_is_not_mounted() {
    let mut volume = Volume::mount(new_disk(4096, 1)).unwrap();
    volume.write("one", &[1; 2000]).unwrap();
    volume.write("two", &[2; 2000]).unwrap();
    let mut disk = volume.into_device();
    let report = check(&mut disk).unwrap();
    assert_eq!((report.files, report.folders), (2, 0));
    assert!(report.damage.is_empty() && report.lost.is_empty() && !report.copies_differ);

    // The second file's first cluster leads to the second one of the first file.
    let mut sector = [0; 512];
    disk.read(1, &mut sector).unwrap();
    sector[6 * 2..6 * 2 + 2].copy_from_slice(&3u16.to_le_bytes());
    disk.write(1, &sector).unwrap();
    let error = Volume::mount(disk).unwrap_err().to_string();
    assert!(error.contains("/TWO: cluster 3 belongs to two files"), "{error}");
    assert!(error.contains("fsck.fat"), "{error}");
}

#[test]
fn a_volume_that_was_made_here_is_one_to_others() {
    for sizes in [vec![], vec![10_000, 0, 3], vec![40 << 20, 1 << 20]] {
        let sectors = bareflow_storage::sectors_for(&sizes, 100, 1 << 16);
        let mut disk = MemoryDisk::new(vec![0; sectors as usize * 512]);
        bareflow_storage::format(&mut disk, 2048, 7).unwrap();
        must_be_clean(disk.bytes());
        let mut volume = Volume::mount(disk).unwrap();
        for (number, size) in sizes.iter().enumerate() {
            let content = vec![number as u8; *size as usize];
            volume.write(&format!("file number {number} with a long name"), &content).unwrap();
        }
        must_be_clean(volume.into_device().bytes());
    }
    let mut small = MemoryDisk::new(vec![0; 4000 * 512]);
    assert!(matches!(bareflow_storage::format(&mut small, 0, 0), Err(Error::NoVolume { .. })));
}
