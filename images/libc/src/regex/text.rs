//! The text that is searched: characters at places, which are counted in bytes.

use super::tree::Assertion;
use crate::character;
use crate::wide_classes::{iswalnum, towlower};

/// Bytes that are no character are ones of their own, which only themselves match.
const NO_CHARACTER: u32 = 0x8000_0000;

pub fn is_character(c: u32) -> bool {
    c < NO_CHARACTER
}

/// The character at an address before `end`, and its bytes.
pub fn decode(at: *const u8, end: *const u8, utf8: bool) -> (u32, usize) {
    // SAFETY: the caller's: it lies before the end, and bytes are read only before that.
    let byte =
        |index: usize| (at.wrapping_add(index) < end).then(|| unsafe { *at.wrapping_add(index) });
    let first = byte(0).unwrap_or(0);
    if first < 0x80 || !utf8 {
        return (u32::from(first), 1);
    }
    let wrong = (NO_CHARACTER | u32::from(first), 1);
    let (len, bits, least) = match first {
        0xC2..0xE0 => (2, first & 0x1F, 0x80),
        0xE0..0xF0 => (3, first & 0x0F, 0x800),
        0xF0..0xF5 => (4, first & 0x07, 0x1_0000),
        _ => return wrong,
    };
    let mut value = u32::from(bits);
    for index in 1..len {
        match byte(index) {
            Some(next @ 0x80..0xC0) => value = value << 6 | u32::from(next & 0x3F),
            _ => return wrong,
        }
    }
    if value < least || char::from_u32(value).is_none() { wrong } else { (value, len) }
}

/// A character as it counts where case does not.
pub fn fold(c: u32, utf8: bool) -> u32 {
    if c < 0x80 {
        u32::from(character::lower(c as u8))
    } else if utf8 && is_character(c) {
        towlower(c)
    } else {
        c
    }
}

#[derive(Clone, Copy)]
pub struct Text {
    pub start: *const u8,
    pub len: usize,
    pub utf8: bool,
    pub any_case: bool,
    pub lines: bool,
    /// The text begins within a line (`REG_NOTBOL`), ends within one (`REG_NOTEOL`).
    pub not_start: bool,
    pub not_end: bool,
}

impl Text {
    /// The character at a place, and where the next one is; `None` at the end.
    pub fn next(&self, place: usize) -> Option<(u32, usize)> {
        if place >= self.len {
            return None;
        }
        let (c, len) =
            decode(self.start.wrapping_add(place), self.start.wrapping_add(self.len), self.utf8);
        Some((c, place + len))
    }

    /// The character before a place, and where it begins.
    pub fn previous(&self, place: usize) -> Option<(u32, usize)> {
        if place == 0 {
            return None;
        }
        if self.utf8 {
            for len in 2..=4.min(place) {
                if let Some((c, end)) = self.next(place - len)
                    && end == place
                {
                    return Some((c, place - len));
                }
            }
        }
        // SAFETY: within the text.
        let byte = unsafe { *self.start.wrapping_add(place - 1) };
        let wrong = self.utf8 && byte >= 0x80;
        Some((u32::from(byte) | if wrong { NO_CHARACTER } else { 0 }, place - 1))
    }

    pub fn fold(&self, c: u32) -> u32 {
        if self.any_case { fold(c, self.utf8) } else { c }
    }

    fn is_word(&self, at: Option<(u32, usize)>) -> bool {
        match at {
            Some((c, _)) if c < 0x80 => c == u32::from(b'_') || (c as u8).is_ascii_alphanumeric(),
            Some((c, _)) => self.utf8 && is_character(c) && iswalnum(c) != 0,
            None => false,
        }
    }

    pub fn holds(&self, assertion: Assertion, place: usize) -> bool {
        const LINE: u32 = b'\n' as u32;
        let (before, behind) = (self.previous(place), self.next(place));
        let starts = !self.is_word(before) && self.is_word(behind);
        let ends = self.is_word(before) && !self.is_word(behind);
        match assertion {
            Assertion::Start => match before {
                None => !self.not_start,
                Some((c, _)) => self.lines && c == LINE,
            },
            Assertion::End => match behind {
                None => !self.not_end,
                Some((c, _)) => self.lines && c == LINE,
            },
            Assertion::TextStart => place == 0,
            Assertion::TextEnd => place == self.len,
            Assertion::WordStart => starts,
            Assertion::WordEnd => ends,
            Assertion::WordEdge => starts || ends,
            Assertion::NoWordEdge => !starts && !ends,
        }
    }
}
