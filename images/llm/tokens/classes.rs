//! Letters, numbers and white space among the characters of Unicode 14.
//!
//! A table is a row of numbers, of which every second says how many characters are not in the class and
//! the others how many then are; seven bits to a byte, low ones first, the eighth says that more follow. It
//! is unpacked, once, when the first character beyond ASCII is met.

use crate::fault::Checked;
use crate::memory::room;

/// General categories L* and N*.
static LETTERS: &[u8] = include_bytes!("letters.bin");
static NUMBERS: &[u8] = include_bytes!("numbers.bin");

const CHARACTERS: usize = 0x11_0000;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Class {
    Letter,
    Number,
    Space,
    Other,
}

/// What class characters are of.
pub struct Classes {
    /// Two bits a character: 1 for letters, 2 for numbers. None before it is needed.
    bits: Option<&'static [u8]>,
}

impl Classes {
    pub const fn new() -> Self {
        Self { bits: None }
    }

    /// The class of a character.
    ///
    /// # Errors
    /// There is no memory for the tables.
    pub fn of(&mut self, character: u32) -> Checked<Class> {
        if character < 0x80 {
            return Ok(match character as u8 {
                b'a'..=b'z' | b'A'..=b'Z' => Class::Letter,
                b'0'..=b'9' => Class::Number,
                b' ' | 9..=13 => Class::Space,
                _ => Class::Other,
            });
        }
        if matches!(
            character,
            0x85 | 0xa0 | 0x1680 | 0x2000..=0x200a | 0x2028 | 0x2029 | 0x202f | 0x205f | 0x3000
        ) {
            return Ok(Class::Space);
        }
        let bits = match self.bits {
            Some(bits) => bits,
            None => unpacked()?,
        };
        self.bits = Some(bits);
        let two = bits.get(character as usize / 4).unwrap_or(&0) >> (character % 4 * 2) & 3;
        Ok(match two {
            1 => Class::Letter,
            2 => Class::Number,
            _ => Class::Other,
        })
    }
}

fn unpacked() -> Checked<&'static [u8]> {
    let bits = room(CHARACTERS / 4)?;
    for (table, mark) in [(LETTERS, 1), (NUMBERS, 2)] {
        let (mut at, mut value, mut shift, mut inside) = (0usize, 0usize, 0, false);
        for byte in table {
            value |= usize::from(byte & 127) << shift;
            shift += 7;
            if byte & 128 != 0 {
                continue;
            }
            if inside {
                for character in at..at + value {
                    if let Some(place) = bits.get_mut(character / 4) {
                        *place |= mark << (character % 4 * 2);
                    }
                }
            }
            at += value;
            (value, shift, inside) = (0, 0, !inside);
        }
    }
    Ok(bits)
}

/// The first character of some bytes, and how many bytes it takes. What is not UTF-8 stands for itself.
pub fn character(text: &[u8]) -> (u32, usize) {
    let byte = |at: usize| u32::from(*text.get(at).unwrap_or(&0));
    let next = |at: usize| byte(at) & 0xc0 == 0x80;
    match byte(0) {
        first @ 0xc2..0xe0 if next(1) => ((first & 31) << 6 | byte(1) & 63, 2),
        first @ 0xe0..0xf0 if next(1) && next(2) => {
            ((first & 15) << 12 | (byte(1) & 63) << 6 | byte(2) & 63, 3)
        }
        first @ 0xf0..0xf5 if next(1) && next(2) && next(3) => {
            let upper = (first & 7) << 18 | (byte(1) & 63) << 12;
            (upper | (byte(2) & 63) << 6 | byte(3) & 63, 4)
        }
        first => (first, 1),
    }
}
