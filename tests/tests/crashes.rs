//! Programs that crash on the machine: the report names the program's own functions.

use bareflow_emulator::{Outcome, Run, run};
use bareflow_report::{FaultReport, Record};
use bareflow_tests::machine;

/// Boots a machine with one program that runs at one level only.
fn boot(source: &str, level: &str) -> (Run, String) {
    let disk = machine::disk_with(source, Some(level));
    let run = run(&machine::settings(&disk), &mut |_| ()).expect("QEMU runs");
    let text = String::from_utf8_lossy(&run.output).into_owned();
    disk.check().unwrap_or_else(|error| panic!("after a crash: {error}\n{text}"));
    (run, text)
}

/// The fault record of a run that ended in a fault.
fn fault(run: &Run, text: &str) -> FaultReport {
    assert_eq!(run.outcome, Outcome::Fault, "{text}\n{:?}", run.records);
    let records = run.records.iter().map(|json| serde_json::from_str(json).expect("a record"));
    let faults = records.filter_map(|record| match record {
        Record::Fault(report) => Some(report),
        _ => None,
    });
    let faults: Vec<_> = faults.collect();
    assert_eq!(faults.len(), 1, "{faults:?}");
    faults.into_iter().next().expect("there is one")
}

/// `name+0x12` without the offset.
fn names(backtrace: &[String]) -> Vec<&str> {
    backtrace.iter().map(|line| line.split('+').next().unwrap_or_default()).collect()
}

const READS_ADDRESS_16: &str = "
    __attribute__((noinline)) int inner(volatile int *p) { return *p + 1; }
    __attribute__((noinline)) int outer(long n) { return inner((volatile int *)n) * 2; }
    int main(void) { return outer(16) + 3; }
";

#[test]
fn a_fault_names_the_functions_of_a_compiled_program() {
    for level in ["O0", "O1", "O2", "O3"] {
        let (run, text) = boot(READS_ADDRESS_16, level);
        let report = fault(&run, &text);
        assert_eq!((report.vector, report.address), (Some(14), Some(16)), "{level}: {text}");
        assert!(report.text.contains("the null page"), "{level}: {report:?}");
        assert_eq!(names(&report.backtrace)[..3], ["inner", "outer", "main"], "{level}: {text}");
        assert!(report.function.starts_with("inner+0x"), "{level}: {report:?}");
    }
}

#[test]
fn a_fault_of_an_interpreted_program_is_reported_alike() {
    let (run, text) = boot(READS_ADDRESS_16, "interp");
    let report = fault(&run, &text);
    assert_eq!((report.vector, report.address), (Some(14), Some(16)), "{text}");
    assert!(report.text.contains("read of unmapped 0x10 (the null page)"), "{report:?}");
    assert_eq!(report.function, "inner, block 0", "{report:?}");
    assert!(text.contains(" in inner, block 0, interpreted"), "{text}");
}

const RECURS_FOR_EVER: &str = "
    __attribute__((noinline)) long deeper(long n) {
        volatile char room[200];
        room[n % 200] = (char)n;
        return deeper(n + 1) + room[n % 100];
    }
    int main(void) { return (int)deeper(1); }
";

#[test]
fn a_recursion_without_end_is_named() {
    for level in ["O0", "O1", "O3"] {
        let (run, text) = boot(RECURS_FOR_EVER, level);
        let report = fault(&run, &text);
        assert!(
            report.text.contains("below the program's stack: stack overflow"),
            "{level}: {report:?}"
        );
        // The stack may end in what measures the calls, on the way from one to the next.
        let names = names(&report.backtrace);
        let first = names.iter().find(|name| **name != "(stubs)");
        assert_eq!(first, Some(&"deeper"), "{level}: {report:?}");
        assert!(text.contains(" times)"), "{level}: {text}");
    }
    // The interpreter counts before it falls; that is a failure of the program, not a fault.
    let (run, text) = boot(RECURS_FOR_EVER, "interp");
    assert_eq!(run.outcome, Outcome::Failure, "{text}\n{:?}", run.records);
    let named = |record: &String| record.contains("program: stack overflow in deeper, depth ");
    assert!(run.records.iter().any(named), "{:?}", run.records);
}
