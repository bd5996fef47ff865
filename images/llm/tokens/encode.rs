//! Text to tokens, and tokens to text.

use super::classes::{Classes, character};
use super::split;
use super::vocabulary::{Method, Sort, Vocabulary};
use crate::fault::{Checked, Fault, Place};
use crate::host::{self, Stream};
use crate::memory::room;

/// What SentencePiece writes for a space: U+2581.
const SPACE: &[u8] = "\u{2581}".as_bytes();

/// Tokens, up to as many as there is room for.
pub struct Tokens {
    list: &'static mut [u32],
    count: usize,
}

impl Tokens {
    /// # Errors
    /// There is no memory.
    pub fn new(most: usize) -> Checked<Self> {
        Ok(Self { list: room(most)?, count: 0 })
    }

    pub fn get(&self) -> &[u32] {
        self.list.get(..self.count).unwrap_or_default()
    }

    /// Forgets all behind the first `count`.
    pub fn cut(&mut self, count: usize) {
        self.count = self.count.min(count);
    }

    /// Forgets all but the last `count`.
    pub fn keep_last(&mut self, count: usize) {
        let start = self.count.saturating_sub(count);
        if let Some(list) = self.list.get_mut(..self.count) {
            list.rotate_left(start);
        }
        self.count -= start;
    }

    /// # Errors
    /// There is no room for it.
    pub fn push(&mut self, token: u32) -> Checked<()> {
        let Some(place) = self.list.get_mut(self.count) else {
            let place = Place::Number(b"tokens of the text: more than", self.count as u64);
            let cure = "ask for a longer --context, or for --full slide";
            return Err(Fault::new(place, "do not fit", cure));
        };
        *place = token;
        self.count += 1;
        Ok(())
    }
}

/// A piece of text on its way to a token.
#[derive(Clone, Copy)]
struct Piece {
    start: u32,
    end: u32,
    /// The piece behind it; 0: none.
    next: u32,
    /// How well it goes with the next; less than everything when they do not.
    value: f32,
}

const NEVER: f32 = f32::MIN;

// SAFETY: it is made of numbers.
unsafe impl crate::memory::Zeroed for Piece {}

/// Makes tokens of text.
pub struct Encoder {
    vocabulary: &'static Vocabulary,
    classes: Classes,
    /// The text as it is in tokens, and its pieces.
    text: &'static mut [u8],
    pieces: &'static mut [Piece],
}

impl Encoder {
    /// For texts of up to so many bytes.
    ///
    /// # Errors
    /// There is no memory.
    pub fn new(vocabulary: &'static Vocabulary, most: usize) -> Checked<Self> {
        // A byte may become three.
        let text = room(most.saturating_mul(3).saturating_add(8))?;
        let pieces = room(most + 8)?;
        Ok(Self { vocabulary, classes: Classes::new(), text, pieces })
    }

    /// Adds the tokens of a text.
    ///
    /// # Errors
    /// The text is too long.
    pub fn encode(&mut self, text: &[u8], to: &mut Tokens) -> Checked<()> {
        match self.vocabulary.method {
            Method::Scores { dummy, .. } => {
                if text.is_empty() {
                    return Ok(());
                }
                let mut length = 0;
                if dummy && !self.put(&mut length, b" ") {
                    return Err(too_long());
                }
                for byte in text {
                    if !self.put(&mut length, &[*byte]) {
                        return Err(too_long());
                    }
                }
                self.merge(length, to)
            }
            Method::Merges { rules, whole, .. } => {
                let mut left = text;
                while !left.is_empty() {
                    let end = split::word(rules, left, &mut self.classes)?.max(1);
                    let Some((word, rest)) = left.split_at_checked(end) else { break };
                    let mut length = 0;
                    for byte in word {
                        let (bytes, count) = written(*byte);
                        if !self.put(&mut length, bytes.get(..count).unwrap_or_default()) {
                            return Err(too_long());
                        }
                    }
                    let text = self.text.get(..length).unwrap_or_default();
                    match self.vocabulary.texts.find(text) {
                        Some(token) if whole => to.push(token)?,
                        _ => self.merge(length, to)?,
                    }
                    left = rest;
                }
                Ok(())
            }
        }
    }

    /// Puts bytes to the text as it is in tokens.
    fn put(&mut self, length: &mut usize, bytes: &[u8]) -> bool {
        let bytes = if bytes == b" " && self.vocabulary.marked { SPACE } else { bytes };
        let Some(place) = self.text.get_mut(*length..*length + bytes.len()) else { return false };
        place.copy_from_slice(bytes);
        *length += bytes.len();
        true
    }

    /// How well two neighbours go together.
    fn value(&self, left: Piece, right: Piece) -> f32 {
        let part = |piece: Piece| {
            self.text.get(piece.start as usize..piece.end as usize).unwrap_or_default()
        };
        let (left, right) = (part(left), part(right));
        match self.vocabulary.method {
            Method::Scores { scores, .. } => {
                let token = self.vocabulary.texts.find_joined([left, &[], right]);
                // Nobody is to write what stands for no text.
                let token = token.filter(|token| self.vocabulary.sort(*token) == Sort::Text);
                token.and_then(|token| scores.get(token as usize)).copied().unwrap_or(NEVER)
            }
            Method::Merges { merges, .. } => {
                merges.find_joined([left, b" ", right]).map_or(NEVER, |rank| -(rank as f32))
            }
        }
    }

