//! The kernel without the engine, on the machines it knows: faults, disks, memory, input.

use std::time::Duration;

use bareflow_emulator::{Accel, Input, Machine, Media, Outcome, Run, Settings, run};
use bareflow_report::{FaultReport, Record};
use bareflow_tests::artefact;
use bareflow_tests::disk::Disk;

/// A machine that starts the kernel with a command line.
fn machine(command_line: &str) -> Settings {
    Settings {
        command_line: command_line.to_owned(),
        memory_mib: 64,
        accel: Accel::Tcg,
        timeout: Duration::from_secs(300),
        ..Settings::kernel(&artefact("bare.elf"))
    }
}

fn ends(settings: &Settings, expected: Outcome) -> (Run, String) {
    let run = run(settings, &mut |_| ()).expect("QEMU runs");
    let text = String::from_utf8_lossy(&run.output).into_owned();
    assert_eq!(
        run.outcome, expected,
        "{settings:?}\n{text}\n{:?}\n{}",
        run.records, run.complaints
    );
    (run, text)
}

/// The one fault record of a run.
fn fault(run: &Run) -> FaultReport {
    let records: Vec<Record> = run
        .records
        .iter()
        .map(|json| serde_json::from_str(json).unwrap_or_else(|e| panic!("{json}: {e}")))
        .collect();
    match records.as_slice() {
        [Record::Fault(report)] => report.clone(),
        other => panic!("not one fault record: {other:?}"),
    }
}

/// A fault of each kind: self-test, name, vector, what the text says, the function named.
const FAULTS: &[(&str, &str, Option<u8>, &str, &str)] = &[
    ("null", "page fault", Some(14), "write to unmapped 0x8 (the null page)", "faults::null"),
    (
        "stack",
        "page fault",
        Some(14),
        "below the kernel's stack: stack overflow",
        "faults::overflow",
    ),
    ("divide", "division error", Some(0), "vector 0", "faults::divide_by_zero"),
    ("opcode", "invalid opcode", Some(6), "vector 6", "faults::invalid_opcode"),
    ("double", "double fault", Some(8), "vector 8", "faults::null"),
    ("write-code", "page fault", Some(14), "write to read-only", "faults::write_code"),
    ("execute-data", "page fault", Some(14), "execution of data", ""),
    ("panic", "panic", None, "asked for (kernel/src/selftest/faults.rs:", "fault::"),
    ("heap", "panic", None, "memory allocation of", "fault::"),
];

#[test]
fn every_fault_ends_in_its_report() {
    for &(which, name, vector, says, function) in FAULTS {
        let (run, text) = ends(&machine(&format!("selftest=fault:{which}")), Outcome::Fault);
        let report = fault(&run);
        assert_eq!((report.name.as_str(), report.vector), (name, vector), "{which}: {report:?}");
        assert!(report.text.contains(says), "{which}: {report:?}");
        assert!(report.function.contains(function), "{which}: {report:?}");
        let outermost = report.backtrace.last().expect("a backtrace");
        assert!(outermost.contains("stack::go_on"), "{which}: {report:?}");
        // People see the same, with registers where the processor raised it.
        assert!(text.contains(&format!("fault: {}", report.text)), "{which}: {text}");
        assert_eq!(text.contains("  rip 0000"), vector.is_some(), "{which}: {text}");
        assert!(text.contains("backtrace:\n   0: 0x"), "{which}: {text}");
    }
}

#[test]
fn a_recursion_is_one_line_of_the_backtrace() {
    let (_, text) = ends(&machine("selftest=fault:stack"), Outcome::Fault);
    let line = text.lines().find(|l| l.contains("overflow") && l.contains("times)"));
    let line = line.unwrap_or_else(|| panic!("{text}"));
    let times: u64 = line.split(['(', ' ']).rev().find_map(|w| w.parse().ok()).expect("a count");
    assert!(times > 100, "{line}");
}

