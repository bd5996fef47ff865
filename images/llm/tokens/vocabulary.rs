//! All tokens by number and by text.

use super::split::Rules;
use crate::fault::{Checked, FETCH, Fault, Place};
use crate::memory::room;

/// What a token is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    Text,
    /// Stands for nothing that could be written.
    Control,
    /// One byte.
    Byte(u8),
}

/// How text becomes tokens.
#[derive(Clone, Copy)]
pub enum Method {
    /// SentencePiece: of two neighbours that make a token together, those whose token has the highest score
    /// become one first. `dummy`: a space is put in front.
    Scores { scores: &'static [f32], dummy: bool },
    /// Pairs of neighbours become one in the order of a list, within words. `whole`: a word that is a token
    /// is not taken apart.
    Merges { merges: &'static Texts, rules: Rules, whole: bool },
}

/// Texts by number, and numbers by text.
pub struct Texts {
    list: &'static [Option<&'static [u8]>],
    /// Places by hash: a number and one, or 0.
    index: &'static mut [u32],
}

impl Texts {
    /// # Errors
    /// There is no memory for the index.
    pub fn new(list: &'static [Option<&'static [u8]>]) -> Checked<Self> {
        let texts = Self { list, index: room((list.len() * 2).next_power_of_two())? };
        for (number, text) in list.iter().enumerate() {
            let (place, found) = texts.place([text.unwrap_or_default(), &[], &[]]);
            // The first of several with the same text.
            if let (None, Some(place)) = (found, texts.index.get_mut(place)) {
                *place = number as u32 + 1;
            }
        }
        Ok(texts)
    }

    pub const fn count(&self) -> usize {
        self.list.len()
    }

    /// The text of a number; none has the empty one.
    pub fn get(&self, number: u32) -> &'static [u8] {
        self.list.get(number as usize).copied().flatten().unwrap_or_default()
    }

    /// Where a text of three parts is, or would be.
    fn place(&self, parts: [&[u8]; 3]) -> (usize, Option<u32>) {
        let mut hash = 0x811c_9dc5u32;
        for byte in parts.into_iter().flatten() {
            hash = (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        }
        let mask = self.index.len() - 1;
        let mut place = (hash ^ hash >> 15) as usize & mask;
        loop {
            match self.index.get(place) {
                None | Some(0) => return (place, None),
                Some(number) if is_joined(self.get(number - 1), parts) => {
                    return (place, Some(number - 1));
                }
                Some(_) => {}
            }
            place = (place + 1) & mask;
        }
    }

    /// The number of a text.
    pub fn find(&self, text: &[u8]) -> Option<u32> {
        self.place([text, &[], &[]]).1
    }

    /// The number of a text that is given in parts.
    pub fn find_joined(&self, parts: [&[u8]; 3]) -> Option<u32> {
        self.place(parts).1
    }
}

/// Whether a text is these parts, one behind the other.
fn is_joined(text: &[u8], [first, second, third]: [&[u8]; 3]) -> bool {
    let rest = text.strip_prefix(first).and_then(|rest| rest.strip_prefix(second));
    rest == Some(third)
}

/// The tokens of a model.
pub struct Vocabulary {
    pub texts: Texts,
    pub sorts: &'static [u8],
    pub method: Method,
    /// What a text begins with, if anything.
    pub begin: Option<u32>,
    /// What ends an answer.
    pub ends: [Option<u32>; 4],
    /// The template that the file has for conversations.
    pub template: &'static [u8],
    /// Whether spaces are written as U+2581 in tokens.
    pub marked: bool,
}

/// [`Sort`] as a byte in [`Vocabulary::sorts`].
pub const TEXT: u8 = 0;
pub const CONTROL: u8 = 1;
pub const BYTE: u8 = 2;

impl Vocabulary {
    pub fn sort(&self, token: u32) -> Sort {
        match self.sorts.get(token as usize) {
            Some(&CONTROL) => Sort::Control,
            Some(&BYTE) => byte_of(self.texts.get(token)).map_or(Sort::Text, Sort::Byte),
            _ => Sort::Text,
        }
    }

    /// Whether a token ends an answer.
    pub fn is_end(&self, token: u32) -> bool {
        self.ends.contains(&Some(token))
    }

    /// The token of a byte that is in no other.
    pub fn byte(&self, byte: u8) -> Option<u32> {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        let digit = |value: u8| *DIGITS.get(usize::from(value & 15)).unwrap_or(&b'0');
        self.texts.find(&[b'<', b'0', b'x', digit(byte >> 4), digit(byte), b'>'])
    }

    /// # Errors
    /// A model has another number of tokens.
    pub fn check(&self, tokens: usize) -> Checked<()> {
        if self.texts.count() == tokens {
            return Ok(());
        }
        let place = Place::Number(b"tokens of the tokenizer:", self.texts.count() as u64);
        let what = "the model has another number of them";
        let cure = if self.texts.count() == 0 {
            FETCH
        } else {
            "give the tokenizer that belongs to the model"
        };
        Err(Fault::new(place, what, cure))
    }
}

/// The byte of a text such as `<0x0A>`.
pub fn byte_of(text: &[u8]) -> Option<u8> {
    let [b'<', b'0', b'x', high, low, b'>'] = text else { return None };
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    Some(digit(*high)? << 4 | digit(*low)?)
}
