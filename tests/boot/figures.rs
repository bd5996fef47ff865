//! Figures of the machine: how soon the kernel runs, how fast its disks are. Printed, not judged:
//!
//! ```text
//! cargo test --release -p bareflow-tests --test boot -- --ignored --nocapture figures
//! ```

use std::time::{Duration, Instant};

use bareflow::image::{Contents, Geometry};
use bareflow_emulator::{Event, Machine, Media, Outcome, Settings, run};

use crate::support::{artefact, disk, folder, resized, settings, text};

/// The number before `unit` in a text.
fn number(text: &str, unit: &str) -> u64 {
    let before = text.split(unit).next().unwrap_or_default();
    let digits = before.rsplit(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    digits.parse().unwrap_or_else(|_| panic!("no number before {unit:?} in {text}"))
}

/// One boot of a kernel of so many bytes: time from the loader's first instruction to the
/// kernel's, by the guest's clock, and from starting QEMU to the kernel's first word, by ours.
fn to_kernel(bytes: usize, geometry: Geometry, media: Media) -> (Duration, Duration) {
    let folder = folder();
    let path = folder.path().join("disk.img");
    let kernel = resized(&artefact("bare.bin"), bytes, 0);
    disk(&path, &kernel, "", geometry, &Contents::default());
    let start = Instant::now();
    let mut first = None;
    let ended = run(&Settings { media, ..settings(&path) }, &mut |event| {
        if let (Event::Record(_), None) = (event, first) {
            first = Some(start.elapsed());
        }
    })
    .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(ended.outcome, Outcome::Success, "{}", text(&ended));
    let guest = number(&ended.records[0], " us from loader to kernel");
    (Duration::from_micros(guest), first.expect("a record"))
}

/// The fastest of some boots: other work on this machine only slows them down.
fn fastest(bytes: usize, geometry: Geometry, media: Media) -> (Duration, Duration) {
    let boots = (0..5).map(|_| to_kernel(bytes, geometry, media));
    boots.min().expect("there are some")
}

#[test]
#[ignore = "prints figures"]
fn figures_of_the_machine() {
    for (stage, room) in [("stage1.bin", 512), ("stage2.bin", 4096)] {
        println!("{stage}: {} of {room} bytes", artefact(stage).len());
    }
    println!();
    println!("kernel           from     BIOS hand-over to kernel   QEMU's start to first record");
    let small = artefact("bare.bin").len();
    let hard = Geometry::Hard(None);
    for (bytes, geometry, media, name) in [
        (4 << 20, hard, Media::Ide, "IDE"),
        (4 << 20, hard, Media::Virtio, "virtio"),
        (small, hard, Media::Ide, "IDE"),
        (small, Geometry::Floppy, Media::Floppy, "floppy"),
        (1 << 20, Geometry::Floppy, Media::Floppy, "floppy"),
    ] {
        let (guest, host) = fastest(bytes, geometry, media);
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        println!("{bytes:>8} bytes   {name:<7} {:>21.1} ms {:>26.1} ms", ms(guest), ms(host));
    }
    println!();
    throughput();
}

/// What the kernel's self-tests say of its disks.
fn throughput() {
    for (machine, media, name) in [
        (Machine::Pc, Media::Ide, "pc, IDE"),
        (Machine::Pc, Media::Virtio, "pc, virtio"),
        (Machine::Q35, Media::Ide, "q35, SATA"),
        (Machine::Q35, Media::Virtio, "q35, virtio"),
        (Machine::Microvm, Media::Virtio, "microvm, virtio"),
    ] {
        for test in ["disk", "fat"] {
            let folder = folder();
            let path = folder.path().join("disk.img");
            let size = Geometry::Hard(Some(64 << 20));
            let line = format!("selftest={test}");
            disk(&path, &artefact("bare.bin"), &line, size, &Contents::default());
            let ended = run(&Settings { machine, media, ..settings(&path) }, &mut |_| ())
                .unwrap_or_else(|error| panic!("{error}"));
            let said = text(&ended);
            assert_eq!(ended.outcome, Outcome::Success, "{said}");
            for line in said.lines().filter(|line| line.contains("MB/s")) {
                println!("{name:<16} {line}");
            }
        }
    }
}
