//! The lowest bit of a number that is set, from 1 on; 0 of none. `ffs` is among the strings, as in `<strings.h>`.

use core::ffi::{c_int, c_long, c_longlong};

#[unsafe(no_mangle)]
pub extern "C" fn ffsll(word: c_longlong) -> c_int {
    if word == 0 { 0 } else { word.trailing_zeros() as c_int + 1 }
}

#[unsafe(no_mangle)]
pub extern "C" fn ffsl(word: c_long) -> c_int {
    ffsll(word)
}
