//! `<ctype.h>` in the C locale, and the tables behind glibc's macros.

use core::ffi::c_int;

/// Bits of a table entry, as glibc's header numbers them on a little-endian machine.
const UPPER: u16 = 1 << 8;
const LOWER: u16 = 1 << 9;
const ALPHA: u16 = 1 << 10;
const DIGIT: u16 = 1 << 11;
const XDIGIT: u16 = 1 << 12;
const SPACE: u16 = 1 << 13;
const PRINT: u16 = 1 << 14;
const GRAPH: u16 = 1 << 15;
const BLANK: u16 = 1;
const CNTRL: u16 = 1 << 1;
const PUNCT: u16 = 1 << 2;
const ALNUM: u16 = 1 << 3;

const fn class(byte: u8) -> u16 {
    let mut bits = 0;
    if byte.is_ascii_uppercase() {
        bits |= UPPER;
    }
    if byte.is_ascii_lowercase() {
        bits |= LOWER;
    }
    if byte.is_ascii_alphabetic() {
        bits |= ALPHA;
    }
    if byte.is_ascii_digit() {
        bits |= DIGIT;
    }
    if byte.is_ascii_hexdigit() {
        bits |= XDIGIT;
    }
    if matches!(byte, b' ' | 9..=13) {
        bits |= SPACE;
    }
    if matches!(byte, 32..=126) {
        bits |= PRINT;
    }
    if byte.is_ascii_graphic() {
        bits |= GRAPH;
    }
    if matches!(byte, b' ' | b'\t') {
        bits |= BLANK;
    }
    if byte.is_ascii_control() {
        bits |= CNTRL;
    }
    if byte.is_ascii_punctuation() {
        bits |= PUNCT;
    }
    if byte.is_ascii_alphanumeric() {
        bits |= ALNUM;
    }
    bits
}

/// Entries for -128 to 255: macros index it with plain `char` as well as with EOF.
const TABLE_LEN: usize = 384;
const ZERO: usize = 128;

static CLASSES: [u16; TABLE_LEN] = {
    let mut table = [0; TABLE_LEN];
    let mut i = 0;
    while i < 256 {
        table[ZERO + i] = class(i as u8);
        i += 1;
    }
    table
};

const fn cases(to_upper: bool) -> [i32; TABLE_LEN] {
    let mut table = [0; TABLE_LEN];
    let mut i = 0;
    while i < TABLE_LEN {
        let value = i as i32 - ZERO as i32;
        table[i] = if value >= 0 && value < 128 {
            let byte = value as u8;
            (if to_upper { byte.to_ascii_uppercase() } else { byte.to_ascii_lowercase() }) as i32
        } else {
            value
        };
        i += 1;
    }
    table
}

static LOWERS: [i32; TABLE_LEN] = cases(false);
static UPPERS: [i32; TABLE_LEN] = cases(true);

/// A pointer to entry zero of a table.
struct Middle<T: 'static>(*const T);

// SAFETY: it points into a table that never changes.
unsafe impl<T> Sync for Middle<T> {}

// SAFETY: zero's place is in the table.
static CLASSES_ZERO: Middle<u16> = Middle(unsafe { CLASSES.as_ptr().add(ZERO) });
// SAFETY: as above.
static LOWERS_ZERO: Middle<i32> = Middle(unsafe { LOWERS.as_ptr().add(ZERO) });
// SAFETY: as above.
static UPPERS_ZERO: Middle<i32> = Middle(unsafe { UPPERS.as_ptr().add(ZERO) });

#[unsafe(no_mangle)]
pub extern "C" fn __ctype_b_loc() -> *const *const u16 {
    &raw const CLASSES_ZERO.0
}

#[unsafe(no_mangle)]
pub extern "C" fn __ctype_tolower_loc() -> *const *const i32 {
    &raw const LOWERS_ZERO.0
}

#[unsafe(no_mangle)]
pub extern "C" fn __ctype_toupper_loc() -> *const *const i32 {
    &raw const UPPERS_ZERO.0
}

/// Lower case of an ASCII letter, else the byte itself.
pub fn lower(byte: u8) -> u8 {
    byte.to_ascii_lowercase()
}

/// White space in the C locale.
pub fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | 9..=13)
}

macro_rules! classes {
    ($($name:ident $bits:expr;)*) => {$(
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(c: c_int) -> c_int {
            if (c as u32) < 256 { c_int::from(class(c as u8) & $bits) } else { 0 }
        }
    )*};
}

classes! {
    isupper UPPER;
    islower LOWER;
    isalpha ALPHA;
    isdigit DIGIT;
    isxdigit XDIGIT;
    isspace SPACE;
    isprint PRINT;
    isgraph GRAPH;
    isblank BLANK;
    iscntrl CNTRL;
    ispunct PUNCT;
    isalnum ALNUM;
}

#[unsafe(no_mangle)]
pub extern "C" fn tolower(c: c_int) -> c_int {
    if (c as u32) < 128 { c_int::from(lower(c as u8)) } else { c }
}

#[unsafe(no_mangle)]
pub extern "C" fn toupper(c: c_int) -> c_int {
    if (c as u32) < 128 { c_int::from((c as u8).to_ascii_uppercase()) } else { c }
}

#[unsafe(no_mangle)]
pub extern "C" fn isascii(c: c_int) -> c_int {
    c_int::from((c as u32) < 128)
}

#[unsafe(no_mangle)]
pub extern "C" fn toascii(c: c_int) -> c_int {
    c & 127
}
