//! What a program can ask of the system it runs on.

use core::ffi::{c_char, c_int};

/// Bytes of each text, with its NUL.
const ROOM: usize = 65;

/// `struct utsname`.
#[repr(C)]
pub struct Names {
    texts: [[c_char; ROOM]; 6],
}

/// System, machine's name, release, version, kind of processor, domain.
const TEXTS: [&[u8]; 6] = [b"BareFlow", b"bareflow", b"0.1", b"1", b"x86_64", b"(none)"];

#[unsafe(no_mangle)]
pub unsafe extern "C" fn uname(names: *mut Names) -> c_int {
    let mut told = Names { texts: [[0; ROOM]; 6] };
    for (text, known) in told.texts.iter_mut().zip(TEXTS) {
        for (to, from) in text.iter_mut().zip(known) {
            *to = *from as c_char;
        }
    }
    // SAFETY: the caller gives room for it.
    unsafe { names.write(told) };
    0
}

/// How many programs wanted to run: nobody counts that here, and -1 says so.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn getloadavg(_averages: *mut f64, _count: c_int) -> c_int {
    -1
}
