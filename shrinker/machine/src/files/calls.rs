//! Host calls about files, but for reading them.

use super::{
    EBADF, EEXIST, EINVAL, EISDIR, ENOENT, ENOSYS, ENOTDIR, EROFS, ESPIPE, What, result, state,
    text,
};
use crate::fat::Entry;

#[cfg(not(test))]
unsafe extern "C" {
    /// The console's.
    fn console_bf_write(descriptor: i32, from: *const u8, length: usize) -> isize;
    fn console_bf_terminal(descriptor: i32) -> i32;
}

/// There is no console to be had in tests.
#[cfg(test)]
unsafe fn console_bf_write(_: i32, _: *const u8, length: usize) -> isize {
    length as isize
}

#[cfg(test)]
unsafe fn console_bf_terminal(_: i32) -> i32 {
    0
}

/// Flags of `open`, as Linux numbers them.
const ACCESS: i32 = 3;
const CREATE: i32 = 0o100;
const EXCLUSIVE: i32 = 0o200;
const TRUNCATE: i32 = 0o1000;
const DIRECTORY: i32 = 0o200_000;

/// `bf_open`: the path ends in a zero. Files are there to be read.
///
/// # Safety
/// It does.
#[unsafe(no_mangle)]
unsafe extern "C" fn bf_open(path: *const u8, flags: i32) -> i32 {
    // SAFETY: the caller's; this is a host call.
    let (state, path) = unsafe { (state(), text(path)) };
    let writes = flags & ACCESS != 0 || flags & TRUNCATE != 0;
    result(match state.find(path) {
        _ if flags & ACCESS == ACCESS => Err(EINVAL),
        Ok(_) if flags & CREATE != 0 && flags & EXCLUSIVE != 0 => Err(EEXIST),
        Ok(Entry { is_folder: true, .. }) if writes || flags & CREATE != 0 => Err(EISDIR),
        Ok(Entry { is_folder: false, .. }) if flags & DIRECTORY != 0 => Err(ENOTDIR),
        Ok(_) if writes => Err(EROFS),
        Ok(found) => state.open(found),
        Err(ENOENT) if flags & CREATE != 0 && !path.is_empty() => Err(EROFS),
        Err(error) => Err(error),
    })
}

/// `bf_close`.
#[unsafe(no_mangle)]
extern "C" fn bf_close(descriptor: i32) -> i32 {
    // SAFETY: this is a host call.
    result(unsafe { state() }.close(descriptor).map(|()| 0))
}

/// `bf_duplicate`.
#[unsafe(no_mangle)]
extern "C" fn bf_duplicate(descriptor: i32, to: i32, exactly: i32) -> i32 {
    // SAFETY: this is a host call.
    let state = unsafe { state() };
    let what = match state.what(descriptor) {
        Ok(what) => what,
        Err(error) => return -error,
    };
    if to < 0 || to as usize >= super::DESCRIPTORS {
        return if exactly == 0 { -EINVAL } else { -EBADF };
    }
    if exactly == 0 {
        return result(state.put(what, to));
    }
    if descriptor != to {
        // As dup2 does, whether or not it was open.
        let _ = state.close(to);
        let _ = state.lead(to, what);
    }
    to
}

/// `bf_write`: files are only read.
///
/// # Safety
/// There are `length` bytes at `from`.
#[unsafe(no_mangle)]
unsafe extern "C" fn filed_bf_write(descriptor: i32, from: *const u8, length: usize) -> isize {
    // SAFETY: this is a host call.
    match unsafe { state() }.what(descriptor) {
        // SAFETY: the caller's.
        Ok(What::Console(number)) => unsafe { console_bf_write(number, from, length) },
        _ => -EBADF as isize,
    }
}

/// `bf_write_at`: no file was opened to be written.
#[unsafe(no_mangle)]
extern "C" fn bf_write_at(descriptor: i32, _: *const u8, _: usize, _: i64) -> isize {
    // SAFETY: this is a host call.
    let console = matches!(unsafe { state() }.what(descriptor), Ok(What::Console(_)));
    if console { -ESPIPE as isize } else { -EBADF as isize }
}

/// `bf_terminal`: no file is one.
#[unsafe(no_mangle)]
extern "C" fn filed_bf_terminal(descriptor: i32) -> i32 {
    // SAFETY: this is a host call.
    match unsafe { state() }.what(descriptor) {
        // SAFETY: of the console.
        Ok(What::Console(number)) => unsafe { console_bf_terminal(number) },
        Ok(What::Opening(_)) => 0,
        Err(error) => -error,
    }
}

