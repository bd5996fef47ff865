//! Programs of several threads: grown in a process, shrunk, and booted on machines with one, two and
//! four processors.
//!
//! Several of `tests/programs/threads` make one image, so every program after the first finds what the
//! one before has left behind, one that was ended by another thread than the first among them. Each image
//! is booted on half of the machines, by turn.

use std::path::Path;

use bareflow_cranelift::Cranelift;
use bareflow_emulator::{Machine, Outcome, Run, Settings};
use bareflow_session::{Manifest, ModuleEntry, Thresholds};
use bareflow_shrink::Options;
use bareflow_shrink::shrink::{Shrunk, shrink};
use bareflow_tests::program;

use crate::support::*;

/// What is not printed by the programs that cannot go on alone: two of their threads wait for each other.
const ALONE_STUCK: [(&str, &str); 3] = [
    ("threads-queue", "44850 1\n"),
    ("threads-semaphores", "433752520 0, 0 and 8\n"),
    ("threads-streams", "from the quick one: quick\nfrom the slow one: slow\n200 of 200\n0 1\n0\n"),
];

fn manifest(names: &[&str]) -> Manifest {
    let module = |name: &&str| ModuleEntry {
        name: (*name).into(),
        files: vec![format!("{name}.bc")],
        ..ModuleEntry::default()
    };
    Manifest {
        thresholds: Some(Thresholds(2, 20, 200)),
        without: not_emulated(),
        modules: names.iter().map(module).collect(),
        ..Manifest::default()
    }
}

/// Grown on two processors, and shrunk; `plain`: not packed, which takes most of the time.
fn shrunk(manifest: &Manifest, files: &[(String, Vec<u8>)], plain: bool) -> (Grown, Shrunk) {
    let grown = Growth { boots: 1, processors: 2, ..Growth::of(manifest, files) }.run();
    let bytes = std::fs::read(grown.snapshot()).unwrap();
    let options = Options { flat: true, elf: true, plain, ..Options::default() };
    let shrunk = shrink(&bytes, &Cranelift::new(), &options).unwrap();
    (grown, shrunk)
}

/// Lines of the machine's log.
fn log(run: &Run) -> String {
    run.records.iter().filter(|text| text.contains("\"log\"")).cloned().collect()
}

#[test]
fn threads_run_on_the_processors_that_there_are() {
    let mut programs = program::threaded();
    programs.retain(|program| program.name.starts_with("threads/"));
    // As many as the loader of a flat image has room for.
    for (turn, programs) in programs.chunks(8).enumerate() {
        in_one_image(programs, turn);
    }
}

