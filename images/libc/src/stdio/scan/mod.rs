//! Formatted input (C17, 7.21.6.2; arguments by number and `%ms` from POSIX).
//!
//! What a caller vouches for: the format is a string, and the list has a pointer to the right
//! memory for each conversion that stores something. All `SAFETY` lines of this folder rest on it.

mod number;
mod source;
mod target;

use core::ffi::c_int;
use core::ptr::null_mut;

use super::file::{File, stdin};
use super::va_list::VaList;
use crate::character::is_space;
use crate::convert::{float_extent, integer, to_f32, to_f64};
use crate::errors;
use crate::long_double::__bf_long_of_text;
use number::Number;
use source::Source;
use target::{Target, Trouble};

/// A conversion specification without its letter.
struct Spec {
    /// Nothing is stored.
    silent: bool,
    /// Memory from the heap is wanted.
    allocate: bool,
    /// Which argument, counted from 0; `None`: the next.
    place: Option<usize>,
    /// Most characters to take; 0: none was given.
    width: usize,
    /// Of an integer; 64 of anything else: a `double`, or wide characters.
    bits: u32,
    /// A floating-point number is a `long double`.
    long_double: bool,
}

impl Spec {
    /// Reads one from behind its `%`; where its letter is.
    unsafe fn read(mut at: *const u8) -> (Self, *const u8) {
        let mut spec = Spec {
            silent: false,
            allocate: false,
            place: None,
            width: 0,
            bits: 32,
            long_double: false,
        };
        // SAFETY: nothing behind the format's NUL is read.
        unsafe {
            let (first, behind) = digits(at);
            if first > 0 && *behind == b'$' {
                spec.place = Some(first - 1);
                at = behind.add(1);
            }
            loop {
                match *at {
                    b'*' => spec.silent = true,
                    b'\'' | b'I' => {}
                    _ => break,
                }
                at = at.add(1);
            }
            (spec.width, at) = digits(at);
            loop {
                match *at {
                    b'm' => spec.allocate = true,
                    b'h' => spec.bits = if spec.bits == 16 { 8 } else { 16 },
                    b'l' | b'q' | b'j' | b'z' | b't' => spec.bits = 64,
                    b'L' => {
                        spec.bits = 64;
                        spec.long_double = true;
                    }
                    _ => break,
                }
                at = at.add(1);
            }
        }
        (spec, at)
    }

    /// Most characters to take.
    fn limit(&self) -> usize {
        if self.width == 0 { usize::MAX } else { self.width }
    }
}

/// A number in the format, 0 if there is none; the byte behind it.
unsafe fn digits(mut at: *const u8) -> (usize, *const u8) {
    let mut value = 0usize;
    // SAFETY: nothing behind the format's NUL is read.
    unsafe {
        while (*at).is_ascii_digit() {
            value = value.saturating_mul(10).saturating_add(usize::from(*at - b'0'));
            at = at.add(1);
        }
    }
    (value, at)
}

