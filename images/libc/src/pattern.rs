//! Names that fit patterns: `fnmatch` (POSIX, "Shell Command Language", 2.13).

use core::ffi::c_int;

use crate::character;

/// Flags, as glibc numbers them.
const PATHNAME: c_int = 1;
const NO_ESCAPE: c_int = 2;
const PERIOD: c_int = 4;
const LEADING_FOLDER: c_int = 8;
const ANY_CASE: c_int = 16;

const NO_MATCH: c_int = 1;

#[derive(Clone, Copy)]
struct Matching {
    /// Where the name begins.
    start: *const u8,
    flags: c_int,
}

impl Matching {
    fn has(self, flag: c_int) -> bool {
        self.flags & flag != 0
    }

    fn case(self, byte: u8) -> u8 {
        if self.has(ANY_CASE) { character::lower(byte) } else { byte }
    }

    /// Whether a place is a period that only a period fits.
    unsafe fn is_leading_period(self, at: *const u8) -> bool {
        // SAFETY: in the name, or its start.
        unsafe {
            let leads = at == self.start || (self.has(PATHNAME) && *at.sub(1) == b'/');
            self.has(PERIOD) && *at == b'.' && leads
        }
    }

    /// Whether a byte is in the set behind a `[`, and where the pattern goes on; `None`: it is no set.
    unsafe fn set(self, mut pattern: *const u8, byte: u8) -> Option<(bool, *const u8)> {
        let byte = self.case(byte);
        // SAFETY: a string; nothing behind its NUL is read.
        unsafe {
            let not = matches!(*pattern, b'!' | b'^');
            if not {
                pattern = pattern.add(1);
            }
            let (mut inside, mut first) = (false, true);
            loop {
                if *pattern == b']' && !first {
                    return Some((inside != not, pattern.add(1)));
                }
                first = false;
                if *pattern == b'[' && *pattern.add(1) == b':' {
                    let (is, rest) = class(pattern.add(2), byte)?;
                    inside |= is;
                    pattern = rest;
                    continue;
                }
                let (low, rest) = self.member(pattern)?;
                let mut high = low;
                pattern = rest;
                if *pattern == b'-' && !matches!(*pattern.add(1), b']' | 0) {
                    (high, pattern) = self.member(pattern.add(1))?;
                }
                inside |= (self.case(low)..=self.case(high)).contains(&byte);
            }
        }
    }

    /// One byte of a set, and what is behind it.
    unsafe fn member(self, mut pattern: *const u8) -> Option<(u8, *const u8)> {
        // SAFETY: a string; nothing behind its NUL is read.
        unsafe {
            if *pattern == b'\\' && !self.has(NO_ESCAPE) {
                pattern = pattern.add(1);
            }
            if *pattern == 0 || (*pattern == b'/' && self.has(PATHNAME)) {
                return None;
            }
            Some((*pattern, pattern.add(1)))
        }
    }

    /// Whether the rest of a name fits the rest of a pattern. After a star it is tried from each place on; an
    /// earlier star need not be tried again, but across a `/` that stars do not pass.
    unsafe fn fits(self, mut pattern: *const u8, mut name: *const u8) -> bool {
        let mut again: Option<(*const u8, *const u8)> = None;
        // SAFETY: two strings; nothing behind their NULs is read.
        unsafe {
            loop {
                let byte = *name;
                let fits = match *pattern {
                    0 if byte == 0 => return true,
                    0 if byte == b'/' && self.has(LEADING_FOLDER) => return true,
                    0 => None,
                    b'*' if !self.is_leading_period(name) => {
                        while *pattern == b'*' {
                            pattern = pattern.add(1);
                        }
                        again = Some((pattern, name));
                        continue;
                    }
                    b'*' => None,
                    b'?' => {
                        let not = byte == 0
                            || (byte == b'/' && self.has(PATHNAME))
                            || self.is_leading_period(name);
                        (!not).then(|| pattern.add(1))
                    }
                    b'[' => match self.set(pattern.add(1), byte) {
                        Some((inside, rest)) => {
                            let not = byte == 0
                                || (byte == b'/' && self.has(PATHNAME))
                                || self.is_leading_period(name);
                            (inside && !not).then_some(rest)
                        }
                        None => (byte == b'[').then(|| pattern.add(1)),
                    },
                    b'\\' if !self.has(NO_ESCAPE) => {
                        let wanted = *pattern.add(1);
                        let same = wanted != 0 && self.case(wanted) == self.case(byte);
                        same.then(|| pattern.add(2))
                    }
                    wanted => (self.case(wanted) == self.case(byte)).then(|| pattern.add(1)),
                };
                match (fits, again) {
                    (Some(rest), _) => {
                        pattern = rest;
                        name = name.add(1);
                    }
                    // The star takes one more byte.
                    (None, Some((rest, from)))
                        if *from != 0 && !(*from == b'/' && self.has(PATHNAME)) =>
                    {
                        pattern = rest;
                        name = from.add(1);
                        again = Some((rest, name));
                    }
                    _ => return false,
                }
            }
        }
    }
}

/// Whether a byte is of the class that is named behind `[:`, and what is behind its `:]`.
unsafe fn class(name: *const u8, byte: u8) -> Option<(bool, *const u8)> {
    type Is = extern "C" fn(c_int) -> c_int;
    const CLASSES: [(&[u8], Is); 12] = [
        (b"alnum", character::isalnum),
        (b"alpha", character::isalpha),
        (b"blank", character::isblank),
        (b"cntrl", character::iscntrl),
        (b"digit", character::isdigit),
        (b"graph", character::isgraph),
        (b"lower", character::islower),
        (b"print", character::isprint),
        (b"punct", character::ispunct),
        (b"space", character::isspace),
        (b"upper", character::isupper),
        (b"xdigit", character::isxdigit),
    ];
    for (known, is) in CLASSES {
        let mut len = 0;
        // SAFETY: a string; nothing behind a difference is read.
        unsafe {
            while len < known.len() && *name.add(len) == known[len] {
                len += 1;
            }
            if len == known.len() && *name.add(len) == b':' && *name.add(len + 1) == b']' {
                return Some((is(c_int::from(byte)) != 0, name.add(len + 2)));
            }
        }
    }
    None
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fnmatch(pattern: *const u8, name: *const u8, flags: c_int) -> c_int {
    // SAFETY: two strings.
    let fits = unsafe { Matching { start: name, flags }.fits(pattern, name) };
    if fits { 0 } else { NO_MATCH }
}