/// `bf_seek`.
#[unsafe(no_mangle)]
extern "C" fn bf_seek(descriptor: i32, offset: i64, whence: i32) -> i64 {
    // SAFETY: this is a host call.
    let file = match unsafe { state() }.opening(descriptor) {
        Ok(file) => file,
        Err(error) => return (-error).into(),
    };
    let from = match whence {
        0 => 0,
        1 => file.position as i64,
        2 => file.size.into(),
        _ => return (-EINVAL).into(),
    };
    let to = from.wrapping_add(offset);
    if to < 0 {
        return (-EINVAL).into();
    }
    file.position = to as u64;
    to
}

/// `bf_resize`: no file was opened to be written.
#[unsafe(no_mangle)]
extern "C" fn bf_resize(descriptor: i32, _: i64) -> i32 {
    // SAFETY: this is a host call.
    if unsafe { state() }.what(descriptor).is_ok() { -EINVAL } else { -EBADF }
}

/// `bf_sync`: there is nothing that is not on the disk.
#[unsafe(no_mangle)]
extern "C" fn bf_sync(descriptor: i32) -> i32 {
    // SAFETY: this is a host call.
    match unsafe { state() }.what(descriptor) {
        _ if descriptor == -1 => 0,
        Ok(What::Opening(_)) => 0,
        Ok(What::Console(_)) => -EINVAL,
        Err(error) => -error,
    }
}

/// `bf_flags`: files are open to be read.
#[unsafe(no_mangle)]
extern "C" fn bf_flags(descriptor: i32, _: i32) -> i32 {
    // SAFETY: this is a host call.
    match unsafe { state() }.what(descriptor) {
        Ok(What::Console(1..)) => 1,
        Ok(_) => 0,
        Err(error) => -error,
    }
}

/// What a program is told of what is open or has a path.
#[repr(C)]
struct Told {
    kind: u64,
    size: u64,
    number: u64,
    changed_ns: u64,
}

/// `bf_status`.
///
/// # Safety
/// The path is null or ends in a zero; there is room for the answer.
#[unsafe(no_mangle)]
unsafe extern "C" fn bf_status(descriptor: i32, path: *const u8, to: *mut Told) -> i32 {
    // SAFETY: this is a host call.
    let state = unsafe { state() };
    let found = if path.is_null() {
        match state.opening(descriptor) {
            Ok(opening) => {
                Ok(Entry { is_folder: opening.is_folder, first: opening.first, size: opening.size })
            }
            Err(ESPIPE) => {
                // SAFETY: the caller's.
                unsafe { to.write(Told { kind: 3, size: 0, number: 0, changed_ns: 0 }) };
                return 0;
            }
            Err(error) => Err(error),
        }
    } else {
        // SAFETY: the caller's.
        state.find(unsafe { text(path) })
    };
    match found {
        Ok(Entry { is_folder, first, size }) => {
            let (kind, size) = if is_folder { (2, 0) } else { (1, size.into()) };
            // SAFETY: the caller's.
            unsafe { to.write(Told { kind, size, number: first.into(), changed_ns: 0 }) };
            0
        }
        Err(error) => -error,
    }
}

/// `bf_path`: which path a descriptor was opened with is not kept.
#[unsafe(no_mangle)]
extern "C" fn bf_path(_: i32, _: *mut u8, _: usize) -> isize {
    -ENOSYS as isize
}

/// `bf_remove`: what is there stays.
///
/// # Safety
/// The path ends in a zero.
#[unsafe(no_mangle)]
unsafe extern "C" fn bf_remove(path: *const u8, folder: i32) -> i32 {
    // SAFETY: the caller's; this is a host call.
    match unsafe { state().find(text(path)) } {
        Ok(found) if found.is_folder && folder == 0 => -EISDIR,
        Ok(found) if !found.is_folder && folder != 0 => -ENOTDIR,
        Ok(_) => -EROFS,
        Err(error) => -error,
    }
}

/// `bf_rename`: what is there keeps its name.
///
/// # Safety
/// Both paths end in a zero.
#[unsafe(no_mangle)]
unsafe extern "C" fn bf_rename(from: *const u8, _: *const u8) -> i32 {
    // SAFETY: the caller's; this is a host call.
    match unsafe { state().find(text(from)) } {
        Ok(_) => -EROFS,
        Err(error) => -error,
    }
}

/// `bf_make_folder`: none is made.
///
/// # Safety
/// The path ends in a zero.
#[unsafe(no_mangle)]
unsafe extern "C" fn bf_make_folder(path: *const u8) -> i32 {
    // SAFETY: the caller's; this is a host call.
    match unsafe { state().find(text(path)) } {
        Ok(_) => -EEXIST,
        Err(ENOENT) => -EROFS,
        Err(error) => -error,
    }
}
