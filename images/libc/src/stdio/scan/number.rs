//! The text of a number in the input: the longest that is one, or the beginning of one. It is a
//! number only if nothing of it is missing (C17, 7.21.6.2, paragraphs 9 and 10), unlike in
//! `strtod`, which goes back to where a number ended.

use core::ptr::null_mut;

use super::source::Source;
use crate::allocate::{free, realloc};
use crate::memory::memcpy;

/// Bytes that need no memory from the heap.
const USUAL: usize = 120;

/// The bytes of a number, with a NUL behind them.
pub(super) struct Number {
    usual: [u8; USUAL],
    /// Longer ones; null before.
    heap: *mut u8,
    room: usize,
    len: usize,
    /// Bytes that may still be taken.
    left: usize,
    /// There was no memory for it.
    pub(super) lost: bool,
}

impl Drop for Number {
    fn drop(&mut self) {
        // SAFETY: null, or from `realloc`, and ours alone.
        unsafe { free(self.heap) };
    }
}

impl Number {
    /// Of at most `width` bytes.
    pub(super) fn new(width: usize) -> Self {
        Number {
            usual: [0; USUAL],
            heap: null_mut(),
            room: USUAL,
            len: 0,
            left: width,
            lost: false,
        }
    }

    /// Its text, up to the NUL.
    pub(super) fn text(&self) -> *const u8 {
        if self.heap.is_null() { self.usual.as_ptr() } else { self.heap }
    }

    fn push(&mut self, byte: u8) {
        if self.len + 1 == self.room {
            let wider = self.room * 2;
            // SAFETY: null, or from `realloc`; the old bytes fit the new room.
            unsafe {
                let moved = realloc(self.heap, wider);
                if moved.is_null() {
                    self.lost = true;
                    self.left = 0;
                    return;
                }
                if self.heap.is_null() {
                    memcpy(moved, self.usual.as_ptr(), self.len);
                }
                self.heap = moved;
            }
            self.room = wider;
        }
        let at = if self.heap.is_null() { self.usual.as_mut_ptr() } else { self.heap };
        // SAFETY: just checked: there is room for the byte and a NUL.
        unsafe {
            *at.add(self.len) = byte;
            *at.add(self.len + 1) = 0;
        }
        self.len += 1;
    }

    /// Takes the next byte if it fits `wanted`.
    fn accept(&mut self, source: &mut Source, wanted: impl Fn(u8) -> bool) -> bool {
        if self.left == 0 {
            return false;
        }
        match source.peek() {
            Some(byte) if wanted(byte) => {
                self.left -= 1;
                self.push(byte);
                source.take();
                true
            }
            _ => false,
        }
    }

    fn sign(&mut self, source: &mut Source) {
        self.accept(source, |b| b == b'+' || b == b'-');
    }

    /// Takes as many as fit; whether there was one.
    fn run(&mut self, source: &mut Source, wanted: impl Fn(u8) -> bool) -> bool {
        let mut any = false;
        while self.accept(source, &wanted) {
            any = true;
        }
        any
    }

    /// Takes the letters of a lower-case word, in any case, one after the other; whether all came.
    fn word(&mut self, source: &mut Source, word: &[u8]) -> bool {
        word.iter().all(|letter| self.accept(source, |b| b | 0x20 == *letter))
    }

    /// A sign, a prefix as `base` allows, digits; whether it is a whole number.
    pub(super) fn integer(&mut self, source: &mut Source, base: u32) -> bool {
        self.sign(source);
        let mut base = base;
        let mut any = false;
        if (base == 0 || base == 16) && self.accept(source, |b| b == b'0') {
            if self.accept(source, |b| b | 0x20 == b'x') {
                base = 16;
            } else {
                any = true;
                base = if base == 0 { 8 } else { base };
            }
        }
        if base == 0 {
            base = 10;
        }
        self.run(source, |b| char::from(b).is_digit(base)) || any
    }

    /// `(nil)`, as `%p` prints a null pointer, or a number; whether it is whole, and null.
    pub(super) fn pointer(&mut self, source: &mut Source) -> (bool, bool) {
        if self.accept(source, |b| b == b'(') {
            let whole = b"nil)".iter().all(|letter| self.accept(source, |b| b == *letter));
            return (whole, true);
        }
        (self.integer(source, 16), false)
    }

    /// A floating-point number, in any form that `strtod` takes; whether it is whole.
    pub(super) fn float(&mut self, source: &mut Source) -> bool {
        self.sign(source);
        if self.accept(source, |b| b | 0x20 == b'i') {
            return self.word(source, b"nf")
                && (!self.accept(source, |b| b | 0x20 == b'i') || self.word(source, b"nity"));
        }
        if self.accept(source, |b| b | 0x20 == b'n') {
            return self.word(source, b"an")
                && (!self.accept(source, |b| b == b'(') || {
                    self.run(source, |b| b.is_ascii_alphanumeric() || b == b'_');
                    self.accept(source, |b| b == b')')
                });
        }
        let zero = self.accept(source, |b| b == b'0');
        let hexadecimal = zero && self.accept(source, |b| b | 0x20 == b'x');
        let digit = |b: u8| if hexadecimal { b.is_ascii_hexdigit() } else { b.is_ascii_digit() };
        let mut any = self.run(source, digit) || zero && !hexadecimal;
        if self.accept(source, |b| b == b'.') {
            any |= self.run(source, digit);
        }
        let mark = if hexadecimal { b'p' } else { b'e' };
        if any && self.accept(source, |b| b | 0x20 == mark) {
            self.sign(source);
            return self.run(source, |b| b.is_ascii_digit());
        }
        any
    }
}
