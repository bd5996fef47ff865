//! What changes files and folders as a whole.

use core::ffi::{c_int, c_long};

use super::place::{HERE, Place};
use crate::errors::{self, check};
use crate::host;
use crate::stdio::descriptor::{FOR_WRITING, close, openat};

/// What is removed is a folder (`AT_REMOVEDIR`).
const REMOVE_FOLDER: c_int = 0x200;

fn done(result: c_int) -> c_int {
    check(c_long::from(result)) as c_int
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn unlinkat(folder: c_int, path: *const u8, flags: c_int) -> c_int {
    let is_folder = c_int::from(flags & REMOVE_FOLDER != 0);
    // SAFETY: a string or null.
    done(unsafe { Place::new().find(folder, path, |path| host::bf_remove(path, is_folder)) })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn unlink(path: *const u8) -> c_int {
    // SAFETY: a string.
    unsafe { unlinkat(HERE, path, 0) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rmdir(path: *const u8) -> c_int {
    // SAFETY: a string.
    unsafe { unlinkat(HERE, path, REMOVE_FOLDER) }
}

/// A file, or an empty folder.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn remove(path: *const u8) -> c_int {
    // SAFETY: a string.
    unsafe {
        done(Place::new().find(HERE, path, |path| match host::bf_remove(path, 0) {
            error if error == -errors::EISDIR => host::bf_remove(path, 1),
            result => result,
        }))
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn renameat(
    from_folder: c_int,
    from: *const u8,
    to_folder: c_int,
    to: *const u8,
) -> c_int {
    let mut place = Place::new();
    // SAFETY: two strings.
    unsafe {
        done(Place::new().find(from_folder, from, |from| {
            place.find(to_folder, to, |to| host::bf_rename(from, to))
        }))
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rename(from: *const u8, to: *const u8) -> c_int {
    // SAFETY: two strings.
    unsafe { renameat(HERE, from, HERE, to) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mkdirat(folder: c_int, path: *const u8, _mode: u32) -> c_int {
    // SAFETY: a string.
    done(unsafe { Place::new().find(folder, path, |path| host::bf_make_folder(path)) })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mkdir(path: *const u8, mode: u32) -> c_int {
    // SAFETY: a string.
    unsafe { mkdirat(HERE, path, mode) }
}

#[unsafe(no_mangle)]
pub extern "C" fn ftruncate(file: c_int, size: c_long) -> c_int {
    // SAFETY: the machine knows which descriptors are open.
    done(unsafe { host::bf_resize(file, size) })
}

#[unsafe(no_mangle)]
pub extern "C" fn ftruncate64(file: c_int, size: c_long) -> c_int {
    ftruncate(file, size)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn truncate(path: *const u8, size: c_long) -> c_int {
    // SAFETY: a string.
    let file = unsafe { openat(HERE, path, FOR_WRITING) };
    if file < 0 {
        return -1;
    }
    let result = ftruncate(file, size);
    if close(file) < 0 { -1 } else { result }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn truncate64(path: *const u8, size: c_long) -> c_int {
    // SAFETY: a string.
    unsafe { truncate(path, size) }
}

/// Room for a part of a file: it grows to the part's end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn posix_fallocate(file: c_int, offset: c_long, bytes: c_long) -> c_int {
    let Some(end) = offset.checked_add(bytes).filter(|_| offset >= 0 && bytes > 0) else {
        return errors::EINVAL;
    };
    // SAFETY: the machine knows which descriptors are open, and writes the answer there is room for.
    unsafe {
        let ask = |told| host::bf_status(file, core::ptr::null(), told);
        match super::place::told(ask) {
            Ok(told) if told.size >= end as u64 => 0,
            Ok(_) => -host::bf_resize(file, end),
            Err(error) => error,
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn posix_fallocate64(file: c_int, offset: c_long, bytes: c_long) -> c_int {
    // SAFETY: the same contract.
    unsafe { posix_fallocate(file, offset, bytes) }
}

/// Advice is not taken.
#[unsafe(no_mangle)]
pub extern "C" fn posix_fadvise(
    _file: c_int,
    _at: c_long,
    _bytes: c_long,
    _advice: c_int,
) -> c_int {
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn posix_fadvise64(
    _file: c_int,
    _at: c_long,
    _bytes: c_long,
    _advice: c_int,
) -> c_int {
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn fsync(file: c_int) -> c_int {
    if file < 0 {
        errors::set(errors::EBADF);
        return -1;
    }
    // SAFETY: the machine knows which descriptors are open.
    done(unsafe { host::bf_sync(file) })
}

#[unsafe(no_mangle)]
pub extern "C" fn fdatasync(file: c_int) -> c_int {
    fsync(file)
}

#[unsafe(no_mangle)]
pub extern "C" fn syncfs(file: c_int) -> c_int {
    fsync(file)
}

#[unsafe(no_mangle)]
pub extern "C" fn sync() {
    // SAFETY: without conditions.
    unsafe { host::bf_sync(-1) };
}

/// Nobody else has the file.
#[unsafe(no_mangle)]
pub extern "C" fn flock(file: c_int, _operation: c_int) -> c_int {
    // SAFETY: the machine knows which descriptors are open.
    if done(unsafe { host::bf_flags(file, -1) }) < 0 { -1 } else { 0 }
}

#[unsafe(no_mangle)]
pub extern "C" fn lockf(file: c_int, _operation: c_int, _bytes: c_long) -> c_int {
    flock(file, 0)
}

#[unsafe(no_mangle)]
pub extern "C" fn lockf64(file: c_int, _operation: c_int, _bytes: c_long) -> c_int {
    flock(file, 0)
}

#[unsafe(no_mangle)]
pub extern "C" fn dup(file: c_int) -> c_int {
    // SAFETY: the machine knows which descriptors are open.
    done(unsafe { host::bf_duplicate(file, 0, 0) })
}

#[unsafe(no_mangle)]
pub extern "C" fn dup2(file: c_int, to: c_int) -> c_int {
    // SAFETY: as above.
    done(unsafe { host::bf_duplicate(file, to, 1) })
}

#[unsafe(no_mangle)]
pub extern "C" fn dup3(file: c_int, to: c_int, _flags: c_int) -> c_int {
    if file == to {
        errors::set(errors::EINVAL);
        return -1;
    }
    dup2(file, to)
}

/// What a FAT volume has no form for fails as it does elsewhere on one.
macro_rules! not_permitted {
    ($($name:ident($($argument:ident: $kind:ty),*))*) => {$(
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($argument: $kind),*) -> c_int {
            errors::set(errors::EPERM);
            -1
        }
    )*};
}

not_permitted! {
    link(_from: *const u8, _to: *const u8)
    symlink(_to: *const u8, _path: *const u8)
    linkat(_a: c_int, _from: *const u8, _b: c_int, _to: *const u8, _flags: c_int)
    symlinkat(_to: *const u8, _folder: c_int, _path: *const u8)
    mkfifo(_path: *const u8, _mode: u32)
    mknod(_path: *const u8, _mode: u32, _device: u64)
    chroot(_path: *const u8)
}

/// Ways of copying that have the system do it: who asks for them has another one.
macro_rules! not_there {
    ($($name:ident)*) => {$(
        #[unsafe(no_mangle)]
        pub extern "C" fn $name() -> c_long {
            errors::set(errors::ENOSYS);
            -1
        }
    )*};
}

not_there!(sendfile sendfile64 splice copy_file_range statx);
