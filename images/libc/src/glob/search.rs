//! Following a pattern through folders.

use core::ffi::c_int;

use super::braces::{braces, byte, next_comma};
use super::flags::{
    BRACES, FITS_NO_ESCAPE, FITS_PERIOD, FOLDERS, HOME, MARK, NO_ESCAPE, NO_SORT, ON_ERROR, PERIOD,
};
use super::flags::{Failure, OnError};
use crate::allocate::{free, malloc};
use crate::environment::getenv;
use crate::errors;
use crate::files::folders::{NAME, closedir, opendir, readdir};
use crate::files::status::is_folder;
use crate::list::{List, NoRoom};
use crate::memory::memcpy;
use crate::pattern::fnmatch;
use crate::strings::strcmp;

/// A search under way.
pub(super) struct Search {
    pub(super) flags: c_int,
    pub(super) on_error: OnError,
    pub(super) found: List<*mut u8>,
}

impl Search {
    pub(super) fn has(&self, flag: c_int) -> bool {
        self.flags & flag != 0
    }

    /// The bytes of a pattern up to the next slash, and whether some of them are special.
    fn part(&self, pattern: *const u8) -> (usize, bool) {
        let (mut len, mut special) = (0, false);
        while !matches!(byte(pattern, len), 0 | b'/') {
            special |= matches!(byte(pattern, len), b'*' | b'?' | b'[');
            let escapes = byte(pattern, len) == b'\\' && !self.has(NO_ESCAPE);
            len += 1 + usize::from(escapes && !matches!(byte(pattern, len + 1), 0 | b'/'));
        }
        (len, special)
    }

    pub(super) fn is_special(&self, mut pattern: *const u8) -> bool {
        loop {
            let (len, special) = self.part(pattern);
            if special || byte(pattern, len) == 0 {
                return special;
            }
            pattern = pattern.wrapping_add(len + 1);
        }
    }

    /// Whether all bytes of a pattern stand for themselves.
    pub(super) fn is_plain(&self, pattern: *const u8) -> bool {
        let mut escapes = false;
        let mut at = 0;
        while byte(pattern, at) != 0 {
            escapes |= byte(pattern, at) == b'\\' && !self.has(NO_ESCAPE);
            at += 1;
        }
        at > 0 && !escapes && !self.is_special(pattern)
    }

    pub(super) fn add(&mut self, path: *const u8, len: usize) -> Result<(), Failure> {
        // SAFETY: so many bytes; room for them and a NUL.
        unsafe {
            let copy = malloc(len + 1);
            if copy.is_null() {
                return Err(Failure::NoSpace);
            }
            memcpy(copy, path, len);
            *copy.add(len) = 0;
            self.found.push(copy)?;
        }
        Ok(())
    }

    /// Adds all files whose path begins as it is and goes on as the pattern has it.
    fn follow(&mut self, path: &mut List<u8>, mut pattern: *const u8) -> Result<(), Failure> {
        loop {
            while byte(pattern, 0) == b'/' {
                path.push(b'/')?;
                pattern = pattern.wrapping_add(1);
            }
            if byte(pattern, 0) == 0 {
                return self.reached(path);
            }
            let (len, special) = self.part(pattern);
            if special {
                return self.list(path, pattern, len);
            }
            let mut at = 0;
            while at < len {
                if byte(pattern, at) == b'\\' && !self.has(NO_ESCAPE) && at + 1 < len {
                    at += 1;
                }
                path.push(byte(pattern, at))?;
                at += 1;
            }
            pattern = pattern.wrapping_add(len);
        }
    }

    /// Adds a path, if there is such a file.
    fn reached(&mut self, path: &mut List<u8>) -> Result<(), Failure> {
        let len = path.len();
        path.push(0)?;
        // SAFETY: a string.
        let folder = unsafe { is_folder(path.first()) };
        path.truncate(len);
        let slash = len > 0 && path.get(len - 1) == b'/';
        let Some(folder) = folder else { return Ok(()) };
        if slash && !folder {
            return Ok(());
        }
        if folder && self.has(MARK) && !slash {
            path.push(b'/')?;
        }
        self.add(path.first(), path.len())?;
        path.truncate(len);
        Ok(())
    }

    /// Follows a pattern whose first part, of so many bytes, is special.
    fn list(&mut self, path: &mut List<u8>, pattern: *const u8, len: usize) -> Result<(), Failure> {
        let start = path.len();
        let part = List::copy_of(pattern, len)?;
        let last = byte(pattern, len) == 0;
        let names = self.names(path, &part, last)?;
        let mut result = Ok(());
        for at in 0..names.len() {
            let name = names.get(at);
            if result.is_ok() {
                path.truncate(start);
                result = (|| {
                    for index in 0.. {
                        match byte(name, index) {
                            0 => break,
                            byte => path.push(byte)?,
                        };
                    }
                    if last && self.has(FOLDERS) && !is_folder_at(path)? {
                        return Ok(());
                    }
                    self.follow(path, pattern.wrapping_add(len))
                })();
            }
            // SAFETY: from `malloc`.
            unsafe { free(name) };
        }
        path.truncate(start);
        result
    }

