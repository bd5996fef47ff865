//! Which processor a thread is.

use std::cell::Cell;

thread_local! {
    static CORE: Cell<u32> = const { Cell::new(0) };
}

/// The processor that calls.
pub(crate) fn number() -> u32 {
    CORE.get()
}

/// The calling thread is this processor from now on.
pub(crate) fn set_number(core: u32) {
    CORE.set(core);
}
