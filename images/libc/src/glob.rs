//! `<glob.h>`: the names of files that fit a pattern (POSIX, "Shell Command Language", 2.13.3), with glibc's
//! braces and `~`.
//!
//! A pattern is followed part by part between its slashes. Parts without special bytes are taken as they are, so
//! that no folder is listed for them; of others the folder so far is listed, and closed before what fits
//! is looked into.

use core::ffi::{c_int, c_void};
use core::ptr::null_mut;

use crate::allocate::{free, malloc, realloc};
use crate::environment::getenv;
use crate::errors;
use crate::files::folders::{NAME, closedir, opendir, readdir};
use crate::files::status::is_folder;
use crate::list::{List, NoRoom};
use crate::memory::memcpy;
use crate::pattern::fnmatch;
use crate::strings::{strcmp, strlen};

/// Flags, as glibc numbers them.
const ON_ERROR: c_int = 1;
const MARK: c_int = 1 << 1;
const NO_SORT: c_int = 1 << 2;
const OFFSETS: c_int = 1 << 3;
const NO_CHECK: c_int = 1 << 4;
const APPEND: c_int = 1 << 5;
const NO_ESCAPE: c_int = 1 << 6;
const PERIOD: c_int = 1 << 7;
const MAGIC: c_int = 1 << 8;
const BRACES: c_int = 1 << 10;
const NO_MAGIC: c_int = 1 << 11;
const HOME: c_int = 1 << 12;
const FOLDERS: c_int = 1 << 13;
/// Those that are known. Functions of the program's own in place of those for folders are not.
const KNOWN: c_int = (1 << 14) - 1 - (1 << 9);

/// `fnmatch`'s.
const FITS_NO_ESCAPE: c_int = 2;
const FITS_PERIOD: c_int = 4;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Failure {
    NoSpace = 1,
    Aborted = 2,
}

impl From<NoRoom> for Failure {
    fn from(_: NoRoom) -> Self {
        Failure::NoSpace
    }
}

const NO_MATCH: c_int = 3;

/// `glob_t` of glibc.
#[repr(C)]
pub struct Found {
    count: usize,
    paths: *mut *mut u8,
    offsets: usize,
    flags: c_int,
    functions: [*mut c_void; 5],
}

/// Told of folders that cannot be listed: whether to stop.
type OnError = Option<unsafe extern "C" fn(*const u8, c_int) -> c_int>;

struct Search {
    flags: c_int,
    on_error: OnError,
    found: List<*mut u8>,
}

/// A byte of a string.
fn byte(text: *const u8, at: usize) -> u8 {
    // SAFETY: the callers' strings; none reads behind a NUL.
    unsafe { *text.wrapping_add(at) }
}

