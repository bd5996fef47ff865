//! Processors beside the first: they do the jobs that wait, and sleep when there are none.

use bareflow_platform::CoreId;

use crate::core::Core;
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
        if !session.work() {
            shared.bell.wait(shared.platform, heard);
        }
    }
}
