//! Processors beside the first: they run threads of the program that they are given, do the jobs that
//! wait, and sleep when there are none.

use bareflow_baton as baton;
use bareflow_platform::CoreId;

use crate::core::Core;
use crate::run;
use crate::session::Session;

/// Has the processors beside the first work.
pub(crate) fn start(session: &'static Session) {
    for (number, core) in session.cores().iter().enumerate().skip(1) {
        let argument = core::ptr::from_ref::<Core>(core).cast_mut().cast();
        // SAFETY: the session and its processors stay for ever, and `work` runs on this processor
        // alone.
        unsafe { session.shared.platform.start(CoreId(number as u32), work, argument) };
    }
}

/// What a processor beside the first does all its life.
///
/// # Safety
/// Called once on each such processor, with its `Core`, when there is a session.
unsafe extern "C" fn work(argument: *mut ()) {
    // SAFETY: the caller's.
    let core = unsafe { &*argument.cast::<Core>() };
    let Some(session) = Session::current() else { return };
    let shared = &session.shared;
    core.take_place(shared.platform);
    loop {
        let heard = shared.bell.strokes();
        baton::offer();
        if let Some((function, argument)) = core.seat.take() {
            let start = shared.platform.now_ns();
            run::thread(session, core, function, argument);
            shared.was_busy(start, "thread", || "a thread".into());
            core.seat.done();
            session.threads.end();
            linger(session, core);
        } else if core.seat.is_claimed() {
            baton::spin();
        } else if !compile(session, core) {
            shared.bell.wait(shared.platform, heard);
        }
    }
}

/// Does a job, if one waits and nobody has another use for the processor; whether it did.
fn compile(session: &Session, core: &Core) -> bool {
    if !core.seat.begin_compiling() {
        return true;
    }
    let done = session.work();
    core.seat.end_compiling();
    done || core.seat.is_taken()
}

/// The next thread often comes at once: does not go to sleep for a moment.
fn linger(session: &Session, core: &Core) {
    const TRIES: u32 = 20_000;
    for _ in 0..TRIES {
        if core.seat.is_taken() || !session.shared.queue.is_empty() {
            return;
        }
        baton::spin();
    }
}
