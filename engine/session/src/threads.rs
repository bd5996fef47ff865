//! The threads of a program on several processors, and how they end together.
//!
//! A thread is a processor until it ends. Each call of a program by the engine belongs to a *run*,
//! which has a number. The first thread to end a run, by exiting or by a failure, leaves why, and moves
//! the number on; from then on every thread of it is to leave. It does so where it comes by the engine:
//! at host calls, while it waits, at reports, and when the alarm interrupts it. A thread that does none
//! of these (an interpreted loop, or any loop where there is no alarm) is abandoned where it is: it
//! keeps its processor, and what it does it does to the memory of its own program, which no other
//! program uses. Its code is not freed, since its processor never passes a quiescent point.
//!
//! # Threads that wait for each other
//! When every thread waits without a time-out, none can wake another. A thread that could run one that
//! has no processor is told, and does (`Wait::All`). Else, so that a program never hangs
//! without a word, each thread that has waited for a while writes down the count of what has happened
//! so far (starts, ends, wake-ups, ends of waits) as it was before it looked at its word for the last
//! time. When all have written down the same, and it is still so, nothing can happen any more. A thread
//! that was woken and has had no processor since has not written down its own wake-up: a slow machine
//! is not mistaken for a program that hangs.

use alloc::string::String;
use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use bareflow_baton as baton;
use bareflow_platform::Platform;
use spin::Mutex;

use crate::core::{Core, Ending};

/// Nanoseconds that threads get to leave when their program has ended.
const PATIENCE_NS: u64 = 250_000_000;

/// What the threads of the program that runs share.
#[derive(Default)]
pub(crate) struct Threads {
    /// Number of the run.
    run: AtomicU64,
    /// Threads beside the first processor's.
    alive: AtomicU32,
    /// What has happened.
    happened: AtomicU64,
    /// How the run ended.
    ending: Mutex<Option<Ending>>,
}

impl Threads {
    /// The thread that this processor is about to run belongs to the present run.
    pub(crate) fn join_run(&self, core: &Core) {
        core.run.store(self.run.load(Ordering::Acquire), Ordering::Relaxed);
    }

    /// Another processor, claimed, is to have a thread of the run that this one's belongs to.
    pub(crate) fn begin(&self, starter: &Core, core: &Core) {
        core.run.store(starter.run.load(Ordering::Relaxed), Ordering::Relaxed);
        core.waits_on.store(0, Ordering::Relaxed);
        self.alive.fetch_add(1, Ordering::AcqRel);
        baton::offer();
        self.happens();
    }

    /// A thread of another processor than the first has ended.
    pub(crate) fn end(&self) {
        self.alive.fetch_sub(1, Ordering::AcqRel);
        baton::offer();
        self.happens();
    }

    /// Whether there is a thread beside the first processor's.
    pub(crate) fn are_there(&self) -> bool {
        self.alive.load(Ordering::Acquire) > 0
    }

    /// Something has happened that may end somebody's waiting.
    pub(crate) fn happens(&self) {
        self.happened.fetch_add(1, Ordering::SeqCst);
    }

    /// What has happened so far.
    pub(crate) fn happened(&self) -> u64 {
        self.happened.load(Ordering::SeqCst)
    }

    /// Whether the run of the thread on this processor is over.
    pub(crate) fn is_over(&self, core: &Core) -> bool {
        core.run.load(Ordering::Relaxed) != self.run.load(Ordering::Acquire)
    }

    /// Ends the run of the thread on this processor, unless it is over already. The thread is to leave.
    pub(crate) fn stop(&self, core: &Core, ending: Ending) {
        let mut kept = self.ending.lock();
        if !self.is_over(core) {
            *kept = Some(match ending {
                Ending::Stopped(why, signal) if core.number > 0 => {
                    let why = alloc::format!("{why} (on processor {})", core.number);
                    Ending::Stopped(why, signal)
                }
                ending => ending,
            });
            self.run.fetch_add(1, Ordering::Release);
        }
    }

    /// How the last run ended that was ended by [`Threads::stop`].
    pub(crate) fn take_ending(&self) -> Ending {
        self.ending.lock().take().unwrap_or(Ending::Returned)
    }

    /// The program is through: all threads are to leave, and are waited for. How the program ended if
    /// one of them ended it meanwhile.
    pub(crate) fn dismiss(&self, cores: &[Core], platform: &dyn Platform) -> Option<Ending> {
        {
            let _kept = self.ending.lock();
            self.run.fetch_add(1, Ordering::Release);
        }
        let until = platform.now_ns() + PATIENCE_NS;
        let others = || cores.iter().skip(1).any(|core| core.seat.is_taken());
        while self.are_there() && others() && platform.now_ns() < until {
            baton::spin();
        }
        self.ending.lock().take()
    }

    /// The thread on this processor waits and was not woken since `happened`: whether that is so of all
    /// threads of the run.
    pub(crate) fn all_wait(&self, core: &Core, cores: &[Core], happened: u64) -> bool {
        core.waits_since.store(happened, Ordering::SeqCst);
        baton::offer();
        let waits = |core: &Core| {
            core.waits_on.load(Ordering::SeqCst) != 0
                && core.waits_since.load(Ordering::SeqCst) == happened
        };
        of_run(core, cores).all(waits) && self.happened() == happened
    }

    /// The thread on this processor waits without a time-out and was not woken since `happened`: when
    /// that is so of all threads of the run, and none of them has something else to run, what each waits
    /// on, for people.
    pub(crate) fn stuck(
        &self,
        core: &Core,
        cores: &[Core],
        happened: u64,
        name: impl Fn(usize) -> String,
    ) -> Option<String> {
        let has_other_work = |core: &Core| core.has_other_work.load(Ordering::SeqCst);
        if !self.all_wait(core, cores, happened) || of_run(core, cores).any(has_other_work) {
            return None;
        }
        let mut text = String::from("every thread waits and none can wake another:");
        for core in of_run(core, cores) {
            let word = core.waits_on.load(Ordering::Relaxed);
            text += &alloc::format!(" processor {} on {};", core.number, name(word));
        }
        text.pop();
        Some(text)
    }
}

/// The processors that have a thread of the run that this one's belongs to.
fn of_run<'a>(core: &Core, cores: &'a [Core]) -> impl Iterator<Item = &'a Core> {
    let run = core.run.load(Ordering::Relaxed);
    cores.iter().filter(move |core| {
        core.number == 0 || core.seat.is_taken() && core.run.load(Ordering::Relaxed) == run
    })
}
