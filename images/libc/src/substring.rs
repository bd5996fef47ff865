//! A text in another one: `memmem` and `strstr`.
//!
//! A string is searched for the part's rarest byte, as long as that comes seldom. Memory, and the
//! rest of such a string: places where the first and the last byte stand in the right distance are
//! found 16 at a time, and each is looked at. Where that finds too much that is nothing, the rest is
//! searched in time that grows with the length alone (Crochemore and Perrin, "Two-way string-matching", Journal of
//! the ACM 38, 1991).
//!
//! Images carry this with all it needs, so it stands on what programs have anyway (`strnlen`, `strchrnul`), and
//! what it does in several places is one function.

use core::ffi::c_int;
use core::ptr::null;

use crate::blocks::{Byte, differing, pairs};
use crate::strings::{strchr, strchrnul, strnlen};

/// Bytes that may be compared in vain for each that was passed, and for a start.
const VAIN: usize = 4;
const START: usize = 512;

/// How often a byte comes in texts, roughly: English, program text, and data.
fn frequency(byte: u8) -> u8 {
    match byte {
        b' ' | b'e' | b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' | 0 => 6,
        b'l' | b'd' | b'h' | b'c' | b'u' | b'm' | b'p' | b'f' | b'g' => 5,
        b'y' | b'w' | b'b' | b'v' | b'0'..=b'9' => 4,
        b'\n' | b'.' | b',' | b'_' | b'-' | b'/' | b'=' | b'"' | b'(' | b')' | b';' => 3,
        b'A'..=b'Z' => 2,
        b'a'..=b'z' => 1,
        _ => 0,
    }
}

/// What is looked for.
pub struct Part {
    text: *const u8,
    len: usize,
    /// Compared in vain, less what is allowed for.
    spent: isize,
    /// How it is cut, once it is searched the other way.
    cut: Option<Cut>,
}

/// Where to cut a text, and how far to move on: its critical factorisation, and a period.
#[derive(Clone, Copy)]
struct Cut {
    at: usize,
    period: usize,
    /// The whole text has that period, so that what matched need not be compared again.
    periodic: bool,
}

/// The first place where two texts of `len` bytes differ; `len` when there is none.
#[inline(never)]
unsafe fn same(a: *const u8, b: *const u8, len: usize) -> usize {
    let mut at = 0;
    // SAFETY: the caller's: both have so many bytes.
    unsafe {
        while len - at >= 16 {
            let bits = differing(a.add(at), b.add(at));
            if bits != 0 {
                return at + bits.trailing_zeros() as usize;
            }
            at += 16;
        }
        while at < len && *a.add(at) == *b.add(at) {
            at += 1;
        }
    }
    at
}

impl Part {
    /// # Safety
    /// `text` has `len` bytes, at least two; for a string one will do.
    pub unsafe fn new(text: *const u8, len: usize) -> Self {
        Self { text, len, spent: -(START as isize), cut: None }
    }

    /// The first place from `start` on where it stands before `end`; null when there is none.
    ///
    /// # Safety
    /// The bytes between the two may be read.
    pub unsafe fn find(&mut self, start: *const u8, end: *const u8) -> *const u8 {
        let len = self.len;
        if (end as usize).wrapping_sub(start as usize) < len {
            return null();
        }
        // SAFETY: by contract; `last` is the last place where it may begin.
        unsafe {
            let last = end.wrapping_sub(len);
            let (first, second) = (Byte::new(*self.text), Byte::new(*self.text.add(len - 1)));
            let mut at = start;
            // Sixteen places at a time; the last ones together with some that were looked at already.
            while self.cut.is_none() && last as usize - start as usize >= 15 && at <= last {
                let here = at.min(last.sub(15));
                let places = pairs(here, len - 1, first, second);
                at = at.add(16);
                self.spent -= 16 * VAIN as isize;
                if places == 0 {
                    continue;
                }
                let found = self.look_at(here, places);
                if !found.is_null() {
                    return found;
                }
                if self.spent > 0 {
                    self.cut = Some(self.cut());
                }
            }
            match self.cut {
                Some(cut) => self.two_way(cut, at, last),
                None => self.one_by_one(at, last),
            }
        }
    }

    /// Compares at each of some places, a bit each; where it stands, or null.
    #[inline(never)]
    unsafe fn look_at(&mut self, at: *const u8, mut places: u32) -> *const u8 {
        while places != 0 {
            // SAFETY: by the contract of `find`.
            unsafe {
                let place = at.add(places.trailing_zeros() as usize);
                let same = same(place, self.text, self.len);
                if same == self.len {
                    return place;
                }
                self.spent += same as isize + 1;
            }
            places &= places - 1;
        }
        null()
    }