    /// Makes tokens of the first `length` bytes of the text.
    fn merge(&mut self, length: usize, to: &mut Tokens) -> Checked<()> {
        let mut count = 0;
        let mut at = 0;
        while at < length {
            let rest = self.text.get(at..length).unwrap_or_default();
            let (_, bytes) = character(rest);
            let end = at + bytes;
            let next = if end < length { count as u32 + 1 } else { 0 };
            let Some(place) = self.pieces.get_mut(count) else { return Err(too_long()) };
            *place = Piece { start: at as u32, end: end as u32, next, value: NEVER };
            (at, count) = (end, count + 1);
        }
        for index in 0..count {
            self.weigh(index);
        }
        loop {
            // The best pair, the first of several; `before` is the piece before it.
            let (mut best, mut value, mut before_best) = (usize::MAX, NEVER, usize::MAX);
            let (mut index, mut before) = (0, usize::MAX);
            while let Some(piece) = self.pieces.get(index) {
                if piece.value > value {
                    (best, value, before_best) = (index, piece.value, before);
                }
                if piece.next == 0 {
                    break;
                }
                (before, index) = (index, piece.next as usize);
            }
            let Some(left) = self.pieces.get(best).copied() else { break };
            let Some(right) = self.pieces.get(left.next as usize).copied() else { break };
            if let Some(piece) = self.pieces.get_mut(best) {
                (piece.end, piece.next) = (right.end, right.next);
            }
            self.weigh(best);
            if before_best != usize::MAX {
                self.weigh(before_best);
            }
        }
        let mut index = 0;
        while count > 0 {
            let Some(piece) = self.pieces.get(index).copied() else { break };
            self.push(piece, to)?;
            if piece.next == 0 {
                break;
            }
            index = piece.next as usize;
        }
        Ok(())
    }

    /// Finds out how well a piece goes with the next.
    fn weigh(&mut self, index: usize) {
        let Some(piece) = self.pieces.get(index).copied() else { return };
        let next = self.pieces.get(piece.next as usize).copied().filter(|_| piece.next != 0);
        let value = next.map_or(NEVER, |next| self.value(piece, next));
        if let Some(piece) = self.pieces.get_mut(index) {
            piece.value = value;
        }
    }

    /// The token of a piece, or those of its bytes.
    fn push(&self, piece: Piece, to: &mut Tokens) -> Checked<()> {
        let text = self.text.get(piece.start as usize..piece.end as usize).unwrap_or_default();
        if let Some(token) = self.vocabulary.texts.find(text) {
            return to.push(token);
        }
        for byte in text {
            // What has no token at all is left out.
            if let Some(token) = self.vocabulary.byte(*byte) {
                to.push(token)?;
            }
        }
        Ok(())
    }
}

fn too_long() -> Fault {
    Fault::new(Place::Name(b"prompt"), "is too long", "ask for a longer --context, or ask less")
}

/// How tokens of bytes write a byte: as a character that can be seen. Those that can are themselves; the
/// others, in order, are the characters from 256 on.
fn written(byte: u8) -> ([u8; 2], usize) {
    let code = match byte {
        0..=0x20 => 256 + u32::from(byte),
        0x7f..=0xa0 => 256 + 33 + u32::from(byte - 0x7f),
        0xad => 256 + 67,
        _ => byte.into(),
    };
    if code < 0x80 {
        ([code as u8, 0], 1)
    } else {
        ([0xc0 | (code >> 6) as u8, 0x80 | (code & 63) as u8], 2)
    }
}

/// The byte that such a character stands for.
fn read(code: u32) -> u8 {
    match code {
        256..=288 => (code - 256) as u8,
        289..=322 => (code - 289 + 0x7f) as u8,
        323 => 0xad,
        _ => code as u8,
    }
}

/// Writes the text of a token. `first`: it is the first of a text, so a space that was put in front is left out.
pub fn print(vocabulary: &Vocabulary, token: u32, first: bool) {
    let text = match vocabulary.sort(token) {
        Sort::Control => return,
        Sort::Byte(byte) => return host::write(Stream::Output, &[byte]),
        Sort::Text => vocabulary.texts.get(token),
    };
    let mut out = [0u8; 64];
    let mut length = 0;
    let mut left = text;
    let bytes_only = matches!(vocabulary.method, Method::Merges { .. });
    let mut skip = first && matches!(vocabulary.method, Method::Scores { dummy: true, .. });
    while !left.is_empty() {
        let (code, bytes) = character(left);
        let (mut part, rest) = left.split_at_checked(bytes).unwrap_or((left, &[]));
        let byte = [read(code)];
        if bytes_only {
            part = &byte;
        } else if part == SPACE && vocabulary.marked {
            part = b" ";
        }
        left = rest;
        if core::mem::take(&mut skip) && part == b" " {
            continue;
        }
        if let Some(place) = out.get_mut(length..length + part.len()) {
            place.copy_from_slice(part);
            length += part.len();
        }
        if length > 56 || left.is_empty() {
            host::write(Stream::Output, out.get(..length).unwrap_or_default());
            length = 0;
        }
    }
}
