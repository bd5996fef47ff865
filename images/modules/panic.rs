//! What a module does when it panics: ends with an error.
//!
//! The message is left out on purpose: formatting it would drag `core::fmt` into every
//! module.

unsafe extern "C" {
    fn bf_abort(why: *const u8) -> !;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    // SAFETY: the text ends in a NUL.
    unsafe { bf_abort(c"panic in a module".as_ptr().cast()) }
}
