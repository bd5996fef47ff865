//! Files and folders with names that nobody else has.

use core::ffi::{CStr, c_int};
use core::ptr::null_mut;
use core::sync::atomic::{AtomicU64, Ordering};

use super::change::{mkdir, unlink};
use crate::errors;
use crate::host;
use crate::memory::memcpy;
use crate::stdio::descriptor::{CREATE, EXCLUSIVE, FOR_BOTH, close, open};
use crate::stdio::file::File;
use crate::stdio::open::fdopen;
use crate::strings::{strlen, strncmp};

unsafe extern "C" {
    /// The calling thread's room for a name (`c/threads.c`).
    fn __bf_name() -> *mut [u8; NAME];
}

/// Letters in a name that are to be replaced.
const LETTERS: usize = 6;
/// Names that are tried.
const TRIES: u32 = 1000;

/// Makes the folder of temporary files, which systems have and disks need not, if a path leads there.
unsafe fn make_folder_of(path: *const u8) {
    const TEMPORARY: &CStr = c"/tmp/";
    // SAFETY: strings.
    unsafe {
        if strncmp(path, TEMPORARY.as_ptr().cast(), TEMPORARY.count_bytes()) == 0 {
            host::bf_make_folder(c"/tmp".as_ptr().cast());
        }
    }
}

/// Tries names that a template gives, until one is not taken; what `make` gave, or -1.
unsafe fn unique(template: *mut u8, behind: c_int, make: impl Fn(*const u8) -> c_int) -> c_int {
    static STATE: AtomicU64 = AtomicU64::new(0);
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz012345";
    // SAFETY: a string that may be changed.
    unsafe {
        let len = strlen(template);
        let Some(at) = len.checked_sub(LETTERS + behind.max(0) as usize) else {
            errors::set(errors::EINVAL);
            return -1;
        };
        let letters = template.add(at);
        for letter in 0..LETTERS {
            if *letters.add(letter) != b'X' {
                errors::set(errors::EINVAL);
                return -1;
            }
        }
        make_folder_of(template);
        for _ in 0..TRIES {
            let step = host::bf_clock() << 8 | 1;
            let state = STATE.fetch_add(step, Ordering::Relaxed).wrapping_add(step);
            let mut value = state.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
            for letter in 0..LETTERS {
                *letters.add(letter) = *ALPHABET.as_ptr().add(value as usize & 31);
                value >>= 5;
            }
            let made = make(template);
            if made >= 0 || errors::get() != errors::EEXIST {
                return made;
            }
        }
        errors::set(errors::EEXIST);
        -1
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mkostemps(template: *mut u8, behind: c_int, flags: c_int) -> c_int {
    const ACCESS: c_int = 3;
    let flags = flags & !ACCESS | FOR_BOTH | CREATE | EXCLUSIVE;
    // SAFETY: a string that may be changed.
    unsafe { unique(template, behind, |path| open(path, flags)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mkstemps(template: *mut u8, behind: c_int) -> c_int {
    // SAFETY: the same contract.
    unsafe { mkostemps(template, behind, 0) }
}

macro_rules! as_mkstemp {
    ($($name:ident)*) => {$(
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(template: *mut u8) -> c_int {
            // SAFETY: the same contract.
            unsafe { mkostemps(template, 0, 0) }
        }
    )*};
}

as_mkstemp!(mkstemp mkstemp64);

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mkostemp(template: *mut u8, flags: c_int) -> c_int {
    // SAFETY: the same contract.
    unsafe { mkostemps(template, 0, flags) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mkdtemp(template: *mut u8) -> *mut u8 {
    // SAFETY: a string that may be changed.
    if unsafe { unique(template, 0, |path| mkdir(path, 0o700)) } < 0 {
        return null_mut();
    }
    template
}

/// A file that goes when it is closed: its name goes at once. In `/tmp` where there is that folder, else
/// in the root.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tmpfile() -> *mut File {
    const NAMES: [&core::ffi::CStr; 2] = [c"/tmp/file.XXXXXX", c"/file.XXXXXX"];
    for name in NAMES {
        let mut path = [0u8; 24];
        // SAFETY: the name fits; the descriptor is new.
        unsafe {
            memcpy(path.as_mut_ptr(), name.as_ptr().cast(), name.count_bytes());
            let file = mkostemps(path.as_mut_ptr(), 0, 0);
            if file < 0 {
                continue;
            }
            unlink(path.as_ptr());
            let stream = fdopen(file, c"w+".as_ptr().cast());
            if stream.is_null() {
                close(file);
            }
            return stream;
        }
    }
    null_mut()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn tmpfile64() -> *mut File {
    // SAFETY: without conditions.
    unsafe { tmpfile() }
}

/// Length of what [`tmpnam`] gives, its NUL counted (`L_tmpnam`).
const NAME: usize = 20;

/// A name that nothing has for now.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tmpnam(to: *mut u8) -> *mut u8 {
    let free = |path: *const u8| {
        // SAFETY: a string.
        if unsafe { super::status::access(path, 0) } == 0 {
            errors::set(errors::EEXIST);
            return -1;
        }
        0
    };
    // SAFETY: the caller's room, or the thread's, which its next call uses again.
    unsafe {
        let to = if to.is_null() { __bf_name().cast() } else { to };
        memcpy(to, c"/tmp/fXXXXXX".as_ptr().cast(), 13);
        if unique(to, 0, free) < 0 { null_mut() } else { to }
    }
}
