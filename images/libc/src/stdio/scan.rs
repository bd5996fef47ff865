//! Formatted input (C17, 7.21.6.2).

use core::ffi::c_int;

use super::file::{File, stdin};
use super::read::{fgetc, ungetc};
use super::va_list::VaList;
use crate::character::is_space;
use crate::convert::{float_extent, integer, to_f32, to_f64};

/// Longest number that is looked at; the rest of a longer one is left unread.
const LONGEST: usize = 400;

/// Where the text comes from; one byte can be looked at before it is taken.
struct Source {
    /// A stream; null for memory.
    file: *mut File,
    text: *const u8,
    /// Bytes taken.
    taken: usize,
}

impl Source {
    /// The next byte; `None` at the end.
    unsafe fn peek(&mut self) -> Option<u8> {
        unsafe {
            if self.file.is_null() {
                return if *self.text == 0 { None } else { Some(*self.text) };
            }
            let c = fgetc(self.file);
            if c < 0 {
                return None;
            }
            ungetc(c, self.file);
            Some(c as u8)
        }
    }

    unsafe fn take(&mut self) {
        unsafe {
            if self.file.is_null() {
                self.text = self.text.add(1);
            } else {
                fgetc(self.file);
            }
        }
        self.taken += 1;
    }

    unsafe fn skip_blanks(&mut self) {
        unsafe {
            while self.peek().is_some_and(is_space) {
                self.take();
            }
        }
    }
}

/// The bytes of a number, with a NUL behind them.
struct Token {
    bytes: [u8; LONGEST + 1],
    len: usize,
    left: usize,
}

impl Token {
    fn new(width: usize) -> Self {
        Token { bytes: [0; LONGEST + 1], len: 0, left: width.min(LONGEST) }
    }

    /// Takes the next byte if it fits `wanted`.
    unsafe fn accept(&mut self, source: &mut Source, wanted: impl Fn(u8) -> bool) -> bool {
        unsafe {
            if self.left == 0 {
                return false;
            }
            match source.peek() {
                Some(byte) if wanted(byte) => {
                    source.take();
                    // SAFETY: `left` keeps `len` below LONGEST.
                    *self.bytes.as_mut_ptr().add(self.len) = byte;
                    self.len += 1;
                    self.left -= 1;
                    true
                }
                _ => false,
            }
        }
    }

    /// A sign, a prefix as `base` allows, digits.
    unsafe fn integer(&mut self, source: &mut Source, base: u32) {
        unsafe {
            self.accept(source, |b| b == b'+' || b == b'-');
            let mut base = base;
            if (base == 0 || base == 16) && self.accept(source, |b| b == b'0') {
                if self.accept(source, |b| b | 0x20 == b'x') {
                    base = 16;
                } else if base == 0 {
                    base = 8;
                }
            }
            if base == 0 {
                base = 10;
            }
            while self.accept(source, |b| char::from(b).is_digit(base)) {}
        }
    }

    unsafe fn float(&mut self, source: &mut Source) {
        unsafe {
            self.accept(source, |b| b == b'+' || b == b'-');
            if self.accept(source, |b| matches!(b | 0x20, b'i' | b'n')) {
                while self
                    .accept(source, |b| matches!(b | 0x20, b'a' | b'f' | b'i' | b'n' | b't' | b'y'))
                {
                }
                return;
            }
            let mut hexadecimal = false;
            if self.accept(source, |b| b == b'0') {
                hexadecimal = self.accept(source, |b| b | 0x20 == b'x');
            }
            let digit =
                |b: u8| if hexadecimal { b.is_ascii_hexdigit() } else { b.is_ascii_digit() };
            while self.accept(source, digit) {}
            if self.accept(source, |b| b == b'.') {
                while self.accept(source, digit) {}
            }
            let mark = if hexadecimal { b'p' } else { b'e' };
            if self.accept(source, |b| b | 0x20 == mark) {
                self.accept(source, |b| b == b'+' || b == b'-');
                while self.accept(source, |b| b.is_ascii_digit()) {}
            }
        }
    }
}

/// Stores an integer of `bits` bits.
unsafe fn store(to: *mut u8, value: u64, bits: u32) {
    unsafe {
        match bits {
            8 => to.write(value as u8),
            16 => to.cast::<u16>().write(value as u16),
            32 => to.cast::<u32>().write(value as u32),
            _ => to.cast::<u64>().write(value),
        }
    }
}

/// A set as `[...]` writes it, from behind the `[`; where it ends.
unsafe fn read_set(mut at: *const u8, set: &mut [bool; 256]) -> *const u8 {
    unsafe {
        let inverted = *at == b'^';
        if inverted {
            at = at.add(1);
        }
        let p = set.as_mut_ptr();
        let mut first = true;
        while *at != 0 && (first || *at != b']') {
            first = false;
            if *at.add(1) == b'-' && *at.add(2) != b']' && *at.add(2) != 0 {
                let (mut low, high) = (*at, *at.add(2));
                while low < high {
                    *p.add(usize::from(low)) = true;
                    low += 1;
                }
                *p.add(usize::from(high)) = true;
                at = at.add(3);
            } else {
                *p.add(usize::from(*at)) = true;
                at = at.add(1);
            }
        }
        if inverted {
            for member in set.iter_mut() {
                *member = !*member;
            }
        }
        if *at == b']' { at.add(1) } else { at }
    }
}

