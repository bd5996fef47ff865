//! Characters of several bytes: UTF-8 where the program has chosen such a locale, else ASCII
//! (glibc's "C" locale, too, knows no byte above 127).
//!
//! `wchar_t` is a Unicode scalar value. The functions differ from each other in how long their
//! input is and where they stop; all go through [`encode`] and [`State::feed`]. `SAFETY` lines
//! cite what the C standard asks of their callers (C17, 7.22.7, 7.22.8, 7.29.6).

use core::ffi::c_int;
use core::ptr::null;

use crate::errors;
use crate::locale::is_utf8;

/// Most bytes of a character.
pub const LONGEST: usize = 4;

/// Results of functions that convert: no character, and not the whole of one.
const WRONG: usize = usize::MAX;
const PART: usize = usize::MAX - 1;
/// No character, where a result is a `wint_t`.
const END: u32 = u32::MAX;

/// The bytes of a character, and how many; `None` when the locale has no such character.
pub fn encode(character: u32, to: &mut [u8; LONGEST]) -> Option<usize> {
    let [a, b, c, d] = to;
    let low = |shift: u32| (character >> shift & 0x3F) as u8 | 0x80;
    if character < 0x80 {
        *a = character as u8;
        return Some(1);
    }
    if !is_utf8() || char::from_u32(character).is_none() {
        return None;
    }
    Some(if character < 0x800 {
        (*a, *b) = (0xC0 | (character >> 6) as u8, low(0));
        2
    } else if character < 0x1_0000 {
        (*a, *b, *c) = (0xE0 | (character >> 12) as u8, low(6), low(0));
        3
    } else {
        (*a, *b, *c, *d) = (0xF0 | (character >> 18) as u8, low(12), low(6), low(0));
        4
    })
}

/// `mbstate_t`: what was read of a character that is not whole yet. All zero at first.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct State {
    /// Bytes that are still to come.
    missing: c_int,
    /// The bits that have come, and above them how many bytes the character has in all.
    bits: u32,
}

/// What a byte leads to.
pub enum Fed {
    Character(u32),
    Part,
    Wrong,
}

impl State {
    pub const fn new() -> Self {
        Self { missing: 0, bits: 0 }
    }

    /// Whether a character has begun.
    pub fn is_within(&self) -> bool {
        self.missing != 0
    }

    /// Takes the next byte. A wrong one is forgotten together with what came before it.
    pub fn feed(&mut self, byte: u8) -> Fed {
        const BITS: u32 = 24;
        if self.missing == 0 {
            let (missing, bits) = match byte {
                0..0x80 => return Fed::Character(u32::from(byte)),
                _ if !is_utf8() => return Fed::Wrong,
                0xC2..0xE0 => (1, byte & 0x1F),
                0xE0..0xF0 => (2, byte & 0x0F),
                0xF0..0xF5 => (3, byte & 0x07),
                _ => return Fed::Wrong,
            };
            *self = Self { missing, bits: u32::from(bits) | (missing as u32 + 1) << BITS };
            return Fed::Part;
        }
        let bytes = self.bits >> BITS;
        let bits = (self.bits & ((1 << BITS) - 1)) << 6 | u32::from(byte & 0x3F);
        let missing = self.missing - 1;
        *self = Self::new();
        // What it comes to at least; nothing that fewer bytes can say may take more.
        let least = bits << (6 * missing);
        let most = least | ((1 << (6 * missing)) - 1);
        let fewer = match bytes {
            3 => 0x800,
            4 => 0x1_0000,
            _ => 0,
        };
        let surrogate = least >= 0xD800 && most < 0xE000;
        if byte & 0xC0 != 0x80 || most < fewer || surrogate || least > 0x10_FFFF {
            return Fed::Wrong;
        }
        if missing == 0 {
            return Fed::Character(bits);
        }
        *self = Self { missing, bits: bits | bytes << BITS };
        Fed::Part
    }
}

unsafe extern "C" {
    /// The calling thread's state of functions that are given none, and that of `mbrlen` (`c/threads.c`).
    fn __bf_characters() -> *mut State;
    fn __bf_lengths() -> *mut State;
}

