//! Where scanned text comes from.

use crate::character::is_space;
use crate::stdio::file::File;
use crate::stdio::read::{fgetc, ungetc};

/// A stream or a string; one byte can be looked at before it is taken.
pub(super) struct Source {
    /// A stream; null for memory.
    file: *mut File,
    text: *const u8,
    /// Bytes taken.
    pub(super) taken: usize,
}

impl Source {
    /// # Safety
    /// A stream that stays open as long as this lives.
    pub(super) unsafe fn stream(file: *mut File) -> Self {
        Self { file, text: core::ptr::null(), taken: 0 }
    }

    /// # Safety
    /// A string that stays as long as this lives.
    pub(super) unsafe fn string(text: *const u8) -> Self {
        Self { file: core::ptr::null_mut(), text, taken: 0 }
    }

    /// The next byte; `None` at the end.
    pub(super) fn peek(&mut self) -> Option<u8> {
        // SAFETY: as it was made; behind the NUL of a string nothing is read.
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

    /// Takes the byte that was looked at.
    pub(super) fn take(&mut self) {
        // SAFETY: as above: there is such a byte.
        unsafe {
            if self.file.is_null() {
                self.text = self.text.add(1);
            } else {
                fgetc(self.file);
            }
        }
        self.taken += 1;
    }

    pub(super) fn skip_blanks(&mut self) {
        while self.peek().is_some_and(is_space) {
            self.take();
        }
    }
}