/// Puts bytes in `set`, at most `width`, to `to`; whether there was one.
unsafe fn characters(
    source: &mut Source,
    to: *mut u8,
    width: usize,
    member: impl Fn(u8) -> bool,
) -> usize {
    let mut len = 0;
    unsafe {
        while len < width {
            let Some(byte) = source.peek().filter(|byte| member(*byte)) else { break };
            source.take();
            if !to.is_null() {
                *to.add(len) = byte;
            }
            len += 1;
        }
    }
    len
}

/// Items assigned, or -1 when the input ended before the first.
unsafe fn scan(source: &mut Source, format: *const u8, args: &mut VaList) -> c_int {
    let mut assigned = 0;
    let mut at = format;
    unsafe {
        while *at != 0 {
            if is_space(*at) {
                source.skip_blanks();
                at = at.add(1);
                continue;
            }
            if *at != b'%' || *at.add(1) == b'%' {
                if *at == b'%' {
                    at = at.add(1);
                    source.skip_blanks();
                }
                match source.peek() {
                    None => return if assigned == 0 { -1 } else { assigned },
                    Some(byte) if byte != *at => return assigned,
                    Some(_) => source.take(),
                }
                at = at.add(1);
                continue;
            }
            at = at.add(1);
            let silent = *at == b'*';
            if silent {
                at = at.add(1);
            }
            let mut width = 0usize;
            while (*at).is_ascii_digit() {
                width = width.saturating_mul(10).saturating_add(usize::from(*at - b'0'));
                at = at.add(1);
            }
            let mut bits = 32;
            loop {
                match *at {
                    b'h' => bits = if bits == 16 { 8 } else { 16 },
                    b'l' | b'q' | b'j' | b'z' | b't' | b'L' => bits = 64,
                    _ => break,
                }
                at = at.add(1);
            }
            let letter = *at;
            if letter == 0 {
                return assigned;
            }
            at = at.add(1);
            if letter == b'n' {
                if !silent {
                    store(args.integer() as *mut u8, source.taken as u64, bits);
                }
                continue;
            }
            if !matches!(letter, b'c' | b'[') {
                source.skip_blanks();
            }
            if source.peek().is_none() {
                return if assigned == 0 { -1 } else { assigned };
            }
            let to = if silent { core::ptr::null_mut() } else { args.integer() as *mut u8 };
            let wide = if width == 0 { usize::MAX } else { width };
            match letter {
                b'd' | b'i' | b'u' | b'x' | b'X' | b'o' | b'p' => {
                    let base = match letter {
                        b'i' => 0,
                        b'x' | b'X' | b'p' => 16,
                        b'o' => 8,
                        _ => 10,
                    };
                    let mut token = Token::new(wide);
                    token.integer(source, base);
                    let number = integer(token.bytes.as_ptr(), base, LONGEST);
                    if number.end.is_null() {
                        return assigned;
                    }
                    let value = match letter {
                        b'd' | b'i' => number.signed() as u64,
                        _ => number.unsigned(),
                    };
                    if !silent {
                        store(to, value, if letter == b'p' { 64 } else { bits });
                    }
                }
                b'f' | b'F' | b'e' | b'E' | b'g' | b'G' | b'a' | b'A' => {
                    let mut token = Token::new(wide);
                    token.float(source);
                    let extent = float_extent(token.bytes.as_ptr(), LONGEST);
                    if extent.end == token.bytes.as_ptr() {
                        return assigned;
                    }
                    if !silent && bits == 64 {
                        to.cast::<f64>().write(to_f64(&extent));
                    } else if !silent {
                        to.cast::<f32>().write(to_f32(&extent));
                    }
                }
                b'c' => {
                    let count = width.max(1);
                    if characters(source, to, count, |_| true) < count {
                        return assigned;
                    }
                }
                b's' | b'[' => {
                    let len = if letter == b's' {
                        characters(source, to, wide, |byte| !is_space(byte))
                    } else {
                        let mut set = [false; 256];
                        at = read_set(at, &mut set);
                        let members = set.as_ptr();
                        // SAFETY: the table has an entry for every byte.
                        characters(source, to, wide, |byte| *members.add(usize::from(byte)))
                    };
                    if len == 0 {
                        return assigned;
                    }
                    if !silent {
                        *to.add(len) = 0;
                    }
                }
                _ => return assigned,
            }
            assigned += c_int::from(!silent);
        }
    }
    assigned
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn vfscanf(file: *mut File, format: *const u8, args: *mut VaList) -> c_int {
    unsafe {
        let mut source = Source { file, text: core::ptr::null(), taken: 0 };
        let mut copy = *args;
        scan(&mut source, format, &mut copy)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn vscanf(format: *const u8, args: *mut VaList) -> c_int {
    unsafe { vfscanf(stdin, format, args) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn vsscanf(text: *const u8, format: *const u8, args: *mut VaList) -> c_int {
    unsafe {
        let mut source = Source { file: core::ptr::null_mut(), text, taken: 0 };
        let mut copy = *args;
        scan(&mut source, format, &mut copy)
    }
}
