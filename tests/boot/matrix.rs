//! Every kind of machine: each boots the kernel, which works on the FAT16 volume of its disk;
//! other tools must find there what the kernel says it wrote.

use bareflow::image::{Contents, Geometry};
use bareflow_emulator::{Machine, Media, Outcome, Settings};

use crate::support::{artefact, artefact_path, boot, disk, folder, fsck, mtype, settings, text};

/// Runs the kernel's own test of the volume on a machine, then looks at the disk from outside.
fn fat16_works(change: impl FnOnce(&mut Settings)) {
    let folder = folder();
    let path = folder.path().join("disk.img");
    let mut contents = Contents::default();
    contents.add(&artefact_path("stage2.bin"), "/modules/A long name.bin".to_owned()).unwrap();
    let size = Geometry::Hard(Some(16 << 20));
    disk(&path, &artefact("bare.bin"), "selftest=fat", size, &contents);
    let mut settings = settings(&path);
    change(&mut settings);
    let run = boot(&settings);
    assert_eq!(run.outcome, Outcome::Success, "{}", text(&run));
    // What the self-test promises to leave behind.
    let kept = mtype(&path, "/selftest/kept.bin");
    let expected: Vec<u8> = (0..100_000_usize).map(|i| (i * 7 + i / 251) as u8).collect();
    assert!(kept == expected, "/selftest/kept.bin is not what the kernel wrote");
    assert_eq!(mtype(&path, "/modules/A long name.bin"), artefact("stage2.bin"));
    fsck(&path);
}

#[test]
fn pc_with_ide() {
    fat16_works(|_| ());
}

#[test]
fn pc_from_floppy() {
    fat16_works(|machine| machine.media = Media::Floppy);
}

#[test]
fn pc_with_virtio() {
    fat16_works(|machine| machine.media = Media::Virtio);
}

#[test]
fn q35_with_virtio() {
    fat16_works(|machine| {
        machine.machine = Machine::Q35;
        machine.media = Media::Virtio;
    });
}

#[test]
fn q35_with_sata() {
    fat16_works(|machine| machine.machine = Machine::Q35);
}

#[test]
fn microvm_with_virtio_through_pvh() {
    fat16_works(|machine| {
        machine.machine = Machine::Microvm;
        machine.media = Media::Virtio;
    });
}

#[test]
fn a_processor_of_2003() {
    fat16_works(|machine| machine.cpu = "qemu64".to_owned());
}

#[test]
fn a_processor_with_everything() {
    fat16_works(|machine| machine.cpu = "max".to_owned());
}

#[test]
fn little_memory() {
    fat16_works(|machine| machine.memory_mib = 32);
}

#[test]
fn much_memory() {
    fat16_works(|machine| machine.memory_mib = 4096);
}

#[test]
fn two_processors() {
    fat16_works(|machine| machine.processors = 2);
}

/// Processors are found and started on a machine that the BIOS has booted.
fn processors_run(change: impl FnOnce(&mut Settings)) {
    let folder = folder();
    let path = folder.path().join("disk.img");
    let size = Geometry::Hard(Some(16 << 20));
    let line = "selftest=cores:count";
    disk(&path, &artefact("bare.bin"), line, size, &Contents::default());
    let mut settings = Settings { processors: 4, ..settings(&path) };
    change(&mut settings);
    let run = boot(&settings);
    assert_eq!(run.outcome, Outcome::Success, "{}", text(&run));
    assert!(text(&run).contains("cores: 4 run by x"), "{}", text(&run));
    assert!(run.records.is_empty(), "{:?}", run.records);
}

#[test]
fn four_processors_of_a_pc() {
    processors_run(|_| ());
}

#[test]
fn four_processors_of_a_q35() {
    processors_run(|machine| machine.machine = Machine::Q35);
}

#[test]
fn no_disk() {
    let mut machine = Settings { image: None, ..settings("".as_ref()) };
    machine.kernel = Some(artefact_path("bare.elf"));
    machine.command_line = "selftest=fat".to_owned();
    let run = boot(&machine);
    assert_eq!(run.outcome, Outcome::Failure, "{}", text(&run));
    assert!(text(&run).contains("there is no volume"), "{}", text(&run));
}