impl Search {
    fn has(&self, flag: c_int) -> bool {
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

    fn is_special(&self, mut pattern: *const u8) -> bool {
        loop {
            let (len, special) = self.part(pattern);
            if special || byte(pattern, len) == 0 {
                return special;
            }
            pattern = pattern.wrapping_add(len + 1);
        }
    }

    /// Whether all bytes of a pattern stand for themselves.
    fn is_plain(&self, pattern: *const u8) -> bool {
        let mut escapes = false;
        let mut at = 0;
        while byte(pattern, at) != 0 {
            escapes |= byte(pattern, at) == b'\\' && !self.has(NO_ESCAPE);
            at += 1;
        }
        at > 0 && !escapes && !self.is_special(pattern)
    }

    fn add(&mut self, path: *const u8, len: usize) -> Result<(), Failure> {
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
    fn unbraced(&mut self, pattern: *const u8) -> Result<(), Failure> {
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

/// The first brace that has another, and that one. `{}` is none.
fn braces(pattern: *const u8) -> Option<(usize, usize)> {
    let mut open = 0;
    while byte(pattern, open) != 0 {
        if byte(pattern, open) == b'\\' && byte(pattern, open + 1) != 0 {
            open += 2;
            continue;
        }
        if byte(pattern, open) == b'{' && byte(pattern, open + 1) != b'}' {
            let (mut depth, mut at) = (0, open);
            while byte(pattern, at) != 0 {
                match byte(pattern, at) {
                    b'\\' if byte(pattern, at + 1) != 0 => at += 1,
                    b'{' => depth += 1,
                    b'}' => depth -= 1,
                    _ => {}
                }
                if depth == 0 {
                    return Some((open, at));
                }
                at += 1;
            }
        }
        open += 1;
    }
    None
}

/// The next comma that is in no inner braces, or the end.
fn next_comma(pattern: *const u8, mut at: usize, end: usize) -> usize {
    let mut depth = 0;
    while at < end {
        match byte(pattern, at) {
            b'\\' => at += 1,
            b'{' => depth += 1,
            b'}' => depth -= 1,
            b',' if depth == 0 => return at,
            _ => {}
        }
        at += 1;
    }
    end
}

/// Room for the paths behind those that are there, and behind the offsets.
unsafe fn hand_over(search: &Search, found: *mut Found) -> Result<(), Failure> {
    // SAFETY: the caller's result; its list is from `realloc`, or null.
    unsafe {
        let offsets = if search.has(OFFSETS) { (*found).offsets } else { 0 };
        let before = offsets + (*found).count;
        let room = (before + search.found.len() + 1) * size_of::<*mut u8>();
        let paths = realloc((*found).paths.cast(), room).cast::<*mut u8>();
        if paths.is_null() {
            return Err(Failure::NoSpace);
        }
        (*found).paths = paths;
        if (*found).count == 0 {
            for at in 0..offsets {
                *paths.add(at) = null_mut();
            }
        }
        for at in 0..search.found.len() {
            *paths.add(before + at) = search.found.get(at);
        }
        *paths.add(before + search.found.len()) = null_mut();
        (*found).count += search.found.len();
    }
    Ok(())
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn glob(
    pattern: *const u8,
    flags: c_int,
    on_error: OnError,
    found: *mut Found,
) -> c_int {
    if flags & !KNOWN != 0 {
        errors::set(errors::EINVAL);
        return -1;
    }
    let mut search = Search { flags, on_error, found: List::new() };
    // SAFETY: the caller's: a string, and a result, which holds one already where it is appended to.
    unsafe {
        if flags & APPEND == 0 {
            (*found).count = 0;
            (*found).paths = null_mut();
        }
        if flags & OFFSETS == 0 && flags & APPEND == 0 {
            (*found).offsets = 0;
        }
        (*found).flags = flags | if search.is_special(pattern) { MAGIC } else { 0 };
        let mut done = search.unbraced(pattern);
        let as_it_is = search.has(NO_CHECK) || (search.has(NO_MAGIC) && search.is_plain(pattern));
        if done.is_ok() && search.found.is_empty() && as_it_is {
            done = search.add(pattern, strlen(pattern));
        }
        let told = if search.found.is_empty() { Ok(()) } else { hand_over(&search, found) };
        match (done, told) {
            (Err(failure), _) | (_, Err(failure)) => failure as c_int,
            _ if search.found.is_empty() => NO_MATCH,
            _ => 0,
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn globfree(found: *mut Found) {
    // SAFETY: the caller's result.
    unsafe {
        if (*found).paths.is_null() {
            return;
        }
        let offsets = if (*found).flags & OFFSETS != 0 { (*found).offsets } else { 0 };
        for at in 0..(*found).count {
            free(*(*found).paths.add(offsets + at));
        }
        free((*found).paths.cast());
        (*found).paths = null_mut();
        (*found).count = 0;
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn glob64(
    pattern: *const u8,
    flags: c_int,
    on_error: OnError,
    found: *mut Found,
) -> c_int {
    // SAFETY: the same contract.
    unsafe { glob(pattern, flags, on_error, found) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn globfree64(found: *mut Found) {
    // SAFETY: the same contract.
    unsafe { globfree(found) }
}
