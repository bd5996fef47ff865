//! Disk images as other tools see them.

use std::io::Read;
use std::path::Path;
use std::process::Command;

use bareflow::image::{Contents, Disk, Geometry, write_disk};
use bareflow::output_file::write_whole;

use crate::support::{artefact, disk, folder, fsck, mtype, partition_start, tool, volume};

/// A folder with files of awkward lengths and names; the contents of a disk with all of them.
fn contents(folder: &Path) -> (Contents, Vec<(String, Vec<u8>)>) {
    let lengths = [0, 1, 511, 512, 513, 4096, 100_000, 1 << 20];
    let mut contents = Contents::default();
    let mut expected = Vec::new();
    for (number, length) in lengths.into_iter().enumerate() {
        let bytes: Vec<u8> =
            (0..length).map(|i: usize| (i * 31 + i / 509 + number) as u8).collect();
        let source = folder.join(format!("file {number} with a long name.bc"));
        std::fs::write(&source, &bytes).unwrap();
        let path = match number % 3 {
            0 => format!("/modules/file {number} with a long name.bc"),
            1 => format!("/a/b/C d/e.{number}"),
            _ => format!("/F{number}.BIN"),
        };
        contents.add(&source, path.clone()).unwrap();
        expected.push((path, bytes));
    }
    (contents, expected)
}

#[test]
fn mtools_and_fatfs_read_what_was_put_there() {
    let folder = folder();
    let (contents, expected) = contents(folder.path());
    for (name, geometry) in [
        ("auto", Geometry::Hard(None)),
        ("small", Geometry::Hard(Some(8 << 20))),
        ("large", Geometry::Hard(Some(512 << 20))),
        ("floppy", Geometry::Floppy),
    ] {
        let path = folder.path().join(name).with_extension("img");
        disk(&path, &artefact("testkernel.bin"), "", geometry, &contents);
        for (file, bytes) in &expected {
            assert!(mtype(&path, file) == *bytes, "{name}: {file} read by mtools differs");
        }
        fsck(&path);
        let manifest: bareflow_session::Manifest =
            serde_json::from_slice(&mtype(&path, "/boot/manifest.json")).unwrap();
        assert_eq!(manifest, contents.manifest);
        read_with_fatfs(&path, &expected);
    }
}

fn read_with_fatfs(image: &Path, expected: &[(String, Vec<u8>)]) {
    let options = fatfs::FsOptions::new().update_accessed_date(false);
    let volume = fatfs::FileSystem::new(volume(image), options).unwrap();
    assert_eq!(volume.fat_type(), fatfs::FatType::Fat16);
    for (path, bytes) in expected {
        let mut read = Vec::new();
        let root = volume.root_dir();
        root.open_file(path.trim_start_matches('/')).unwrap().read_to_end(&mut read).unwrap();
        assert!(read == *bytes, "{path} read by fatfs differs");
    }
}

#[test]
fn the_same_files_make_the_same_image() {
    let folder = folder();
    let (contents, _) = contents(folder.path());
    let images: Vec<Vec<u8>> = ["one", "two"]
        .into_iter()
        .map(|name| {
            let path = folder.path().join(name);
            disk(&path, &artefact("testkernel.bin"), "", Geometry::Hard(Some(8 << 20)), &contents);
            std::fs::read(path).unwrap()
        })
        .collect();
    assert!(images[0] == images[1]);
}

#[test]
fn the_partition_table_names_an_active_fat16_partition() {
    let folder = folder();
    let path = folder.path().join("disk.img");
    disk(&path, &artefact("testkernel.bin"), "", Geometry::Hard(None), &Contents::default());
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!((bytes[446], bytes[450]), (0x80, 0x0e));
    assert_eq!(partition_start(&path) % (1 << 20), 0);
    let sectors = u64::from(u32::from_le_bytes([bytes[458], bytes[459], bytes[460], bytes[461]]));
    assert_eq!(partition_start(&path) + sectors * 512, bytes.len() as u64);
    // mtools check the same by themselves.
    let argument = format!("{}@@{}", path.display(), partition_start(&path));
    let said = tool(Command::new("mdir").args(["-i", &argument, "-b", "::/boot"]));
    assert!(String::from_utf8_lossy(&said).contains("manifest.json"));
}

#[test]
fn what_does_not_fit_leaves_no_image() {
    let folder = folder();
    let (contents, _) = contents(folder.path());
    let kernel = artefact("testkernel.bin");
    let (stage1, stage2) = (artefact("stage1.bin"), artefact("stage2.bin"));
    for (size, because) in [(2 << 20, "no FAT16 volume"), (4 << 20, "is --size large enough?")] {
        let mut contents = contents.clone();
        let big = folder.path().join("big");
        std::fs::write(&big, vec![1; 3 << 20]).unwrap();
        contents.add(&big, "/big".to_owned()).unwrap();
        let path = folder.path().join("none.img");
        let disk = Disk {
            stage1: &stage1,
            stage2: &stage2,
            kernel: &kernel,
            command_line: b"",
            geometry: Geometry::Hard(Some(size)),
        };
        let failure =
            write_whole(&path, |file| write_disk(file, &path, &disk, &contents)).unwrap_err();
        assert!(failure.to_string().contains(because), "{failure}");
        assert!(!path.exists());
    }
}

#[test]
fn two_files_of_one_name_are_refused() {
    let folder = folder();
    let source = folder.path().join("a");
    std::fs::write(&source, b"a").unwrap();
    let mut contents = Contents::default();
    contents.add(&source, "/modules/a.bc".to_owned()).unwrap();
    let failure = contents.add(&source, "/modules/A.BC".to_owned()).unwrap_err();
    assert!(failure.to_string().contains("/modules/A.BC on the disk is already"), "{failure}");
}