#[test]
fn a_fault_in_the_fault_handler_ends_with_a_message() {
    let (_, text) = ends(&machine("selftest=fault:nested"), Outcome::Fault);
    assert!(text.contains("while another fault was being reported"), "{text}");
}

#[test]
fn faults_are_reported_on_every_machine() {
    for (kind, cpu) in
        [(Machine::Pc, "qemu64"), (Machine::Q35, "max"), (Machine::Microvm, "qemu64")]
    {
        for which in ["null", "stack", "double"] {
            let line = format!("selftest=fault:{which}");
            let settings = Settings { machine: kind, cpu: cpu.into(), ..machine(&line) };
            let (run, _) = ends(&settings, Outcome::Fault);
            assert_eq!(run.records.len(), 1, "{kind:?} {which}");
        }
    }
}

/// What the self-test of the volume leaves in `/selftest/kept.bin`.
fn kept() -> Vec<u8> {
    (0..100_000_usize).map(|i| (i * 7 + i / 251) as u8).collect()
}

#[test]
fn the_volume_works_on_every_machine_and_others_find_it_clean() {
    for (kind, media) in [
        (Machine::Pc, Media::Ide),
        (Machine::Pc, Media::Virtio),
        (Machine::Q35, Media::Ide),
        (Machine::Q35, Media::Virtio),
        (Machine::Microvm, Media::Virtio),
    ] {
        for cpu in ["qemu64", "max"] {
            let disk = Disk::new().expect("a disk");
            let settings = Settings {
                machine: kind,
                media,
                cpu: cpu.into(),
                image: Some(disk.path()),
                ..machine("selftest=fat")
            };
            // Twice: the second run meets what the first left.
            for _ in 0..2 {
                let (_, text) = ends(&settings, Outcome::Success);
                assert!(text.contains("fat: all went well"), "{text}");
                disk.check().unwrap_or_else(|e| panic!("{kind:?} {media:?} {cpu}: {e}"));
                assert!(disk.read("selftest/kept.bin").expect("the file") == kept());
            }
        }
    }
}

#[test]
fn disks_are_found_and_read_alike_in_pieces() {
    for (kind, media, driver) in [
        (Machine::Pc, Media::Ide, "ATA with DMA"),
        (Machine::Q35, Media::Ide, "AHCI"),
        (Machine::Q35, Media::Virtio, "virtio"),
        (Machine::Microvm, Media::Virtio, "virtio"),
    ] {
        let disk = Disk::new().expect("a disk");
        let image = Some(disk.path());
        let settings = Settings { machine: kind, media, image, ..machine("selftest=disk") };
        let (_, text) = ends(&settings, Outcome::Success);
        assert!(text.contains(&format!("disk: {driver}: 65536 sectors")), "{text}");
    }
}

#[test]
fn a_machine_without_a_disk_says_so() {
    let (_, text) = ends(&machine("selftest=fat"), Outcome::Failure);
    assert!(text.contains("fat: there is no volume"), "{text}");
}

#[test]
fn all_memory_is_used_from_32_mib_to_4_gib() {
    for (mib, kind) in [
        (32, Machine::Pc),
        (64, Machine::Microvm),
        (512, Machine::Q35),
        (3072, Machine::Pc),
        (4096, Machine::Pc),
        (4096, Machine::Q35),
        (4096, Machine::Microvm),
    ] {
        let settings = Settings { memory_mib: mib, machine: kind, ..machine("") };
        let (run, _) = ends(&settings, Outcome::Success);
        let Ok(Record::Log { text }) = serde_json::from_str(&run.records[0]) else {
            panic!("{:?}", run.records)
        };
        let free: u64 = text.split(' ').next().and_then(|n| n.parse().ok()).expect("a number");
        assert!(free <= mib && free + 6 >= mib, "{kind:?} with {mib} MiB: {text}");
    }
}

#[test]
fn too_little_memory_is_named() {
    let settings = Settings { memory_mib: 8, ..machine("") };
    let (_, text) = ends(&settings, Outcome::Failure);
    assert!(text.starts_with("kernel: ") && text.contains("are needed"), "{text}");
}

