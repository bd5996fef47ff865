//! Formatted output of wide characters (C17, 7.29.2). Widths and precisions count characters.
//!
//! Where conversions stand is read from a copy of the format in bytes, so that places in both are the same. What
//! makes only ASCII is converted as for bytes; texts are converted here.

use core::ffi::c_int;
use core::ptr::null_mut;

use super::Sink;
use super::arguments::{Arguments, Kinds};
use super::conversion::Conversion;
use super::format::convert;
use crate::allocate::{free, malloc};
use crate::errors;
use crate::multibyte::{Fed, State};
use crate::stdio::file::{AT_ONCE, File, flush, hold, output};
use crate::stdio::va_list::VaList;
use crate::stdio::wide::{fputwc, fwide};
use crate::wide::wcslen;

/// Where characters go.
struct Wide {
    /// A stream; null for memory.
    file: *mut File,
    to: *mut u32,
    /// Characters that fit, without the NUL.
    room: usize,
    count: usize,
    failed: bool,
}

impl Wide {
    fn fail(&mut self, error: c_int) {
        errors::set(error);
        self.failed = true;
    }

    fn put(&mut self, character: u32) {
        // SAFETY: a stream, or room for so many.
        unsafe {
            if !self.file.is_null() {
                self.failed |= fputwc(character, self.file) == u32::MAX;
            } else if self.count < self.room {
                *self.to.add(self.count) = character;
            }
        }
        self.count += 1;
    }

    fn fill(&mut self, count: usize) {
        for _ in 0..count {
            self.put(u32::from(b' '));
        }
    }

    /// So many characters that `next` gives, in their field.
    fn text(&mut self, width: i32, minus: bool, len: usize, mut next: impl FnMut() -> u32) {
        let pad = (width.unsigned_abs() as usize).saturating_sub(len);
        let left = minus || width < 0;
        if !left {
            self.fill(pad);
        }
        for _ in 0..len {
            self.put(next());
        }
        if left {
            self.fill(pad);
        }
    }

    /// `%s`: characters as the locale has them.
    unsafe fn bytes(&mut self, width: i32, minus: bool, most: usize, text: *const u8) {
        let next = |at: &mut usize| {
            let mut state = State::new();
            loop {
                // SAFETY: a string, or as many characters of one as the precision says.
                match state.feed(unsafe { *text.add(*at) }) {
                    Fed::Character(character) => {
                        *at += 1;
                        return Some(character);
                    }
                    Fed::Part => *at += 1,
                    Fed::Wrong => return None,
                }
            }
        };
        let (mut len, mut at) = (0, 0);
        while len < most {
            match next(&mut at) {
                Some(0) => break,
                Some(_) => len += 1,
                None => return self.fail(errors::EILSEQ),
            }
        }
        let mut at = 0;
        self.text(width, minus, len, || next(&mut at).unwrap_or(0));
    }

    /// `%ls`.
    unsafe fn wide(&mut self, width: i32, minus: bool, most: usize, text: *const u32) {
        // SAFETY: a wide string, or as many characters of one as the precision says.
        unsafe {
            let len = crate::wide::wcsnlen(text, most);
            let mut at = 0;
            self.text(width, minus, len, || {
                at += 1;
                *text.add(at - 1)
            });
        }
    }

    /// What makes ASCII alone: as bytes, then each a character.
    unsafe fn plain(
        &mut self,
        start: *const u8,
        conversion: &Conversion,
        arguments: &mut Arguments<'_>,
    ) {
        let sink = |to, room| Sink { file: null_mut(), to, room, count: 0, failed: false };
        // SAFETY: the contract of `format`; memory of the length that was counted.
        unsafe {
            let mut counted = sink(null_mut(), 0);
            convert(&mut counted, start, conversion, &mut arguments.clone());
            let bytes = malloc(counted.count + 1);
            if bytes.is_null() {
                return self.fail(errors::ENOMEM);
            }
            let mut made = sink(bytes, counted.count);
            convert(&mut made, start, conversion, arguments);
            for at in 0..counted.count {
                self.put(u32::from(*bytes.add(at)));
            }
            self.failed |= made.failed;
            free(bytes);
        }
    }

