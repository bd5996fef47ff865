//! All processors at the same time.

use core::sync::atomic::{AtomicU32, Ordering};

use crate::cores;

/// Has every processor, this one too, run `what` at the same time, and waits for all.
pub(super) fn together(what: fn(u32)) {
    static WHAT: spin::Mutex<Option<fn(u32)>> = spin::Mutex::new(None);
    static DONE: AtomicU32 = AtomicU32::new(0);
    unsafe extern "C" fn one(_: *mut ()) {
        let what = *WHAT.lock();
        if let Some(what) = what {
            meet();
            what(cores::number());
        }
        DONE.fetch_add(1, Ordering::AcqRel);
        cores::wake(&DONE, 1);
    }
    *WHAT.lock() = Some(what);
    DONE.store(0, Ordering::Release);
    let others = cores::count() - 1;
    for core in 1..=others {
        // SAFETY: the function uses no argument and nothing but statics.
        unsafe { cores::start(core, one, core::ptr::null_mut()) };
    }
    meet();
    what(0);
    loop {
        let done = DONE.load(Ordering::Acquire);
        if done == others {
            return;
        }
        cores::wait(&DONE, done, None);
    }
}

/// Waits until all processors are here, awake, so that they go on at the same moment.
pub(super) fn meet() {
    static COME: AtomicU32 = AtomicU32::new(0);
    let count = cores::count();
    let me = COME.fetch_add(1, Ordering::AcqRel);
    let all = (me / count + 1) * count;
    // Whoever counts from zero again would wait for ever: no test meets so often.
    while COME.load(Ordering::Acquire) < all {
        core::hint::spin_loop();
    }
}
