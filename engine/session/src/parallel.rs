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

/// Waits until the word is woken or is not `while_is`, for `timeout_ns` nanoseconds at most; whether it
/// was in time. May come back for no reason. One of no time is for whoever looks again and again: it
/// only lets others run, where there are fewer processors than it seems.
pub(crate) fn wait(session: &Session, word: &AtomicU32, while_is: u32, timeout_ns: u64) -> bool {
    let (core, threads) = (session.core(), &session.threads);
    let platform = session.shared.platform;
    if timeout_ns == 0 {
        platform.give_way();
        session.heed(core);
        return false;
    }
    let mut left = timeout_ns;
    // Whether anything has ended this wait. If it only looked as if something might have, it ends
    // nobody else's: two threads would else end each other's in turn, for ever.
    let mut ended = true;
    let in_time = loop {
        let happened = threads.happened();
        if timeout_ns == FOR_EVER {
            core.waits_on.store(word.as_ptr().addr(), Ordering::SeqCst);
        } else if left == 0 {
            break false;
        }
        baton::offer();
        if word.load(Ordering::SeqCst) != while_is {
            break true;
        }
        let slice = left.min(SLICE_NS);
        // SAFETY: a host call: the program on this processor waits for its return, and nothing of the
        // engine holds an address of code.
        let woken = unsafe { core.block.asleep(|| platform.wait(word, while_is, Some(slice))) };
        session.heed(core);
        // A wake-up may have come between two slices.
        if woken || threads.happened() != happened {
            ended = woken;
            break true;
        }
        if timeout_ns != FOR_EVER {
            left -= slice;
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
    if ended {
        threads.happens();
    }
    in_time
}

/// Ends the waiting of at most `most` threads that wait on the word.
pub(crate) fn wake(session: &Session, word: &AtomicU32, most: u32) {
    session.shared.platform.wake(word, most);
    baton::offer();
    session.threads.happens();
}
