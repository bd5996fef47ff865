//! Paths as the machine takes them: those that do not begin at the root begin in the program's folder, or
//! in one that is open.

use core::ffi::{c_int, c_long};
use core::mem::MaybeUninit;
use core::ptr::null_mut;

use crate::allocate::{free, malloc};
use crate::errors::{self, check};
use crate::host::{self, FOLDER, Told};
use crate::memory::memcpy;
use crate::strings::strlen;
use crate::threads::lock::Recursive;

/// For the folder that the program is in (`AT_FDCWD`).
pub const HERE: c_int = -100;
/// Room for the longest path, its NUL counted (`PATH_MAX`).
pub const PATH: usize = 4096;

/// The folder that the program is in, from `malloc`; null while that is the machine's root.
static mut CURRENT: *mut u8 = null_mut();
/// Guards it.
static LOCK: Recursive = Recursive::new();

/// Room for a path that is put together.
pub struct Place(MaybeUninit<[u8; PATH]>);

impl Place {
    pub fn new() -> Self {
        Self(MaybeUninit::uninit())
    }

    /// Calls the machine with a path; what it answers, or the negative of an error number.
    ///
    /// # Safety
    /// `path` is a string or null.
    pub unsafe fn find(
        &mut self,
        folder: c_int,
        path: *const u8,
        ask: impl FnOnce(*const u8) -> c_int,
    ) -> c_int {
        // SAFETY: by this function's contract.
        match unsafe { self.whole(folder, path) } {
            Ok(path) => ask(path),
            Err(error) => -error,
        }
    }

    /// The path that the machine is asked about.
    ///
    /// # Safety
    /// `path` is a string or null.
    pub unsafe fn whole(&mut self, folder: c_int, path: *const u8) -> Result<*const u8, c_int> {
        if path.is_null() {
            return Err(errors::EFAULT);
        }
        // SAFETY: a string; the room is as large as what is asked for, and what is written there is
        // counted.
        unsafe {
            if *path == b'/'
                || *path == 0
                || folder == HERE && (&raw const CURRENT).read().is_null()
            {
                return Ok(path);
            }
            let to = self.0.as_mut_ptr().cast::<u8>();
            let len = strlen(path);
            let base = if folder == HERE {
                let _held = LOCK.hold();
                let base = strlen(CURRENT);
                memcpy(to, CURRENT, base);
                base
            } else {
                match host::bf_path(folder, to, PATH) {
                    error @ ..0 => return Err(-error as c_int),
                    base => base as usize,
                }
            };
            if base + len + 2 > PATH {
                return Err(errors::ENAMETOOLONG);
            }
            *to.add(base) = b'/';
            memcpy(to.add(base + 1), path, len + 1);
            Ok(to)
        }
    }
}

/// What has a path, or is open.
pub fn told(ask: impl FnOnce(*mut Told) -> c_int) -> Result<Told, c_int> {
    let mut told = Told { kind: 0, size: 0, number: 0, changed_ns: 0 };
    match ask(&mut told) {
        0 => Ok(told),
        error => Err(-error),
    }
}

/// Takes `.`, `..` and empty parts out of a path from the root, where it lies.
///
/// # Safety
/// A string.
unsafe fn make_plain(path: *mut u8) {
    // SAFETY: what is written is never ahead of what is read.
    unsafe {
        let len = strlen(path);
        let (mut from, mut end) = (0, 0);
        while from < len {
            let part = path.add(from);
            let mut size = 0;
            while from + size < len && *part.add(size) != b'/' {
                size += 1;
            }
            from += size + 1;
            match (size, *part) {
                (0, _) | (1, b'.') => {}
                (2, b'.') if *part.add(1) == b'.' => {
                    while end > 0 {
                        end -= 1;
                        if *path.add(end) == b'/' {
                            break;
                        }
                    }
                }
                _ => {
                    // Behind what was read: a part has a slash before it, save the first of a path
                    // that has none, which is moved by one.
                    core::ptr::copy(part, path.add(end + 1), size);
                    *path.add(end) = b'/';
                    end += size + 1;
                }
            }
        }
        if end == 0 {
            *path = b'/';
            end = 1;
        }
        *path.add(end) = 0;
    }
}

