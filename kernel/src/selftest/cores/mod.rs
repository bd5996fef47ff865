//! The other processors: started, woken, in the same memory at once, ended.

mod alarm;
mod files;
mod memory;
mod state;
mod together;
mod wait;

use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crate::arch::exit::Status;
use crate::devices::{apic, clock};
use crate::{console, cores, say};
use together::together;

/// Runs a test of the processors by its name.
pub fn run(which: &str) -> Status {
    match which {
        "count" => count(),
        "wait" => wait::run(),
        "memory" => memory::run(),
        "state" => state::run(),
        "alarm" => alarm::run(),
        "files" => files::run(),
        "lines" => lines(),
        "busy" => busy(),
        "talk" => talk(),
        _ => super::unknown::unknown(which),
    }
}

/// What runs a test by its name.
type Test = fn(&'static str) -> Status;

/// Runs a test that ends the machine on another processor, or on all at once.
pub fn run_on(which: &str, name: &'static str, run: Test) -> Status {
    static WHAT: spin::Once<(Test, &str)> = spin::Once::new();
    WHAT.call_once(|| (run, name));
    fn run_it() {
        if let Some((run, name)) = WHAT.get() {
            run(name);
        }
    }
    unsafe extern "C" fn there(_: *mut ()) {
        run_it();
    }
    match which.parse() {
        Ok(core) if core != 0 && core < cores::count() => {
            // SAFETY: the function uses no argument and nothing but statics.
            unsafe { cores::start(core, there, core::ptr::null_mut()) };
            // Until it has ended the machine, for a minute at most.
            let nothing = AtomicU32::new(0);
            cores::wait(&nothing, 0, Some(60_000_000_000));
        }
        Err(_) if which == "all" => {
            together(|_| run_it());
        }
        _ => say!("selftest: there is no processor {which}"),
    }
    Status::Failure
}

/// Each processor counts itself, many times, in one word.
fn count() -> Status {
    const TIMES: u32 = 10_000;
    static SUM: AtomicU32 = AtomicU32::new(0);
    static SEEN: AtomicU64 = AtomicU64::new(0);
    let booted = clock::now_ns();
    let count = cores::count();
    let waited = (clock::now_ns() - booted) / 1000;
    say!("cores: {count} run by {}, waited for {waited} us", apic::kind());
    for _ in 0..3 {
        together(|core| {
            SEEN.fetch_or(1 << core, Ordering::Relaxed);
            for _ in 0..TIMES {
                SUM.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    let (sum, seen) = (SUM.load(Ordering::Relaxed), SEEN.load(Ordering::Relaxed));
    let all = u64::MAX >> (64 - count);
    say!("cores: they counted to {sum}, seen {seen:#x}");
    if sum == 3 * TIMES * count && seen == all { Status::Success } else { Status::Failure }
}

/// Lines and records of one processor among those of all: whoever reads takes them apart.
fn speak(core: u32, turn: u32) {
    say!("cores: line {turn} of processor {core}, and not of any other");
    console::log(format_args!("record {turn} of processor {core}"));
}

/// All processors write lines and records.
fn lines() -> Status {
    together(|core| (0..20).for_each(|turn| speak(core, turn)));
    Status::Success
}

/// All other processors are in a loop without end, with interrupts off, when the machine ends.
fn busy() -> Status {
    static RUNNING: AtomicU32 = AtomicU32::new(0);
    unsafe extern "C" fn forever(_: *mut ()) {
        RUNNING.fetch_add(1, Ordering::Release);
        loop {
            core::hint::spin_loop();
        }
    }
    let others = cores::count() - 1;
    for core in 1..=others {
        // SAFETY: the function uses no argument.
        unsafe { cores::start(core, forever, core::ptr::null_mut()) };
    }
    while RUNNING.load(Ordering::Acquire) < others {
        core::hint::spin_loop();
    }
    say!("cores: {others} never end");
    Status::Success
}

/// All other processors write without end, and have written some lines, when this one faults.
fn talk() -> Status {
    static WRITTEN: AtomicU32 = AtomicU32::new(0);
    unsafe extern "C" fn chatter(_: *mut ()) {
        (0..u32::MAX).for_each(|turn| {
            speak(cores::number(), turn);
            WRITTEN.fetch_add(1, Ordering::Relaxed);
        });
    }
    for core in 1..cores::count() {
        // SAFETY: the function uses no argument.
        unsafe { cores::start(core, chatter, core::ptr::null_mut()) };
    }
    while WRITTEN.load(Ordering::Relaxed) < 12 {
        core::hint::spin_loop();
    }
    super::faults::run("null")
}