    unsafe fn convert(
        &mut self,
        start: *const u8,
        conversion: &Conversion,
        arguments: &mut Arguments<'_>,
    ) {
        let spec = conversion.spec;
        if conversion.too_large {
            return self.fail(errors::EOVERFLOW);
        }
        // SAFETY: the contract of `format`.
        unsafe {
            match conversion.letter {
                b'c' | b's' => {
                    let width = arguments.amount(conversion.width).unwrap_or(0);
                    let precision = arguments.amount(conversion.precision);
                    let most = precision.and_then(|given| usize::try_from(given).ok());
                    let value = arguments.integer(conversion.value);
                    if conversion.letter == b'c' {
                        let character = value as u32;
                        let wide = spec.bits == 64;
                        if !wide && character & 0x80 != 0 {
                            return self.fail(errors::EILSEQ);
                        }
                        let character = if wide { character } else { character & 0x7F };
                        return self.text(width, spec.minus, 1, || character);
                    }
                    let most = most.unwrap_or(usize::MAX);
                    match value {
                        // As glibc: all of it or nothing.
                        0 => {
                            let most = if most >= 6 { 6 } else { 0 };
                            self.bytes(width, spec.minus, most, c"(null)".as_ptr().cast());
                        }
                        _ if spec.bits == 64 => {
                            self.wide(width, spec.minus, most, value as *const u32)
                        }
                        _ => self.bytes(width, spec.minus, most, value as *const u8),
                    }
                }
                b'n' => {
                    let mut sink = Sink {
                        file: null_mut(),
                        to: null_mut(),
                        room: 0,
                        count: self.count,
                        failed: false,
                    };
                    convert(&mut sink, start, conversion, arguments);
                }
                _ => self.plain(start, conversion, arguments),
            }
        }
    }

    /// Follows a format, of which `bytes` is the copy.
    unsafe fn follow(
        &mut self,
        format: *const u32,
        bytes: *const u8,
        arguments: &mut Arguments<'_>,
    ) {
        let mut at = 0;
        // SAFETY: the contract of `format`; nothing behind the NUL is read.
        unsafe {
            while *bytes.add(at) != 0 && !self.failed {
                if *bytes.add(at) != b'%' {
                    self.put(*format.add(at));
                    at += 1;
                    continue;
                }
                let conversion = Conversion::read(bytes.add(at + 1));
                self.convert(bytes.add(at), &conversion, arguments);
                at = conversion.end as usize - bytes as usize;
            }
        }
    }

    unsafe fn format(&mut self, format: *const u32, list: &VaList) {
        // SAFETY: a wide string, and arguments as it asks for; a copy of the same length.
        unsafe {
            let len = wcslen(format);
            let bytes = malloc(len + 1);
            if bytes.is_null() {
                return self.fail(errors::ENOMEM);
            }
            let mut by_number = false;
            for at in 0..=len {
                let character = *format.add(at);
                // Nothing else has a meaning in a format.
                *bytes.add(at) = if character < 0x80 { character as u8 } else { 1 };
                by_number |= character == u32::from(b'$');
            }
            if by_number {
                self.numbered(format, bytes, list);
            } else {
                self.follow(format, bytes, &mut Arguments::in_order(list));
            }
            free(bytes);
        }
    }

    #[inline(never)]
    unsafe fn numbered(&mut self, format: *const u32, bytes: *const u8, list: &VaList) {
        // SAFETY: as for `follow`.
        unsafe {
            match Kinds::of(bytes) {
                Some(kinds) => self.follow(format, bytes, &mut Arguments::by_number(list, &kinds)),
                None => self.fail(errors::EOVERFLOW),
            }
        }
    }

    fn result(&self) -> c_int {
        if self.failed { -1 } else { c_int::try_from(self.count).unwrap_or(-1) }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn vfwprintf(
    file: *mut File,
    format: *const u32,
    args: *mut VaList,
) -> c_int {
    // SAFETY: the contract of `format`.
    unsafe {
        let _held = hold(file);
        fwide(file, 1);
        let mut wide = Wide { file, to: null_mut(), room: 0, count: 0, failed: false };
        let at_once = (*file).flags & AT_ONCE;
        (*file).flags &= !AT_ONCE;
        wide.format(format, &*args);
        (*file).flags |= at_once;
        if at_once != 0 && flush(file) < 0 {
            wide.failed = true;
        }
        wide.result()
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwprintf(format: *const u32, args: *mut VaList) -> c_int {
    // SAFETY: the contract of `format`.
    unsafe { vfwprintf(output(), format, args) }
}

/// -1 also where it does not fit.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vswprintf(
    to: *mut u32,
    room: usize,
    format: *const u32,
    args: *mut VaList,
) -> c_int {
    if room == 0 {
        return -1;
    }
    let mut wide = Wide { file: null_mut(), to, room: room - 1, count: 0, failed: false };
    // SAFETY: the contract of `format`; so much room.
    unsafe {
        wide.format(format, &*args);
        *to.add(wide.count.min(room - 1)) = 0;
    }
    if wide.count >= room {
        return -1;
    }
    wide.result()
}
