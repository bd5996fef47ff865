//! What the machine says of its processors.

use core::sync::atomic::Ordering;

use super::block;

unsafe extern "C" {
    /// Writes text up to a zero byte.
    pub fn core_say(text: *const u8);
    pub safe fn core_say_number(number: u64, base: u64);
}

/// Writes text.
pub fn say(text: &'static core::ffi::CStr) {
    // SAFETY: the text ends in a zero byte.
    unsafe { core_say(text.as_ptr().cast()) };
}

/// A line of the machine's log, around a number.
pub fn log_number(before: &'static core::ffi::CStr, number: u64, after: &'static core::ffi::CStr) {
    say(c"\x1e{\"record\":\"log\",\"text\":\"");
    say(before);
    core_say_number(number, 10);
    say(after);
    say(c"\"}\n");
}

/// Names the processor, if it is not the first.
#[unsafe(no_mangle)]
pub extern "C" fn core_say_which() {
    let number = block::own().number.load(Ordering::Relaxed);
    if number > 0 {
        say(c" (on processor ");
        core_say_number(number.into(), 10);
        say(c")");
    }
}