fn in_one_image(programs: &[program::Program], turn: usize) {
    let names: Vec<_> = programs.iter().map(|program| program.name.replace('/', "-")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let file = |program: &program::Program| {
        let bitcode = program.bitcode(1, 22).unwrap();
        (
            format!("modules/{}.bc", program.name.replace('/', "-")),
            std::fs::read(&bitcode[0]).unwrap(),
        )
    };
    let files: Vec<_> = programs.iter().map(file).collect();
    let (grown, shrunk) = shrunk(&manifest(&names), &files, true);
    let image = shrunk.image.unwrap().file;
    println!("{names:?}: {} bytes", image.len());
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let (flat, elf) = (path("flat.img", &image), path("image.elf", &shrunk.elf.unwrap().file));
    let on = |machine, processors| Settings {
        machine,
        processors,
        keep_writes: false,
        ..Settings::new(&flat)
    };
    let directly = |machine, processors| Settings { machine, processors, ..Settings::kernel(&elf) };
    let all = [
        on(Machine::Pc, 1),
        on(Machine::Pc, 2),
        on(Machine::Pc, 4),
        on(Machine::Q35, 2),
        directly(Machine::Pc, 4),
        directly(Machine::Microvm, 2),
    ];
    for settings in all.iter().skip(turn % 2).step_by(2) {
        check(settings, &grown);
    }
}

/// Boots the image. A host with more to do than processors may not run one of the emulator's threads in time,
/// whose processor is left out then, and said to be: that is another machine than was asked for.
fn boot(settings: &Settings) -> bareflow_emulator::Run {
    for _ in 0..3 {
        let run = bareflow_emulator::run(settings, &mut |_| ()).unwrap();
        if !run.records.iter().any(|record| record.contains("left out")) {
            return run;
        }
    }
    panic!("three times a processor did not come");
}

fn check(settings: &Settings, grown: &Grown) {
    let run = boot(settings);
    let place = (settings.machine, settings.processors);
    let mut output = String::from_utf8(grown.output.clone()).unwrap();
    let mut wanted = grown.results.clone();
    if settings.processors == 1 {
        for (stuck, last) in ALONE_STUCK {
            if let Some(stuck) = wanted.iter_mut().find(|(name, ..)| name == stuck) {
                output = output.replace(last, "");
                stuck.1 = 134;
            }
        }
    }
    assert_eq!(String::from_utf8_lossy(&run.output), output, "{place:?}\n{:?}", run.records);
    assert_eq!(results(&run), wanted, "{place:?}");
    let fails = wanted.iter().any(|result| result.1 != 0);
    let outcome = if fails { Outcome::Failure } else { Outcome::Success };
    assert_eq!(run.outcome, outcome, "{place:?}");
    let log = log(&run);
    let who = "every thread waits and none can wake another: processor 0 on 0x";
    let hangs = wanted.iter().any(|(name, ..)| name == "threads-stuck");
    assert!(settings.processors == 1 || !hangs || log.contains(who), "{place:?}: {log}");
}

/// One thread turns round for ever, another does what a machine with more processors than it has
/// grown on has it do.
const ENDINGS: &str = r#"
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>
static volatile long turns;
static int deep(volatile char *p) { char more[1000]; more[0] = *p; return deep(more) + more[9]; }
static void *turn(void *x) { while (sysconf(_SC_NPROCESSORS_ONLN) > 2) turns++; return x; }
static void *end(void *x) {
    if (sysconf(_SC_NPROCESSORS_ONLN) > 2) { usleep(20000); END; }
    return x;
}
int main(void) {
    pthread_t one, other;
    pthread_create(&one, 0, turn, 0);
    pthread_create(&other, 0, end, 0);
    pthread_join(one, 0);
    pthread_join(other, 0);
    return 3;
}
"#;

#[test]
fn any_thread_ends_all_with_one_report_that_names_the_processor() {
    let folder = tempfile::tempdir().unwrap();
    let compiled = |end: &str| {
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let (source, bitcode) = (path("end.c"), path("end.bc"));
        std::fs::write(&source, ENDINGS.replace("END", end)).unwrap();
        clang(&["-std=gnu2x", "-O1", "-w", "-c", "-emit-llvm", "-o", &bitcode, &source]);
        std::fs::read(Path::new(&bitcode)).unwrap()
    };
    let names = ["exits", "aborts", "overflows"];
    let ends = ["exit(5)", "abort()", "deep(\"\")"];
    let file = |(name, end): (&&str, &str)| (format!("modules/{name}.bc"), compiled(end));
    let files: Vec<_> = names.iter().zip(ends).map(file).collect();
    let (grown, shrunk) = shrunk(&manifest(&names), &files, false);
    assert!(grown.results.iter().all(|(_, exit, _)| *exit == 3), "{:?}", grown.results);
    let run = boot_image(&shrunk.image.unwrap().file, |settings| settings.processors = 3);
    let exits: Vec<_> = results(&run).iter().map(|(_, exit, _)| *exit).collect();
    assert_eq!(exits, [5, 134], "{:?}", run.records);
    assert!(log(&run).contains("aborted: the program called abort() (on processor 2)"));
    // Its stack runs over.
    let fault = run.records.last().unwrap();
    assert!(fault.contains(r#""fault","vector":14,"core":2"#), "{fault}");
    assert_eq!(run.outcome, Outcome::Fault);
}