    /// The names in a folder that fit a part of a pattern, each from `malloc`. In parts before the last one a
    /// period must be written.
    fn names(
        &mut self,
        path: &mut List<u8>,
        part: &List<u8>,
        last: bool,
    ) -> Result<List<*mut u8>, Failure> {
        let start = path.len();
        if start == 0 {
            path.push(b'.')?;
        }
        // Without the slash behind it, but for the root's.
        if start > 1 {
            path.truncate(start - 1);
        }
        path.push(0)?;
        let restore = |path: &mut List<u8>| {
            path.truncate(if start > 1 { start - 1 } else { start });
            if start > 1 { path.push(b'/').map(|_| ()) } else { Ok(()) }
        };
        let mut names = List::new();
        let mut flags = if last && self.has(PERIOD) { 0 } else { FITS_PERIOD };
        if self.has(NO_ESCAPE) {
            flags |= FITS_NO_ESCAPE;
        }
        // SAFETY: strings, and a folder that is open; what an entry's name is lives until the next.
        unsafe {
            let folder = opendir(path.first());
            if folder.is_null() {
                let error = errors::get();
                let stops = error != errors::ENOTDIR
                    && (self.on_error.is_some_and(|told| told(path.first(), error) != 0)
                        || self.has(ON_ERROR));
                restore(path)?;
                return if stops { Err(Failure::Aborted) } else { Ok(names) };
            }
            restore(path)?;
            let mut whole = Ok(());
            loop {
                let entry = readdir(folder);
                if entry.is_null() || whole.is_err() {
                    break;
                }
                let name = entry.add(NAME);
                if fnmatch(part.first(), name, flags) == 0 {
                    let copy = crate::strings::strdup(name);
                    whole = if copy.is_null() { Err(NoRoom) } else { names.push(copy).map(|_| ()) };
                }
            }
            closedir(folder);
            whole?;
        }
        Ok(names)
    }

    /// All that braces stand for, one after the other; without them the pattern itself.
    pub(super) fn unbraced(&mut self, pattern: *const u8) -> Result<(), Failure> {
        let Some((open, close)) = braces(pattern).filter(|_| self.has(BRACES)) else {
            return self.at_home(pattern);
        };
        let mut from = open + 1;
        while from <= close {
            let to = next_comma(pattern, from, close);
            let mut one = List::new();
            let rest = close + 1..usize::MAX;
            for at in (0..open).chain(from..to).chain(rest) {
                let next = byte(pattern, at);
                one.push(next)?;
                if next == 0 {
                    break;
                }
            }
            self.unbraced(one.first())?;
            from = to + 1;
        }
        Ok(())
    }

    /// Follows a pattern without braces.
    fn at_home(&mut self, pattern: *const u8) -> Result<(), Failure> {
        let before = self.found.len();
        let mut path = List::new();
        let mut rest = pattern;
        if self.has(HOME) && byte(pattern, 0) == b'~' && matches!(byte(pattern, 1), 0 | b'/') {
            // SAFETY: a string; that of the environment lives on.
            let home = unsafe { getenv(c"HOME".as_ptr().cast()) };
            for at in 0.. {
                match if home.is_null() { b'~' } else { byte(home, at) } {
                    0 => break,
                    byte => path.push(byte)?,
                };
                if home.is_null() {
                    break;
                }
            }
            rest = pattern.wrapping_add(1);
        }
        self.follow(&mut path, rest)?;
        let count = self.found.len() - before;
        // SAFETY: strings of the list.
        unsafe {
            if !self.has(NO_SORT) && count > 1 {
                let first = self.found.first().cast_mut().add(before).cast();
                crate::sort::qsort(first, count, size_of::<*mut u8>(), by_name);
            }
        }
        Ok(())
    }
}

fn is_folder_at(path: &mut List<u8>) -> Result<bool, NoRoom> {
    path.push(0)?;
    // SAFETY: a string.
    let is = unsafe { is_folder(path.first()) };
    path.pop();
    Ok(is == Some(true))
}

unsafe extern "C" fn by_name(one: *const u8, other: *const u8) -> c_int {
    // SAFETY: two places of a list of strings.
    unsafe { strcmp(*one.cast::<*const u8>(), *other.cast::<*const u8>()) }
}
