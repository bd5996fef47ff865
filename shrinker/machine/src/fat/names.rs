//! Names of entries: long ones in UTF-16 as they stand on the disk, and short ones. Programs give and get UTF-8.
//!
//! Letters of ASCII are the same in capitals and not; others are what they are.

use super::bytes::{ENTRY, half};

/// Letters of a long name that one entry holds.
pub(super) const LETTERS: usize = 13;
/// Most letters of a long name, and a zero.
pub(super) const LONGEST: usize = 20 * LETTERS;
/// Bytes that a name takes at most.
pub const NAME: usize = 3 * LONGEST;
/// What stands for bytes that are no text; no name has it.
pub(super) const NO_LETTER: u16 = 0xffff;

/// The UTF-16 of some UTF-8.
#[derive(Clone, Debug)]
pub(super) struct Units<'a> {
    bytes: &'a [u8],
    /// The second half of a letter beyond 16 bits; 0: none.
    second: u16,
}

impl<'a> Units<'a> {
    /// Of a name.
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, second: 0 }
    }
}

/// The first letter of a text that is not empty, and how many bytes it has.
fn letter(bytes: &[u8]) -> Option<(u32, usize)> {
    let first = u32::from(*bytes.first()?);
    let (more, least, start) = match first {
        0..0x80 => return Some((first, 1)),
        0xc0..0xe0 => (1, 0x80, first & 0x1f),
        0xe0..0xf0 => (2, 0x800, first & 15),
        0xf0..0xf8 => (3, 0x1_0000, first & 7),
        _ => return None,
    };
    let mut value = start;
    for at in 1..=more {
        let byte = u32::from(*bytes.get(at)?);
        if byte & 0xc0 != 0x80 {
            return None;
        }
        value = value << 6 | byte & 0x3f;
    }
    let fits = value >= least && value <= 0x10_ffff && value & 0x1f_f800 != 0xd800;
    fits.then_some((value, more + 1))
}

impl Iterator for Units<'_> {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        if self.second != 0 {
            return Some(core::mem::take(&mut self.second));
        }
        if self.bytes.is_empty() {
            return None;
        }
        let (value, length) = letter(self.bytes).unwrap_or((NO_LETTER.into(), 1));
        self.bytes = self.bytes.get(length..).unwrap_or(&[]);
        if value < 0x1_0000 {
            return Some(value as u16);
        }
        let beyond = value - 0x1_0000;
        self.second = 0xdc00 | beyond as u16 & 0x3ff;
        Some(0xd800 | (beyond >> 10) as u16)
    }
}

/// A unit that is the same for capitals.
fn folded(unit: u16) -> u16 {
    if matches!(unit, 0x41..=0x5a) { unit | 0x20 } else { unit }
}

/// A long name, which lies in several entries before that of its file.
#[derive(Debug)]
pub struct LongName([u16; LONGEST]);

impl LongName {
    /// None.
    pub const fn new() -> Self {
        Self([0; LONGEST])
    }

    pub(super) fn forget(&mut self) {
        self.0[0] = 0;
    }

    /// Whether it is this one, but for capitals.
    #[inline(never)]
    pub(super) fn is(&self, name: &[u8]) -> bool {
        let mut units = Units::of(name);
        let mut own = self.0.iter();
        if self.0[0] == 0 {
            return false;
        }
        loop {
            match (units.next(), own.next()) {
                (None, Some(0) | None) => return true,
                (Some(a), Some(b)) if a != NO_LETTER && folded(a) == folded(*b) => {}
                _ => return false,
            }
        }
    }

    /// The name to show of an entry: the long one, if it is there and is text.
    pub fn name_of<'a>(&self, entry: &[u8; ENTRY], to: &'a mut [u8; NAME]) -> &'a [u8] {
        let length = match self.encode(to) {
            Some(length) if length > 0 => length,
            _ => short_name(entry, to),
        };
        to.get(..length).unwrap_or(&[])
    }

    fn encode(&self, to: &mut [u8; NAME]) -> Option<usize> {
        let mut length = 0;
        let mut units = self.0.iter().map(|unit| u32::from(*unit));
        loop {
            let mut value = match units.next() {
                None | Some(0) => return Some(length),
                Some(value) => value,
            };
            if value & 0xfc00 == 0xd800 {
                let low = units.next().filter(|low| low & 0xfc00 == 0xdc00)?;
                value = 0x1_0000 + ((value & 0x3ff) << 10 | low & 0x3ff);
            } else if value & 0xfc00 == 0xdc00 {
                return None;
            }
            let (more, mark) = match value {
                0..0x80 => (0, 0),
                0x80..0x800 => (1, 0xc0),
                0x800..0x1_0000 => (2, 0xe0),
                _ => (3, 0xf0),
            };
            for at in (0..=more).rev() {
                let bits = (value >> (6 * at)) as u8;
                let byte = if at == more { mark | bits } else { 0x80 | bits & 0x3f };
                *to.get_mut(length)? = byte;
                length += 1;
            }
        }
    }

    /// Puts thirteen letters into their place.
    pub(super) fn add(&mut self, entry: &[u8; ENTRY]) {
        let order = entry[0];
        let start = usize::from(order & 0x1f).wrapping_sub(1).wrapping_mul(LETTERS);
        if order & 0x40 != 0
            && let Some(end) = self.0.get_mut(start.wrapping_add(LETTERS))
        {
            *end = 0;
        }
        let Some(part) = self.0.get_mut(start..).and_then(|rest| rest.first_chunk_mut()) else {
            self.forget();
            return;
        };
        let part: &mut [u16; LETTERS] = part;
        for (number, letter) in part.iter_mut().enumerate() {
            *letter = half(entry, place_of(number)) as u16;
        }
    }
}

/// Where an entry of a long name has its letters.
pub(super) fn place_of(letter: usize) -> usize {
    match letter {
        0..5 => 1 + letter * 2,
        5..11 => 4 + letter * 2,
        _ => 6 + letter * 2,
    }
}

/// Whether a name is the short one of an entry, but for capitals.
pub(super) fn is_short(name: &[u8], entry: &[u8; ENTRY]) -> bool {
    let mut short = [0; NAME];
    let length = short_name(entry, &mut short);
    name.len() == length && name.iter().zip(&short).all(|(a, b)| a.eq_ignore_ascii_case(b))
}

/// The short name of an entry, eight letters, three behind a full stop, filled up with blanks; its length.
fn short_name(entry: &[u8; ENTRY], to: &mut [u8; NAME]) -> usize {
    let mut length = 0;
    let mut add = |letter: u8| {
        if let Some(place) = to.get_mut(length) {
            *place = letter;
            length += 1;
        }
    };
    for (number, letter) in entry.iter().enumerate().take(11) {
        if *letter != b' ' {
            if number == 8 {
                add(b'.');
            }
            add(*letter);
        }
    }
    length
}