#[test]
fn functions_on_memory_agree_with_loops() {
    let (_, text) = ends(&machine("selftest=memory"), Outcome::Success);
    assert!(text.contains("copies agree"), "{text}");
}

/// The time-stamp counter's frequency, counted against this machine's own clock: the emulator
/// shows its guests the same counter.
#[cfg(target_arch = "x86_64")]
fn own_frequency() -> f64 {
    // SAFETY: reading the counter changes nothing.
    let cycles = || unsafe { core::arch::x86_64::_rdtsc() };
    let (start, first) = (std::time::Instant::now(), cycles());
    std::thread::sleep(Duration::from_millis(200));
    (cycles() - first) as f64 / start.elapsed().as_secs_f64()
}

#[test]
#[cfg(target_arch = "x86_64")]
fn the_clock_is_right_and_the_timer_wakes() {
    let right = own_frequency();
    for kind in [Machine::Pc, Machine::Q35, Machine::Microvm] {
        let settings = Settings { machine: kind, ..machine("selftest=clock") };
        let (_, text) = ends(&settings, Outcome::Success);
        let word = |line: &str, n: usize| {
            line.split(' ').nth(n).and_then(|word| word.parse::<u64>().ok()).expect("a number")
        };
        let mut lines = text.lines().filter(|line| line.starts_with("clock: "));
        let hz = word(lines.next().expect("a frequency"), 1) as f64;
        assert!((hz / right - 1.0).abs() < 0.02, "{kind:?}: {hz} Hz, but {right} here");
        let mut sleeps = 0;
        for line in lines {
            // "clock: 10 ms asleep took 10012 us and 2 naps"
            let (ms, us, naps) = (word(line, 1), word(line, 5), word(line, 8));
            // Polling would look at the clock many thousand times.
            assert!(us >= ms * 1000 && naps < 500, "{kind:?}: {line}");
            sleeps += 1;
        }
        assert_eq!(sleeps, 3, "{kind:?}: {text}");
    }
}

#[test]
fn more_processors_than_are_used_do_no_harm() {
    for kind in [Machine::Pc, Machine::Q35, Machine::Microvm] {
        let disk = Disk::new().expect("a disk");
        let media = Media::Virtio;
        let image = Some(disk.path());
        let settings =
            Settings { machine: kind, media, image, processors: 4, ..machine("selftest=fat") };
        let (_, text) = ends(&settings, Outcome::Success);
        assert!(text.contains("fat: all went well"), "{kind:?}: {text}");
        disk.check().unwrap_or_else(|error| panic!("{kind:?}: {error}"));
    }
}

#[test]
fn a_machine_with_nothing_to_run_says_so() {
    let empty = Disk::new().expect("a disk");
    for image in [None, Some(empty.path())] {
        let settings =
            Settings { image, memory_mib: 128, ..Settings::kernel(&artefact("kernel.elf")) };
        let settings = Settings { accel: Accel::Tcg, ..settings };
        let (run, _) = ends(&settings, Outcome::Failure);
        let last = run.records.last().expect("a record");
        assert!(last.contains("error: no module to run"), "{:?}", run.records);
    }
}

#[test]
fn input_is_read_whole_even_if_it_came_early() {
    for kind in [Machine::Pc, Machine::Microvm] {
        let input = Input::Bytes(b"the quick brown fox jumps\n".to_vec());
        let settings = Settings { machine: kind, input, ..machine("selftest=echo") };
        let (_, text) = ends(&settings, Outcome::Success);
        assert!(text.contains("echo: the quick brown fox jumps\n"), "{kind:?}: {text}");
    }
}

#[test]
fn an_unknown_self_test_fails() {
    let (_, text) = ends(&machine("selftest=nothing"), Outcome::Failure);
    assert!(text.contains("no test is called nothing"), "{text}");
}