    /// Where the byte of it stands that is rarest in most texts.
    fn rarest(&self) -> usize {
        let mut best = 0;
        for at in 1..self.len.min(64) {
            if frequency(self.byte(at)) < frequency(self.byte(best)) {
                best = at;
            }
        }
        best
    }

    /// The first place in a string where it stands; null when there is none.
    ///
    /// # Safety
    /// `text` is a string, and so was what this was made of.
    pub unsafe fn find_in_string(&mut self, text: *const u8) -> *const u8 {
        /// Bytes whose end is looked for at a time: a text may be long, and its part at the start.
        const WINDOW: usize = 2048;
        const SHORT: usize = 256;
        // SAFETY: no byte behind the NUL is read: what is compared one by one differs at a NUL at the latest.
        unsafe {
            if self.len == 1 {
                return strchr(text, c_int::from(*self.text));
            }
            let mut at = text;
            let mut window = SHORT + self.len;
            // In a short text finding out is not worth it.
            if strnlen(text, window) == window {
                // From one such byte to the next, as long as they are rare.
                let rarest = self.rarest();
                let wanted = c_int::from(self.byte(rarest));
                let mut credit = 8;
                while credit > 0 {
                    let next = strchrnul(at.add(rarest), wanted);
                    if *next == 0 {
                        return null();
                    }
                    let place = next.sub(rarest);
                    let mut same = 0;
                    while same < self.len && *place.add(same) == self.byte(same) {
                        same += 1;
                    }
                    if same == self.len {
                        return place;
                    }
                    credit += (place as usize - at as usize) as isize / 64 - 1;
                    at = place.add(1);
                }
                window = WINDOW + self.len;
            }
            loop {
                let left = strnlen(at, window);
                let found = self.find(at, at.add(left));
                if !found.is_null() || left < window {
                    return found;
                }
                at = at.add(WINDOW + 1);
            }
        }
    }

    /// Fewer places than are worth more.
    unsafe fn one_by_one(&self, start: *const u8, last: *const u8) -> *const u8 {
        let mut at = start;
        // SAFETY: by the contract of `find`.
        unsafe {
            while at <= last {
                if *at == *self.text && same(at, self.text, self.len) == self.len {
                    return at;
                }
                at = at.add(1);
            }
        }
        null()
    }

    fn byte(&self, at: usize) -> u8 {
        // SAFETY: callers stay below its length.
        unsafe { *self.text.add(at) }
    }

    /// The greatest suffix, by the order of bytes or the other way round: where it begins, and
    /// its period.
    #[inline(never)]
    fn greatest_suffix(&self, backwards: bool) -> (usize, usize) {
        let (mut begin, mut other, mut same, mut period) = (0, 1, 0, 1);
        while other + same < self.len {
            let (a, b) = (self.byte(begin + same), self.byte(other + same));
            if a == b {
                same += 1;
                if same == period {
                    other += period;
                    same = 0;
                }
            } else if (a < b) != backwards {
                begin = other;
                other += 1;
                (same, period) = (0, 1);
            } else {
                other += same + 1;
                same = 0;
                period = other - begin;
            }
        }
        (begin, period)
    }

    fn cut(&self) -> Cut {
        let (one, two) = (self.greatest_suffix(false), self.greatest_suffix(true));
        let (at, period) = if one.0 > two.0 { one } else { two };
        // SAFETY: both are within the text: the period of the right half is no longer than it.
        let periodic =
            unsafe { at + period <= self.len && same(self.text, self.text.add(period), at) == at };
        // Without a period of the whole, as far as any can be.
        let period = if periodic { period } else { at.max(self.len - at) + 1 };
        Cut { at, period, periodic }
    }

    /// The right half is compared from the cut on, then the left half from it back.
    unsafe fn two_way(&self, cut: Cut, start: *const u8, last: *const u8) -> *const u8 {
        let mut at = start;
        // Bytes at the beginning that are known to match.
        let mut known = 0;
        // SAFETY: from `last` on, and from anywhere before it, the whole text may be compared.
        unsafe {
            while at <= last {
                let from = cut.at.max(known);
                let right = same(self.text.add(from), at.add(from), self.len - from);
                if from + right < self.len {
                    at = at.add(from + right + 1 - cut.at);
                    known = 0;
                    continue;
                }
                let mut left = cut.at;
                while left > known && self.byte(left - 1) == *at.add(left - 1) {
                    left -= 1;
                }
                if left <= known {
                    return at;
                }
                at = at.add(cut.period);
                known = if cut.periodic { self.len - cut.period } else { 0 };
            }
        }
        null()
    }
}
