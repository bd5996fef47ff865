//! Stage 1 and stage 2: what they hand over, and what they say about disks that are wrong.

use std::path::PathBuf;

use bareflow::image::{Contents, Geometry};
use bareflow_boot::image::SECTOR;
use bareflow_emulator::{Media, Outcome, Settings};
use tempfile::TempDir;

use crate::support::{artefact, boot, disk, folder, resized, settings, text};

/// A hard disk with the test kernel and nothing else.
fn plain(kernel: &[u8]) -> (TempDir, PathBuf) {
    let folder = folder();
    let path = folder.path().join("disk.img");
    disk(&path, kernel, "", Geometry::Hard(Some(8 << 20)), &Contents::default());
    (folder, path)
}

/// First sector of the FLUD file in an image.
fn kernel_sector(image: &[u8]) -> usize {
    u32::from_le_bytes([image[516], image[517], image[518], image[519]]) as usize
}

/// Boots the test kernel's disk after a change to its bytes; the loader must refuse it.
fn refused(kernel: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> String {
    let (_folder, path) = plain(kernel);
    let mut bytes = std::fs::read(&path).unwrap();
    change(&mut bytes);
    std::fs::write(&path, bytes).unwrap();
    refusal(&settings(&path))
}

/// What the loader says of a machine that it does not start.
fn refusal(settings: &Settings) -> String {
    let run = boot(settings);
    assert_eq!(run.outcome, Outcome::Failure, "{}", text(&run));
    run.loader_message().unwrap_or_else(|| panic!("not the loader's: {}", text(&run)))
}

/// A value of the line that the test kernel prints.
fn value(line: &str, name: &str) -> u64 {
    let found =
        line.split_ascii_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
    let found = found.unwrap_or_else(|| panic!("no {name} in {line}"));
    u64::from_str_radix(found, 16).unwrap_or_else(|_| panic!("{name}: {found}"))
}

#[test]
fn the_stages_fit_their_places() {
    assert_eq!(artefact("stage1.bin").len(), 512);
    assert!(artefact("stage2.bin").len() <= 4096);
}

#[test]
fn the_kernel_gets_what_the_loader_found() {
    let folder = folder();
    let path = folder.path().join("disk.img");
    let line = "selftest=none and more";
    disk(&path, &artefact("testkernel.bin"), line, Geometry::Hard(None), &Contents::default());
    let run = boot(&settings(&path));
    let said = text(&run);
    // The test kernel itself checks magic, version, zeroed memory and the time stamps.
    assert_eq!(run.outcome, Outcome::Success, "{said}");
    assert!(said.contains("loader=bios drive=80 "), "{said}");
    assert!(said.ends_with(&format!("cmdline={line}\r\n")), "{said}");
    assert_eq!(value(&said, "start"), 0x10_0000);
    assert!(value(&said, "end") > 0x10_0000);
    let usable = value(&said, "usable");
    assert!((120 << 20..128 << 20).contains(&usable), "{usable} of 128 MiB");
}

#[test]
fn a_large_kernel_arrives_whole() {
    // More than one read and no whole number of sectors; the loader checks the CRC of what
    // arrived, and the kernel that its zeroed memory is.
    for bytes in [127 * 512, 127 * 512 + 1, (5 << 20) + 3] {
        let kernel = resized(&artefact("testkernel.bin"), bytes, 0);
        let folder = folder();
        let path = folder.path().join("disk.img");
        disk(&path, &kernel, "", Geometry::Hard(Some(16 << 20)), &Contents::default());
        let run = boot(&settings(&path));
        assert_eq!(run.outcome, Outcome::Success, "{bytes} bytes: {}", text(&run));
    }
}

#[test]
fn a_floppy_is_read_by_cylinder_head_and_sector() {
    // Nearly all of 1.44 MB: every track is read, and the reads cross tracks and heads.
    let kernel = resized(&artefact("testkernel.bin"), 2860 * 512 + 77, 0);
    let folder = folder();
    let path = folder.path().join("floppy.img");
    disk(&path, &kernel, "", Geometry::Floppy, &Contents::default());
    assert_eq!(std::fs::metadata(&path).unwrap().len(), 1_474_560);
    let run = boot(&Settings { media: Media::Floppy, ..settings(&path) });
    assert_eq!(run.outcome, Outcome::Success, "{}", text(&run));
    assert!(text(&run).contains("drive=0 "));
    // The same image as a hard disk.
    let run = boot(&settings(&path));
    assert_eq!(run.outcome, Outcome::Success, "{}", text(&run));
    assert!(text(&run).contains("drive=80 "));
}

#[test]
fn a_wrong_signature_is_named() {
    let said = refused(&artefact("testkernel.bin"), |disk| {
        let at = kernel_sector(disk) * SECTOR;
        disk[at] = b'X';
    });
    assert!(said.starts_with("wrong signature: sector "), "{said}");
}

#[test]
fn a_wrong_version_is_named() {
    let said = refused(&artefact("testkernel.bin"), |disk| {
        let at = kernel_sector(disk) * SECTOR;
        disk[at + 4] = 7;
    });
    assert!(said.contains("FLUD header has version 7"), "{said}");
}

#[test]
fn a_changed_header_is_a_bad_crc() {
    for at in [8, 24, 40, 63, 64, 300, 507, 508, 511] {
        let said = refused(&artefact("testkernel.bin"), |disk| {
            let at = kernel_sector(disk) * SECTOR + at;
            disk[at] ^= 0x10;
        });
        assert!(said.starts_with("bad CRC: that of the kernel's header is "), "byte {at}: {said}");
    }
}

#[test]
fn a_changed_kernel_is_a_bad_crc() {
    let kernel = artefact("testkernel.bin");
    for at in [512, kernel.len() / 2, kernel.len() - 1] {
        let said = refused(&kernel, |disk| {
            let at = kernel_sector(disk) * SECTOR + at;
            disk[at] ^= 0x01;
        });
        assert!(said.starts_with("bad CRC: that of the kernel is "), "byte {at}: {said}");
    }
}

#[test]
fn a_disk_that_ends_early_is_a_truncated_kernel() {
    let kernel = resized(&artefact("testkernel.bin"), 300_000, 0);
    let said = refused(&kernel, |disk| {
        disk.truncate((kernel_sector(disk) + 100) * SECTOR);
    });
    assert!(said.starts_with("truncated kernel: 100 sectors are on the disk"), "{said}");
}

#[test]
fn a_header_that_says_more_than_was_reserved_is_a_truncated_kernel() {
    let said = refused(&artefact("testkernel.bin"), |disk| {
        let there = u32::from_le_bytes([disk[520], disk[521], disk[522], disk[523]]);
        patch_stage2(disk, 520, there - 1);
    });
    assert!(said.starts_with("truncated kernel: "), "{said}");
}

#[test]
fn too_little_memory_is_named() {
    let kernel = resized(&artefact("testkernel.bin"), 4096, 64 << 20);
    let (_folder, path) = plain(&kernel);
    let said = refusal(&Settings { memory_mib: 32, ..settings(&path) });
    assert_eq!(said, "too little memory: the kernel needs 65536 KiB from 1024 KiB on");
    let run = boot(&Settings { memory_mib: 128, ..settings(&path) });
    assert_eq!(run.outcome, Outcome::Success, "{}", text(&run));
}

#[test]
fn a_processor_without_64_bits_is_named() {
    let (_folder, path) = plain(&artefact("testkernel.bin"));
    for cpu in ["qemu32", "486"] {
        let said = refusal(&Settings { cpu: cpu.to_owned(), ..settings(&path) });
        assert_eq!(said, "this processor has no 64-bit mode", "{cpu}");
    }
}

#[test]
fn a_damaged_stage_2_is_not_run() {
    let kernel = artefact("testkernel.bin");
    let said = refused(&kernel, |disk| disk[512 + 700] ^= 0x04);
    assert_eq!(said, "stage 2 is damaged");
    let said = refused(&kernel, |disk| disk[512..1024].fill(0));
    assert_eq!(said, "stage 2 is not behind stage 1");
}

#[test]
fn a_sector_that_cannot_be_read_is_named() {
    let said = refused(&artefact("testkernel.bin"), |disk| {
        patch_stage2(disk, 516, 1_000_000);
    });
    assert!(said.starts_with("disk read error: sector 1000000, drive 80, status "), "{said}");
}

/// Changes a number in the head of stage 2, and balances its sum.
fn patch_stage2(disk: &mut [u8], at: usize, value: u32) {
    disk[at..at + 4].copy_from_slice(&value.to_le_bytes());
    disk[526..528].fill(0);
    let end = end_of_stage2(disk);
    let words = disk[512..end].chunks_exact(2);
    let sum = words.fold(0_u16, |sum, w| sum.wrapping_add(u16::from_le_bytes([w[0], w[1]])));
    disk[526..528].copy_from_slice(&sum.wrapping_neg().to_le_bytes());
}

/// Past the last byte of stage 2.
fn end_of_stage2(disk: &[u8]) -> usize {
    (1 + usize::from(disk[426])) * SECTOR
}
