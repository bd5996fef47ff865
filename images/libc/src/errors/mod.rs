//! `errno` and its texts.

mod texts;

use core::ffi::{c_int, c_long};
use core::ptr::null;

use crate::strings::strlcpy;

unsafe extern "C" {
    /// Where the calling thread has it (`c/threads.c`).
    fn __errno_location() -> *mut c_int;
    /// The calling thread's text of an error without one.
    fn __bf_error_text() -> *mut Unknown;
}

pub const EPERM: c_int = 1;
pub const EINTR: c_int = 4;
pub const EBADF: c_int = 9;
pub const EAGAIN: c_int = 11;
pub const ENOMEM: c_int = 12;
pub const EACCES: c_int = 13;
pub const EFAULT: c_int = 14;
pub const EEXIST: c_int = 17;
pub const ENOTDIR: c_int = 20;
pub const EISDIR: c_int = 21;
pub const EINVAL: c_int = 22;
pub const ENOTTY: c_int = 25;
pub const ERANGE: c_int = 34;
pub const ENAMETOOLONG: c_int = 36;
pub const ENOSYS: c_int = 38;
pub const EOVERFLOW: c_int = 75;
pub const EOPNOTSUPP: c_int = 95;
pub const EILSEQ: c_int = 84;

/// Sets `errno`.
pub fn set(code: c_int) {
    // SAFETY: it is the thread's own.
    unsafe { *__errno_location() = code };
}

/// What a host call gave, as C functions give it: a negative number is an error's (docs/design/programs.md,
/// "Host calls"), which goes to `errno` and becomes -1.
pub fn check(result: c_long) -> c_long {
    if result >= 0 {
        return result;
    }
    set(-result as c_int);
    -1
}

/// The present value of `errno`.
pub fn get() -> c_int {
    // SAFETY: it is the thread's own.
    unsafe { *__errno_location() }
}

/// The entry of a number in one of the lists; `None` where there is none, or an empty one.
fn entry(list: &'static str, code: c_int) -> Option<*const u8> {
    let mut left = usize::try_from(code).ok()?;
    let mut at = list.as_ptr();
    let end = at.wrapping_add(list.len());
    while at != end {
        // SAFETY: below the end.
        let byte = unsafe { *at };
        if left == 0 {
            return (byte != 0).then_some(at);
        }
        left -= usize::from(byte == 0);
        at = at.wrapping_add(1);
    }
    None
}

/// "Unknown error " and a number, with a NUL.
#[repr(transparent)]
struct Unknown([u8; 32]);

impl Unknown {
    const fn new() -> Self {
        let mut text = [0; 32];
        let words = b"Unknown error ";
        let mut i = 0;
        while i < words.len() {
            text[i] = words[i];
            i += 1;
        }
        Self(text)
    }

    /// Of this number.
    fn write(&mut self, code: c_int) -> *const u8 {
        let mut digits = 1;
        let mut rest = code.unsigned_abs();
        while rest >= 10 {
            rest /= 10;
            digits += 1;
        }
        let start = 14 + usize::from(code < 0);
        let mut at = start + digits;
        let mut rest = code.unsigned_abs();
        let text = self.0.as_mut_ptr();
        // SAFETY: a sign, ten digits and a NUL fit behind the 14 letters.
        unsafe {
            *text.add(14) = b'-';
            *text.add(at) = 0;
            while at > start {
                at -= 1;
                *text.add(at) = b'0' + (rest % 10) as u8;
                rest /= 10;
            }
        }
        text
    }
}

/// As glibc's; the text of a number that means nothing lasts until the thread's next such call.
#[unsafe(no_mangle)]
pub extern "C" fn strerror(code: c_int) -> *const u8 {
    entry(texts::TEXTS, code).unwrap_or_else(|| {
        // SAFETY: the calling thread's own, and no reference to it outlives these lines.
        unsafe {
            let unknown = __bf_error_text();
            *unknown = Unknown::new();
            (*unknown).write(code)
        }
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn strerror_l(code: c_int, _locale: *const u8) -> *const u8 {
    strerror(code)
}

/// GNU's: the text itself, or, of a number that means nothing, what fits of it in `room`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strerror_r(code: c_int, to: *mut u8, room: usize) -> *const u8 {
    if let Some(text) = entry(texts::TEXTS, code) {
        return text;
    }
    // SAFETY: the caller's buffer has `room` bytes.
    unsafe { strlcpy(to, Unknown::new().write(code), room) };
    to
}

/// POSIX's: 0, or why the text is not whole in the buffer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __xpg_strerror_r(code: c_int, to: *mut u8, room: usize) -> c_int {
    let known = entry(texts::TEXTS, code);
    let mut unknown = Unknown::new();
    let text = known.unwrap_or_else(|| unknown.write(code));
    // SAFETY: the caller's buffer has `room` bytes.
    let len = unsafe { strlcpy(to, text, room) };
    match known {
        None => EINVAL,
        Some(_) if len >= room => ERANGE,
        Some(_) => 0,
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn strerrordesc_np(code: c_int) -> *const u8 {
    entry(texts::TEXTS, code).unwrap_or(null())
}

#[unsafe(no_mangle)]
pub extern "C" fn strerrorname_np(code: c_int) -> *const u8 {
    entry(texts::NAMES, code).unwrap_or(null())
}