/// A set as `[...]` writes it, from behind the `[`; where it ends.
unsafe fn read_set(mut at: *const u8, set: &mut [bool; 256]) -> *const u8 {
    // SAFETY: nothing behind the format's NUL is read; the table has an entry for every byte.
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

/// How a conversion ended.
enum Done {
    /// It stored something, or would have.
    Stored,
    /// The input does not match.
    Mismatch,
    NoMemory,
}

/// Takes characters whose bytes are all `member`s, at most `most`, and keeps them.
fn characters(
    source: &mut Source,
    mut target: Target,
    most: usize,
    string: bool,
    member: impl Fn(u8) -> bool,
) -> Done {
    let trouble = |trouble| match trouble {
        Trouble::NoMemory => Done::NoMemory,
        Trouble::Encoding => {
            errors::set(errors::EILSEQ);
            Done::Mismatch
        }
    };
    while target.len < most {
        let Some(byte) = source.peek().filter(|byte| member(*byte)) else { break };
        source.take();
        if let Err(why) = target.push(byte) {
            return trouble(why);
        }
    }
    if target.is_within() {
        return trouble(Trouble::Encoding);
    }
    // A string is as long as it is; single characters have a number.
    if if string { target.len == 0 } else { target.len < most } {
        return Done::Mismatch;
    }
    target.keep(string).map_or_else(trouble, |()| Done::Stored)
}

/// One call of `scanf`.
struct Scan {
    source: Source,
    /// All arguments, and those behind the ones that were taken.
    all: VaList,
    rest: VaList,
}

impl Scan {
    fn new(source: Source, list: VaList) -> Self {
        Self { source, all: list, rest: list }
    }

    /// The argument of a conversion: all of them are pointers.
    unsafe fn pointer(&mut self, spec: &Spec) -> *mut u8 {
        // SAFETY: the caller passed as many.
        unsafe {
            if let Some(place) = spec.place {
                self.rest = self.all;
                for _ in 0..place {
                    self.rest.integer();
                }
            }
            self.rest.integer() as *mut u8
        }
    }

    /// Where the characters of a conversion go.
    unsafe fn target(&mut self, spec: &Spec) -> Target {
        let wide = spec.bits == 64;
        // SAFETY: the caller passed a pointer to memory, or, with `m`, to a pointer.
        unsafe {
            if spec.silent {
                Target::nowhere(wide)
            } else if spec.allocate {
                Target::heap(self.pointer(spec).cast(), wide)
            } else {
                Target::memory(self.pointer(spec), wide)
            }
        }
    }

    /// Stores an integer of so many bits.
    unsafe fn store(&mut self, spec: &Spec, value: u64, bits: u32) {
        if spec.silent {
            return;
        }
        // SAFETY: the caller passed a pointer to such an integer.
        unsafe {
            let to = self.pointer(spec);
            match bits {
                8 => to.write(value as u8),
                16 => to.cast::<u16>().write(value as u16),
                32 => to.cast::<u32>().write(value as u32),
                _ => to.cast::<u64>().write(value),
            }
        }
    }

    unsafe fn integer(&mut self, spec: &Spec, letter: u8) -> Done {
        let base = match letter {
            b'i' => 0,
            b'x' | b'X' | b'p' => 16,
            b'o' => 8,
            _ => 10,
        };
        let mut number = Number::new(spec.limit());
        let (whole, null) = if letter == b'p' {
            number.pointer(&mut self.source)
        } else {
            (number.integer(&mut self.source, base), false)
        };
        if number.lost {
            return Done::NoMemory;
        }
        if !whole {
            return Done::Mismatch;
        }
        // SAFETY: the number's text ends in a NUL; `store` has its own contract.
        unsafe {
            let value = if null {
                0
            } else {
                let number = integer(number.text(), base, usize::MAX);
                match letter {
                    b'd' | b'i' => number.signed() as u64,
                    _ => number.unsigned(),
                }
            };
            self.store(spec, value, if letter == b'p' { 64 } else { spec.bits });
        }
        Done::Stored
    }

    unsafe fn float(&mut self, spec: &Spec) -> Done {
        let mut number = Number::new(spec.limit());
        let whole = number.float(&mut self.source);
        if number.lost {
            return Done::NoMemory;
        }
        if !whole {
            return Done::Mismatch;
        }
        if spec.silent {
            return Done::Stored;
        }
        // SAFETY: the number's text ends in a NUL; the caller passed a pointer to such a number.
        unsafe {
            let extent = float_extent(number.text(), usize::MAX);
            let to = self.pointer(spec);
            if spec.long_double {
                let bits = __bf_long_of_text(number.text(), null_mut());
                to.cast::<u64>().write(bits as u64);
                to.cast::<u16>().add(4).write((bits >> 64) as u16);
            } else if spec.bits == 64 {
                to.cast::<f64>().write(to_f64(&extent));
            } else {
                to.cast::<f32>().write(to_f32(&extent));
            }
        }
        Done::Stored
    }

    /// Items assigned, or -1 when the input ended before the first.
    unsafe fn follow(&mut self, format: *const u8) -> c_int {
        let mut assigned = 0;
        let mut at = format;
        // SAFETY: nothing behind the format's NUL is read; the rest is the contract above.
        unsafe {
            while *at != 0 {
                if is_space(*at) {
                    self.source.skip_blanks();
                    at = at.add(1);
                    continue;
                }
                if *at != b'%' || *at.add(1) == b'%' {
                    if *at == b'%' {
                        at = at.add(1);
                        self.source.skip_blanks();
                    }
                    match self.source.peek() {
                        None => return if assigned == 0 { -1 } else { assigned },
                        Some(byte) if byte != *at => return assigned,
                        Some(_) => self.source.take(),
                    }
                    at = at.add(1);
                    continue;
                }
                let (mut spec, letter_at) = Spec::read(at.add(1));
                let letter = match *letter_at {
                    0 => return assigned,
                    b'C' | b'S' => {
                        spec.bits = 64;
                        *letter_at | 0x20
                    }
                    letter => letter,
                };
                at = letter_at.add(1);
                if letter == b'n' {
                    let taken = self.source.taken as u64;
                    self.store(&spec, taken, spec.bits);
                    continue;
                }
                if !matches!(letter, b'c' | b'[') {
                    self.source.skip_blanks();
                }
                if self.source.peek().is_none() {
                    return if assigned == 0 { -1 } else { assigned };
                }
                let limit = spec.limit();
                let done = match letter {
                    b'd' | b'i' | b'u' | b'x' | b'X' | b'o' | b'p' => self.integer(&spec, letter),
                    b'f' | b'F' | b'e' | b'E' | b'g' | b'G' | b'a' | b'A' => self.float(&spec),
                    b'c' => {
                        let target = self.target(&spec);
                        characters(&mut self.source, target, spec.width.max(1), false, |_| true)
                    }
                    b's' => {
                        let target = self.target(&spec);
                        characters(&mut self.source, target, limit, true, |byte| !is_space(byte))
                    }
                    b'[' => {
                        let mut set = [false; 256];
                        at = read_set(at, &mut set);
                        let members = set.as_ptr();
                        let target = self.target(&spec);
                        // The table has an entry for every byte.
                        let member = |byte| *members.add(usize::from(byte));
                        characters(&mut self.source, target, limit, true, member)
                    }
                    _ => Done::Mismatch,
                };
                match done {
                    Done::Stored => assigned += c_int::from(!spec.silent),
                    Done::Mismatch => return assigned,
                    Done::NoMemory => return -1,
                }
            }
        }
        assigned
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn vfscanf(file: *mut File, format: *const u8, args: *mut VaList) -> c_int {
    // SAFETY: the contract above.
    unsafe { Scan::new(Source::stream(file), *args).follow(format) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn vscanf(format: *const u8, args: *mut VaList) -> c_int {
    // SAFETY: the contract above.
    unsafe { vfscanf(stdin, format, args) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn vsscanf(text: *const u8, format: *const u8, args: *mut VaList) -> c_int {
    // SAFETY: the contract above.
    unsafe { Scan::new(Source::string(text), *args).follow(format) }
}
