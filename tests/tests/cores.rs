//! The kernel without the engine, on machines of many processors: they start, run, wait for each
//! other, share memory, and end together.

use std::time::Duration;

use bareflow_emulator::{Accel, Machine, Media, Outcome, Run, Settings, run};
use bareflow_report::{FaultReport, Record};
use bareflow_tests::artefact;
use bareflow_tests::disk::Disk;

const MACHINES: [Machine; 3] = [Machine::Pc, Machine::Q35, Machine::Microvm];

/// A machine with processors that starts the kernel with a command line.
fn machine(kind: Machine, processors: u32, command_line: &str) -> Settings {
    Settings {
        machine: kind,
        processors,
        command_line: command_line.to_owned(),
        memory_mib: 128,
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

fn records(run: &Run) -> Vec<Record> {
    let parsed =
        |json: &String| serde_json::from_str(json).unwrap_or_else(|e| panic!("{json}: {e}"));
    run.records.iter().map(parsed).collect()
}

/// The one fault record of a run; log records may come before it, but nothing after.
fn fault(run: &Run) -> FaultReport {
    let records = records(run);
    match records.split_last() {
        Some((Record::Fault(report), before))
            if before.iter().all(|record| matches!(record, Record::Log { .. })) =>
        {
            report.clone()
        }
        _ => panic!("not one fault record: {records:?}"),
    }
}

/// What the self-test of counting must say.
fn counted(settings: &Settings, processors: u32) -> Run {
    let (run, text) = ends(settings, Outcome::Success);
    let says = |line: &str| assert!(text.contains(line), "{settings:?}: no {line:?} in\n{text}");
    says(&format!("cores: {processors} run by x"));
    let all = u64::MAX >> (64 - processors);
    says(&format!("cores: they counted to {}, seen {all:#x}", 30_000 * processors));
    run
}

#[test]
fn every_processor_runs_on_every_machine() {
    for kind in MACHINES {
        for processors in [1, 2, 4, 8] {
            let run = counted(&machine(kind, processors, "selftest=cores:count"), processors);
            assert!(run.records.is_empty(), "{:?}", run.records);
        }
    }
}

#[test]
fn sixty_four_processors_run_and_more_are_named() {
    counted(&machine(Machine::Q35, 64, "selftest=cores:count"), 64);
    let run = counted(&machine(Machine::Q35, 70, "selftest=cores:count"), 64);
    let text = "6 processors more than the 64 that are used".to_owned();
    assert_eq!(records(&run), [Record::Log { text }]);
}

#[test]
fn a_machine_with_little_memory_uses_fewer() {
    let settings = Settings { memory_mib: 32, ..machine(Machine::Pc, 64, "selftest=cores:count") };
    let (run, text) = ends(&settings, Outcome::Success);
    let words = |text: &str, n: usize| text.split(' ').nth(n).and_then(|w| w.parse::<u32>().ok());
    let logged = records(&run);
    let [Record::Log { text: log }] = logged.as_slice() else { panic!("{logged:?}") };
    let line = text.lines().find(|line| line.contains(" run by ")).expect("a line");
    let (without, with) = (words(log, 3).expect("a number"), words(line, 1).expect("a number"));
    assert!(log.starts_with("no memory for ") && without + with == 64 && with > 8, "{log} {line}");
}

#[test]
fn processors_that_only_the_older_table_lists_run() {
    let arguments = ["-machine", "acpi=off"].map(Into::into).to_vec();
    let settings = Settings { arguments, ..machine(Machine::Microvm, 4, "selftest=cores:count") };
    counted(&settings, 4);
}

#[test]
fn processors_that_are_not_plugged_in_are_not_waited_for() {
    let arguments = ["-smp", "2,maxcpus=6"].map(Into::into).to_vec();
    let settings = Settings { arguments, ..machine(Machine::Q35, 2, "selftest=cores:count") };
    let run = counted(&settings, 2);
    assert!(run.records.is_empty(), "{:?}", run.records);
}

#[test]
fn a_processor_that_does_not_come_is_named_and_left_out() {
    for kind in MACHINES {
        let run = counted(&machine(kind, 3, "selftest=cores:count core=9"), 3);
        let text = "the processor with interrupt controller 9 did not start: left out".to_owned();
        assert_eq!(records(&run), [Record::Log { text }], "{kind:?}");
    }
}

#[test]
fn fewer_processors_are_used_where_that_is_asked_for() {
    for processors in [1, 2] {
        let line = format!("selftest=cores:count cores={processors}");
        let run = counted(&machine(Machine::Pc, 4, &line), processors);
        assert!(run.records.is_empty(), "{:?}", run.records);
    }
}

/// Self-tests, and what they say when all is well.
const CHECKS: &[(&str, &str)] = &[
    ("wait", "cores: nobody waits any more"),
    ("memory", "cores: 4 processors in the same memory, 0 times wrong"),
    ("state", "cores: 4 processors alike, 0 times not"),
    ("alarm", "cores: the alarm rang on 4 of 4, 0 times wrong"),
];

#[test]
fn processors_wait_share_memory_and_keep_their_registers() {
    for kind in MACHINES {
        for (check, says) in CHECKS {
            let line = format!("selftest=cores:{check}");
            let (_, text) = ends(&machine(kind, 4, &line), Outcome::Success);
            assert!(text.contains(says), "{kind:?} {check}: {text}");
        }
    }
}

#[test]
fn processors_use_the_volume_at_once() {
    for (kind, media) in
        [(Machine::Pc, Media::Ide), (Machine::Q35, Media::Ide), (Machine::Microvm, Media::Virtio)]
    {
        let disk = Disk::new().expect("a disk");
        let image = Some(disk.path());
        let settings = Settings { media, image, ..machine(kind, 4, "selftest=cores:files") };
        let (_, text) = ends(&settings, Outcome::Success);
        assert!(text.contains("4 processors used the volume, 0 times wrong"), "{kind:?}: {text}");
        disk.check().unwrap_or_else(|error| panic!("{kind:?}: {error}"));
        assert_eq!(disk.read("cores/3-2.bin").expect("the file").len(), 6554);
    }
}

#[test]
fn processors_without_wide_vectors_do_so_too() {
    for (check, says) in CHECKS {
        let line = format!("selftest=cores:{check}");
        let settings = Settings { cpu: "qemu64".into(), ..machine(Machine::Pc, 4, &line) };
        let (_, text) = ends(&settings, Outcome::Success);
        assert!(text.contains(says), "{check}: {text}");
    }
}

#[test]
fn sleeping_by_mwait_loses_no_wake_up_either() {
    for check in ["count", "wait"] {
        let line = format!("selftest=cores:{check} idle=mwait");
        ends(&machine(Machine::Pc, 2, &line), Outcome::Success);
    }
}

#[test]
fn one_processor_passes_the_same_checks() {
    for (check, says) in CHECKS {
        let line = format!("selftest=cores:{check}");
        let (_, text) = ends(&machine(Machine::Pc, 1, &line), Outcome::Success);
        let says = says.replace("4 processors", "1 processors").replace("4 of 4", "1 of 1");
        assert!(text.contains(&says), "{check}: {text}");
    }
}

#[test]
fn lines_and_records_of_processors_stay_whole() {
    let (run, text) = ends(&machine(Machine::Q35, 4, "selftest=cores:lines"), Outcome::Success);
    let mut lines: Vec<String> =
        text.lines().filter(|line| line.starts_with("cores: ")).map(str::to_owned).collect();
    let mut logged = records(&run);
    assert_eq!((lines.len(), logged.len()), (80, 80), "{text}");
    for core in 0..4 {
        for turn in 0..20 {
            let line = format!("cores: line {turn} of processor {core}, and not of any other");
            let text = format!("record {turn} of processor {core}");
            lines.retain(|other| *other != line);
            logged.retain(|other| *other != Record::Log { text: text.clone() });
        }
    }
    assert!(lines.is_empty() && logged.is_empty(), "{lines:?} {logged:?}");
}

#[test]
fn processors_in_an_endless_loop_do_not_keep_the_machine_from_ending() {
    for kind in MACHINES {
        let (_, text) = ends(&machine(kind, 4, "selftest=cores:busy"), Outcome::Success);
        assert!(text.contains("cores: 3 never end"), "{kind:?}: {text}");
    }
}

#[test]
fn a_fault_on_another_processor_is_reported_with_its_number() {
    for (which, name, says, function) in [
        ("null", "page fault", "write to unmapped 0x8 (the null page)", "faults::null"),
        ("stack", "page fault", "below the core's stack: stack overflow", "faults::overflow"),
        ("double", "double fault", "vector 8", "faults::null"),
        ("panic", "panic", "asked for (kernel/src/selftest/faults.rs:", "fault::"),
        ("heap", "panic", "memory allocation of", "fault::"),
    ] {
        let line = format!("selftest=on:2:fault:{which}");
        let (run, text) = ends(&machine(Machine::Pc, 4, &line), Outcome::Fault);
        let report = fault(&run);
        assert_eq!((report.name.as_str(), report.core), (name, 2), "{which}: {report:?}");
        assert!(report.text.contains(says), "{which}: {report:?}");
        assert!(report.text.ends_with(", on core 2"), "{which}: {report:?}");
        assert!(report.function.contains(function), "{which}: {report:?}");
        let outermost = report.backtrace.last().expect("a backtrace");
        assert!(outermost.contains("startup_long"), "{which}: {report:?}");
        assert!(text.contains(&format!("fault: {}", report.text)), "{which}: {text}");
    }
    let (_, text) = ends(&machine(Machine::Pc, 4, "selftest=on:2:fault:nested"), Outcome::Fault);
    assert!(text.contains("while another fault was being reported"), "{text}");
}

#[test]
fn processors_that_fault_at_once_make_one_report() {
    for kind in MACHINES {
        for which in ["null", "panic"] {
            let line = format!("selftest=on:all:fault:{which}");
            let (run, text) = ends(&machine(kind, 4, &line), Outcome::Fault);
            let report = fault(&run);
            let says =
                if report.core == 0 { String::new() } else { format!("on core {}", report.core) };
            assert!(report.core < 4 && report.text.contains(&says), "{report:?}");
            assert_eq!(text.matches("fault: p").count(), 1, "{text}");
        }
    }
}

#[test]
fn a_report_is_not_torn_by_what_others_write() {
    let (run, text) = ends(&machine(Machine::Q35, 4, "selftest=cores:talk"), Outcome::Fault);
    let report = fault(&run);
    assert_eq!((report.core, report.name.as_str()), (0, "page fault"));
    let (before, after) = text.split_once("\nfault: page fault").expect("a report");
    let whole = |line: &str| {
        line.starts_with("selftest: ")
            || line.ends_with(", and not of any other")
            || line.is_empty()
    };
    assert!(before.lines().all(whole), "{before}");
    assert!(before.matches("of processor").count() > 3, "they had written: {before}");
    assert!(!after.contains("of processor"), "{after}");
}