/// A path from the root, without `.`, `..` and empty parts, of something that is there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn realpath(path: *const u8, to: *mut u8) -> *mut u8 {
    // SAFETY: a string or null, and the caller's room for the longest path, or new.
    unsafe {
        if path.is_null() {
            errors::set(errors::EINVAL);
            return null_mut();
        }
        let mut place = Place::new();
        let found = place.whole(HERE, path).and_then(|whole| {
            told(|told| host::bf_status(-1, whole, told))?;
            if strlen(whole) + 2 > PATH { Err(errors::ENAMETOOLONG) } else { Ok(whole) }
        });
        let whole = match found {
            Ok(whole) => whole,
            Err(error) => {
                errors::set(error);
                return null_mut();
            }
        };
        let to = if to.is_null() { malloc(PATH) } else { to };
        if to.is_null() {
            return null_mut();
        }
        *to = b'/';
        memcpy(to.add(1), whole, strlen(whole) + 1);
        make_plain(to);
        to
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn canonicalize_file_name(path: *const u8) -> *mut u8 {
    // SAFETY: the same contract.
    unsafe { realpath(path, null_mut()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn chdir(path: *const u8) -> c_int {
    // SAFETY: a string.
    unsafe {
        let found = Place::new().find(HERE, path, |path| {
            match told(|told| host::bf_status(-1, path, told)) {
                Ok(told) if told.kind == FOLDER => 0,
                Ok(_) => -errors::ENOTDIR,
                Err(error) => -error,
            }
        });
        if found < 0 {
            errors::set(-found);
            return -1;
        }
        let plain = realpath(path, null_mut());
        if plain.is_null() {
            return -1;
        }
        let _held = LOCK.hold();
        free(CURRENT);
        CURRENT = plain;
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fchdir(folder: c_int) -> c_int {
    let mut path = MaybeUninit::<[u8; PATH]>::uninit();
    let path = path.as_mut_ptr().cast::<u8>();
    // SAFETY: so much room, the last byte of which is for the NUL.
    unsafe {
        let len = check(host::bf_path(folder, path, PATH - 1));
        if len < 0 {
            return -1;
        }
        *path.add(len as usize) = 0;
        chdir(path)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn getcwd(to: *mut u8, room: usize) -> *mut u8 {
    const ROOT: &[u8] = b"/\0";
    // SAFETY: the caller's room, or new.
    unsafe {
        let _held = LOCK.hold();
        let path = if CURRENT.is_null() { ROOT.as_ptr() } else { CURRENT };
        let len = strlen(path) + 1;
        let to_new = to.is_null();
        if room < len && (room != 0 || !to_new) {
            errors::set(if room == 0 { errors::EINVAL } else { errors::ERANGE });
            return null_mut();
        }
        let to = if to_new { malloc(room.max(len)) } else { to };
        if to.is_null() {
            return null_mut();
        }
        memcpy(to, path, len)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn get_current_dir_name() -> *mut u8 {
    // SAFETY: new room.
    unsafe { getcwd(null_mut(), 0) }
}

/// There are no links to read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn readlink(path: *const u8, to: *mut u8, room: usize) -> c_long {
    // SAFETY: the same contract.
    unsafe { readlinkat(HERE, path, to, room) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn readlinkat(
    folder: c_int,
    path: *const u8,
    _to: *mut u8,
    _room: usize,
) -> c_long {
    // SAFETY: a string.
    let found = unsafe {
        Place::new().find(folder, path, |path| {
            told(|told| host::bf_status(-1, path, told)).err().unwrap_or(0)
        })
    };
    errors::set(if found == 0 { errors::EINVAL } else { found.abs() });
    -1
}
