//! `<locale.h>`, as far as there are locales: "C", and "C.UTF-8", which differs from it in the
//! characters that texts are made of and in nothing else.

use core::ffi::c_int;
use core::ptr::null;

use crate::environment::getenv;
use crate::strings::{strcasecmp, strcmp, strlen};

/// Categories as Linux numbers them.
const CTYPE: c_int = 0;
const ALL: c_int = 6;
const CATEGORIES: [(c_int, &core::ffi::CStr); 12] = [
    (CTYPE, c"LC_CTYPE"),
    (1, c"LC_NUMERIC"),
    (2, c"LC_TIME"),
    (3, c"LC_COLLATE"),
    (4, c"LC_MONETARY"),
    (5, c"LC_MESSAGES"),
    (7, c"LC_PAPER"),
    (8, c"LC_NAME"),
    (9, c"LC_ADDRESS"),
    (10, c"LC_TELEPHONE"),
    (11, c"LC_MEASUREMENT"),
    (12, c"LC_IDENTIFICATION"),
];
const EVERY: u32 = 0b1_1111_1011_1111;

const PLAIN: *const u8 = c"C".as_ptr().cast();
const UTF8: *const u8 = c"C.UTF-8".as_ptr().cast();

/// Bit `n`: category `n` is that of "C.UTF-8".
static mut CHOSEN: u32 = 0;

unsafe extern "C" {
    /// What the thread has chosen for itself, if it has (`c/locale.c`).
    fn __bf_locale() -> *const u32;
}

fn chosen() -> u32 {
    // SAFETY: POSIX has one thread at a time here.
    unsafe { CHOSEN }
}

#[unsafe(no_mangle)]
pub extern "C" fn __bf_locale_of_all() -> u32 {
    chosen()
}

/// Whether characters are those of UTF-8.
pub fn is_utf8() -> bool {
    // SAFETY: it is null or a locale's, which lasts while it is chosen.
    let own = unsafe { __bf_locale().as_ref() };
    own.copied().unwrap_or_else(chosen) & 1 << CTYPE != 0
}

/// `base` with the categories of `mask` as in the locale of a name; -1: there is no such locale.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __bf_locale_named(mask: c_int, name: *const u8, base: u32) -> i64 {
    let mut wanted = base;
    for (category, title) in CATEGORIES {
        if mask & 1 << category == 0 {
            continue;
        }
        // SAFETY: a string.
        let is_utf8 = unsafe {
            let name = if *name == 0 { from_environment(title) } else { name };
            known(name)
        };
        match is_utf8 {
            Some(true) => wanted |= 1 << category,
            Some(false) => wanted &= !(1 << category),
            None => return -1,
        }
    }
    i64::from(wanted)
}

/// Whether a name is that of "C.UTF-8"; `None`: there is no such locale.
unsafe fn known(name: *const u8) -> Option<bool> {
    // SAFETY: a string.
    unsafe {
        if strcmp(name, PLAIN) == 0 || strcmp(name, c"POSIX".as_ptr().cast()) == 0 {
            return Some(false);
        }
        let utf8 = strcasecmp(name, UTF8) == 0 || strcasecmp(name, c"C.utf8".as_ptr().cast()) == 0;
        utf8.then_some(true)
    }
}

/// The name that the environment gives a category.
unsafe fn from_environment(category: &core::ffi::CStr) -> *const u8 {
    // SAFETY: strings.
    unsafe {
        for variable in [c"LC_ALL", category, c"LANG"] {
            let value = getenv(variable.as_ptr().cast());
            if !value.is_null() && *value != 0 {
                return value;
            }
        }
    }
    PLAIN
}

/// The name of what a category is set to. Of all together where they differ: each by name.
fn name_of(category: c_int) -> *const u8 {
    static mut MIXED: [u8; 320] = [0; 320];
    let chosen = chosen();
    let name = |utf8: bool| if utf8 { UTF8 } else { PLAIN };
    if category != ALL {
        return name(chosen >> category & 1 == 1);
    }
    if chosen == 0 || chosen == EVERY {
        return name(chosen != 0);
    }
    let mixed = (&raw mut MIXED).cast::<u8>();
    let mut at = mixed;
    for (index, (category, title)) in CATEGORIES.iter().enumerate() {
        let separator: *const u8 = if index == 0 { c"" } else { c";" }.as_ptr().cast();
        let value = name(chosen >> category & 1 == 1);
        for part in [separator, title.as_ptr().cast(), c"=".as_ptr().cast(), value] {
            // SAFETY: twelve titles of at most 17 letters and values of at most 7 fit.
            unsafe {
                let len = strlen(part);
                crate::memory::memcpy(at, part, len + 1);
                at = at.add(len);
            }
        }
    }
    mixed
}

/// Sets each category to what [`name_of`] wrote for it; false where that is no such text.
unsafe fn set_mixed(mut name: *const u8) -> bool {
    let mut wanted = 0;
    // SAFETY: a string; nothing behind its NUL is read.
    unsafe {
        for (category, title) in CATEGORIES {
            let title_len = title.count_bytes();
            if crate::strings::strncmp(name, title.as_ptr().cast(), title_len) != 0
                || *name.add(title_len) != b'='
            {
                return false;
            }
            name = name.add(title_len + 1);
            let len = crate::strings::strcspn(name, c";".as_ptr().cast());
            let is = |known: *const u8| {
                len == strlen(known) && crate::strings::strncmp(name, known, len) == 0
            };
            if is(UTF8) {
                wanted |= 1 << category;
            } else if !is(PLAIN) {
                return false;
            }
            name = name.add(len);
            if *name == b';' {
                name = name.add(1);
            }
        }
        CHOSEN = wanted;
    }
    true
}

/// Sets a locale, or, without a name, says which one is set. Null: there is no such one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn setlocale(category: c_int, name: *const u8) -> *const u8 {
    if !(0..=12).contains(&category) {
        crate::errors::set(crate::errors::EINVAL);
        return null();
    }
    if name.is_null() {
        return name_of(category);
    }
    let mut wanted = chosen();
    // SAFETY: a string; POSIX has one thread at a time here.
    unsafe {
        if category == ALL && set_mixed(name) {
            return name_of(ALL);
        }
        for (each, title) in CATEGORIES {
            if category != ALL && category != each {
                continue;
            }
            let name = if *name == 0 { from_environment(title) } else { name };
            match known(name) {
                Some(true) => wanted |= 1 << each,
                Some(false) => wanted &= !(1 << each),
                None => return null(),
            }
        }
        CHOSEN = wanted;
    }
    name_of(category)
}

/// `MB_CUR_MAX`, with glibc's value for UTF-8.
#[unsafe(no_mangle)]
pub extern "C" fn __ctype_get_mb_cur_max() -> usize {
    if is_utf8() { 6 } else { 1 }
}

/// `struct lconv` of glibc: texts, then figures, of which there are none.
#[repr(C)]
pub struct Conventions {
    decimal_point: *const u8,
    others: [*const u8; 9],
    figures: [i8; 14],
}

// SAFETY: it is never written.
unsafe impl Sync for Conventions {}

const NONE: *const u8 = c"".as_ptr().cast();
static CONVENTIONS: Conventions =
    Conventions { decimal_point: c".".as_ptr().cast(), others: [NONE; 9], figures: [i8::MAX; 14] };

/// How numbers and money are written: as in "C", in all locales that there are.
#[unsafe(no_mangle)]
pub extern "C" fn localeconv() -> *const Conventions {
    &raw const CONVENTIONS
}