/// Converts one character of at most `most` bytes: how many of them it took, 0 for a NUL, or
/// [`WRONG`] or [`PART`].
unsafe fn one(to: *mut u32, from: *const u8, most: usize, state: *mut State) -> usize {
    let mut taken = 0;
    // SAFETY: `from` has `most` bytes, or a whole character; `to` is null or has room for one.
    unsafe {
        while taken < most {
            let fed = (*state).feed(*from.add(taken));
            taken += 1;
            match fed {
                Fed::Part => {}
                Fed::Wrong => {
                    errors::set(errors::EILSEQ);
                    return WRONG;
                }
                Fed::Character(character) => {
                    if !to.is_null() {
                        *to = character;
                    }
                    return if character == 0 { 0 } else { taken };
                }
            }
        }
    }
    PART
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mbrtowc(
    to: *mut u32,
    from: *const u8,
    most: usize,
    state: *mut State,
) -> usize {
    // SAFETY: without conditions.
    let state = if state.is_null() { unsafe { __bf_characters() } } else { state };
    if from.is_null() {
        // SAFETY: an empty string.
        return unsafe { one(core::ptr::null_mut(), c"".as_ptr().cast(), 1, state) };
    }
    // SAFETY: by contract.
    unsafe { one(to, from, most, state) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mbrlen(from: *const u8, most: usize, state: *mut State) -> usize {
    // SAFETY: by contract.
    unsafe {
        let state = if state.is_null() { __bf_lengths() } else { state };
        mbrtowc(core::ptr::null_mut(), from, most, state)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mbsinit(state: *const State) -> c_int {
    // SAFETY: null or a state.
    c_int::from(state.is_null() || unsafe { !(*state).is_within() })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mbtowc(to: *mut u32, from: *const u8, most: usize) -> c_int {
    if from.is_null() {
        // No state outlasts a character.
        return 0;
    }
    let mut state = State::new();
    // SAFETY: by contract.
    match unsafe { one(to, from, most, &mut state) } {
        WRONG | PART => -1,
        taken => taken as c_int,
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mblen(from: *const u8, most: usize) -> c_int {
    // SAFETY: by contract.
    unsafe { mbtowc(core::ptr::null_mut(), from, most) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn wcrtomb(to: *mut u8, character: u32, _state: *mut State) -> usize {
    if to.is_null() {
        return 1;
    }
    let mut bytes = [0; LONGEST];
    let Some(len) = encode(character, &mut bytes) else {
        errors::set(errors::EILSEQ);
        return WRONG;
    };
    // SAFETY: the caller's buffer holds any character.
    unsafe { crate::memory::memcpy(to, bytes.as_ptr(), len) };
    len
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn wctomb(to: *mut u8, character: u32) -> c_int {
    if to.is_null() {
        return 0;
    }
    // SAFETY: by contract.
    unsafe { wcrtomb(to, character, core::ptr::null_mut()) as c_int }
}

/// Converts a string to at most `room` characters, from at most `most` bytes. `*from` becomes
/// where it stopped, null behind the NUL; with `to` null nothing is stored and all is counted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mbsnrtowcs(
    to: *mut u32,
    from: *mut *const u8,
    most: usize,
    room: usize,
    state: *mut State,
) -> usize {
    // SAFETY: without conditions.
    let state = if state.is_null() { unsafe { __bf_characters() } } else { state };
    let room = if to.is_null() { usize::MAX } else { room };
    // SAFETY: `*from` has `most` bytes or ends before; `to` is null or has `room` characters.
    unsafe {
        let mut local = *state;
        let mut at = *from;
        let (mut left, mut count) = (most, 0);
        let mut end = at;
        let mut wrong = false;
        while count < room && left > 0 {
            let fed = local.feed(*at);
            at = at.add(1);
            left -= 1;
            match fed {
                Fed::Part => {
                    // The bytes of a part count as read when the input ends with them.
                    if left == 0 {
                        end = at;
                    }
                    continue;
                }
                Fed::Wrong => {
                    wrong = true;
                    break;
                }
                Fed::Character(character) => {
                    if !to.is_null() {
                        *to.add(count) = character;
                    }
                    end = at;
                    if character == 0 {
                        end = null();
                        break;
                    }
                    count += 1;
                }
            }
        }
        if !to.is_null() {
            *from = end;
            *state = local;
        }
        if wrong {
            errors::set(errors::EILSEQ);
            return WRONG;
        }
        count
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mbsrtowcs(
    to: *mut u32,
    from: *mut *const u8,
    room: usize,
    state: *mut State,
) -> usize {
    // SAFETY: by contract; the string ends in a NUL.
    unsafe { mbsnrtowcs(to, from, usize::MAX, room, state) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mbstowcs(to: *mut u32, from: *const u8, room: usize) -> usize {
    let mut state = State::new();
    let mut at = from;
    // SAFETY: by contract.
    unsafe { mbsrtowcs(to, &mut at, room, &mut state) }
}

/// Converts at most `most` characters of a wide string to at most `room` bytes, whole characters
/// only. `*from` becomes where it stopped, null behind the NUL; with `to` null nothing is stored
/// and all is counted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wcsnrtombs(
    to: *mut u8,
    from: *mut *const u32,
    most: usize,
    room: usize,
    _state: *mut State,
) -> usize {
    let mut bytes = [0; LONGEST];
    // SAFETY: `*from` has `most` characters or ends before; `to` is null or has `room` bytes.
    unsafe {
        let mut at = *from;
        let (mut left, mut done) = (most, 0);
        // What there is no room for is not looked at.
        while left > 0 && (to.is_null() || done < room) {
            let Some(len) = encode(*at, &mut bytes) else {
                if !to.is_null() {
                    *from = at;
                }
                errors::set(errors::EILSEQ);
                return WRONG;
            };
            if !to.is_null() {
                if len > room - done {
                    break;
                }
                crate::memory::memcpy(to.add(done), bytes.as_ptr(), len);
            }
            if *at == 0 {
                at = null();
                break;
            }
            done += len;
            at = at.add(1);
            left -= 1;
        }
        if !to.is_null() {
            *from = at;
        }
        done
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn wcsrtombs(
    to: *mut u8,
    from: *mut *const u32,
    room: usize,
    state: *mut State,
) -> usize {
    // SAFETY: by contract; the string ends in a NUL.
    unsafe { wcsnrtombs(to, from, usize::MAX, room, state) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn wcstombs(to: *mut u8, from: *const u32, room: usize) -> usize {
    let mut at = from;
    // SAFETY: by contract.
    unsafe { wcsrtombs(to, &mut at, room, core::ptr::null_mut()) }
}

#[unsafe(no_mangle)]
pub extern "C" fn btowc(byte: c_int) -> u32 {
    if (0..0x80).contains(&byte) { byte as u32 } else { END }
}

#[unsafe(no_mangle)]
pub extern "C" fn wctob(character: u32) -> c_int {
    if character < 0x80 { character as c_int } else { -1 }
}
