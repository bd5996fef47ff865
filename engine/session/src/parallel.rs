//! What a program of several threads asks of the machine: a processor, waiting, waking.

use alloc::format;
use core::sync::atomic::{AtomicU32, Ordering};

use bareflow_baton as baton;
use bareflow_report::Signal;

use crate::core::Ending;
use crate::places::{Symbolised, symbolise};
use crate::session::Session;

/// A wait is looked at again after so many nanoseconds: whether the program has ended, and whether
/// anybody is left to end the wait.
const SLICE_NS: u64 = 20_000_000;

/// No time-out.
const FOR_EVER: u64 = u64::MAX;
/// Set in a time-out: the wait ends as well when every thread waits, since whoever waits has something to run then.
const UNLESS_ALL: u64 = 1 << 63;

/// How a wait ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wait {
    /// The word was woken, or is another; or for no reason.
    Woken = 0,
    /// The time is over.
    Over = 1,
    /// Every thread waits ([`UNLESS_ALL`]).
    All = 2,
}

/// Has a free processor call `function(argument)`; its number, `None` when none is free.
pub(crate) fn start(session: &Session, function: usize, argument: usize) -> Option<u32> {
    let own = session.core();
    let others = || session.cores().iter().skip(1);
    let idle = || others().find(|core| core.seat.claim());
    // One that compiles is free in a moment.
    let core = idle().or_else(|| others().find(|core| core.seat.claim_busy()))?;
    session.threads.begin(own, core);
    core.seat.give(function, argument);
    session.shared.bell.ring_all(session.shared.platform);
    // From now on there is something to hear of.
    session.arm(own);
    Some(core.number)
}

/// Waits until the word is woken or is not `while_is`, for `timeout_ns` nanoseconds at most. One of no time
/// is for whoever looks again and again: it only lets others run, where there are fewer processors than it
/// seems.
pub(crate) fn wait(session: &Session, word: &AtomicU32, while_is: u32, timeout_ns: u64) -> Wait {
    let for_ever = timeout_ns == FOR_EVER;
    let unless_all = !for_ever && timeout_ns & UNLESS_ALL != 0;
    let timeout_ns = if unless_all { timeout_ns & !UNLESS_ALL } else { timeout_ns };
    let (core, threads) = (session.core(), &session.threads);
    let platform = session.shared.platform;
    if timeout_ns == 0 {
        platform.give_way();
        session.heed(core);
        return Wait::Over;
    }
    core.has_other_work.store(unless_all, Ordering::SeqCst);
    // A time that is over ends nobody else's wait: one that sleeps again and again would keep others from ever having
    // waited. But what it did since it may have changed a word.
    if (for_ever || unless_all) && core.timed_out.take() {
        threads.happens();
    }
    let mut left = timeout_ns;
    // Whether anything has ended this wait. If it only looked as if something might have, it ends
    // nobody else's: two threads would else end each other's in turn, for ever.
    let mut ended = true;
    let outcome = loop {
        let happened = threads.happened();
        if left == 0 {
            break Wait::Over;
        }
        if for_ever || unless_all {
            core.waits_on.store(word.as_ptr().addr(), Ordering::SeqCst);
        }
        baton::offer();
        if word.load(Ordering::SeqCst) != while_is {
            break Wait::Woken;
        }
        let slice = left.min(SLICE_NS);
        // SAFETY: a host call: the program on this processor waits for its return, and nothing of the
        // engine holds an address of code.
        let woken = unsafe { core.block.asleep(|| platform.wait(word, while_is, Some(slice))) };
        session.heed(core);
        // A wake-up may have come between two slices.
        if woken || threads.happened() != happened {
            ended = woken;
            break Wait::Woken;
        }
        if !for_ever {
            left -= slice;
            if unless_all && threads.all_wait(core, session.cores(), happened) {
                break Wait::All;
            }
            continue;
        }
        let name = |address| match symbolise(address) {
            Some(Symbolised { name, offset: 0, .. }) => name.into(),
            Some(place) => format!("{place}"),
            None => format!("{address:#x}"),
        };
        if let Some(why) = threads.stuck(core, session.cores(), happened, name) {
            session.stop(core, Ending::Stopped(why, Signal::ABORT));
        }
    };
    core.waits_on.store(0, Ordering::SeqCst);
    baton::offer();
    if outcome == Wait::Over {
        core.timed_out.set(true);
    } else if ended {
        threads.happens();
    }
    outcome
}

/// Ends the waiting of at most `most` threads that wait on the word.
pub(crate) fn wake(session: &Session, word: &AtomicU32, most: u32) {
    session.shared.platform.wake(word, most);
    baton::offer();
    session.threads.happens();
}
