//! Opening files in images whose programs only read them: without what makes files and cuts them. The shrinker puts
//! it in the place of `bf_open` there.

use super::{result, state, text};

/// `bf_open` of a path that ends in a zero, with no flags.
///
/// # Safety
/// It does.
#[unsafe(no_mangle)]
unsafe extern "C" fn reading_bf_open(path: *const u8, _: i32) -> i32 {
    // SAFETY: the caller's; this is a host call.
    let (state, path) = unsafe { (state(), text(path)) };
    result(state.find(path).and_then(|found| state.open(found, 0, false)))
}
