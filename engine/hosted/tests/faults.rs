//! Faults on processors of a process: one report, which names the processor, whatever the others do.
//!
//! A fault ends the process, so each runs in a process of its own: this test, with a variable set.

use std::process::{Command, Output as Ended};
use std::sync::atomic::{AtomicU32, Ordering};

use bareflow_hosted::{Hosted, Output, install_fault_handler};
use bareflow_platform::{CoreId, Platform};

/// Names what a process is to do.
const WHAT: &str = "BAREFLOW_TEST_FAULT";

/// Runs a test of this file again, with something to do.
fn in_a_process(test: &str, what: &str) -> Ended {
    let own = std::env::current_exe().expect("this program");
    let mut command = Command::new(own);
    command.args([test, "--exact", "--nocapture"]).env(WHAT, what);
    command.output().expect("it starts")
}

unsafe extern "C" fn touch_nothing(_: *mut ()) {
    // SAFETY: not sound, which is the point: the fault must be reported.
    unsafe { std::hint::black_box(std::ptr::without_provenance_mut::<u64>(8)).write_volatile(1) };
}

#[inline(never)]
fn deep(depth: u64) -> u64 {
    let room = std::hint::black_box([depth; 512]);
    room[depth as usize % 512] + if std::hint::black_box(true) { deep(depth + 1) } else { 0 }
}

unsafe extern "C" fn overflow(_: *mut ()) {
    std::hint::black_box(deep(1));
}

unsafe extern "C" fn forever(running: *mut ()) {
    // SAFETY: the test gives a counter that stays.
    unsafe { &*running.cast::<AtomicU32>() }.fetch_add(1, Ordering::Release);
    loop {
        std::hint::spin_loop();
    }
}

fn machine() -> Hosted {
    install_fault_handler(|fault| {
        // Long enough for others to fault as well.
        std::thread::sleep(std::time::Duration::from_millis(50));
        format!("report: {} at {:#x} on core {}", fault.kind, fault.address, fault.core)
    });
    let machine = Hosted::new(Output::Capture, None, false).expect("address space");
    machine.with_cores(4).expect("address space")
}

fn start(machine: &Hosted, core: u32, run: unsafe extern "C" fn(*mut ()), argument: *mut ()) {
    // SAFETY: what is run is meant to fault, or uses a counter that stays.
    unsafe { machine.start(CoreId(core), run, argument) };
}

/// Lives for a minute at most.
fn wait(machine: &Hosted) -> ! {
    machine.wait(&AtomicU32::new(0), 0, Some(60_000_000_000));
    std::process::exit(77)
}

#[test]
fn the_processor_is_named() {
    if let Ok(what) = std::env::var(WHAT) {
        let machine = machine();
        let run = if what == "null" { touch_nothing } else { overflow };
        start(&machine, 2, run, std::ptr::null_mut());
        wait(&machine)
    }
    for (what, says) in [("null", "page fault at 0x8 on core 2"), ("stack", " on core 2")] {
        let ended = in_a_process("the_processor_is_named", what);
        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(139), "{what}: {said}");
        assert!(said.contains(says), "{what}: {said}");
    }
}

#[test]
fn faults_at_once_make_one_report() {
    if std::env::var(WHAT).is_ok() {
        let machine = machine();
        (1..4).for_each(|core| start(&machine, core, touch_nothing, std::ptr::null_mut()));
        wait(&machine)
    }
    for _ in 0..5 {
        let ended = in_a_process("faults_at_once_make_one_report", "all");
        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(139), "{said}");
        assert_eq!(said.matches("report: page fault at 0x8 on core").count(), 1, "{said}");
    }
}

#[test]
fn a_processor_in_an_endless_loop_does_not_keep_the_process() {
    if std::env::var(WHAT).is_ok() {
        static RUNNING: AtomicU32 = AtomicU32::new(0);
        let machine = machine();
        let running = std::ptr::from_ref(&RUNNING).cast_mut().cast();
        (1..4).for_each(|core| start(&machine, core, forever, running));
        while RUNNING.load(Ordering::Acquire) < 3 {
            std::thread::yield_now();
        }
        drop(machine);
        std::process::exit(0)
    }
    let ended = in_a_process("a_processor_in_an_endless_loop_does_not_keep_the_process", "end");
    assert_eq!(ended.status.code(), Some(0), "{}", String::from_utf8_lossy(&ended.stderr));
}
