//! The other processors: started, woken, in the same memory at once, ended.

use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crate::arch::exit::Status;
use crate::devices::clock;
use crate::{cores, say};

/// Runs a test of the processors by its name.
pub fn run(which: &str) -> Status {
    match which {
        "count" => count(),
        _ => super::unknown(which),
    }
}

/// Has every processor, this one too, run `what` at the same time, and waits for all.
fn together(what: fn(u32)) {
    /// Read by the others before they are counted as done.
    static WHAT: spin::Mutex<Option<fn(u32)>> = spin::Mutex::new(None);
    static DONE: AtomicU32 = AtomicU32::new(0);
    unsafe extern "C" fn one(_: *mut ()) {
        let what = *WHAT.lock();
        if let Some(what) = what {
            what(cores::number());
        }
        DONE.fetch_add(1, Ordering::AcqRel);
        cores::wake(&DONE, 1);
    }
    *WHAT.lock() = Some(what);
    DONE.store(0, Ordering::Release);
    let others = cores::count() - 1;
    for core in 1..=others {
        cores::start(core, one, core::ptr::null_mut());
    }
    what(0);
    loop {
        let done = DONE.load(Ordering::Acquire);
        if done == others {
            return;
        }
        cores::wait(&DONE, done, None);
    }
}

/// Each processor counts itself, many times, in one word.
fn count() -> Status {
    const TIMES: u32 = 10_000;
    static SUM: AtomicU32 = AtomicU32::new(0);
    static SEEN: AtomicU64 = AtomicU64::new(0);
    let asked = clock::now_ns();
    let count = cores::count();
    say!("cores: {count} run, waited for {} us", (clock::now_ns() - asked) / 1000);
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
