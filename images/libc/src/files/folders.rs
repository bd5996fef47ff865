//! Listing folders.
//!
//! What the machine gives of a folder's entries has the layout of `struct dirent` (and of `dirent64`, which
//! is the same on x86-64), so entries are handed out where they lie.

use core::ffi::{c_int, c_long};
use core::ptr::null_mut;

use super::place::told;
use crate::allocate::{free, malloc, realloc};
use crate::errors::{self, check};
use crate::host::{self, FOLDER};
use crate::memory::memcpy;
use crate::stdio::descriptor::{DIRECTORY, close, lseek, open};
use crate::strings::strcmp;

/// Bytes of entries that are fetched at a time.
const BUFFER: usize = 2048;
/// Where an entry has the place of the next one, its length, and its name.
const NEXT: usize = 8;
const LENGTH: usize = 16;
pub const NAME: usize = 19;

/// A folder that is listed.
#[repr(C, align(8))]
pub struct Folder {
    file: c_int,
    at: usize,
    end: usize,
    /// The place of the next entry.
    place: c_long,
    entries: [u8; BUFFER],
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fdopendir(file: c_int) -> *mut Folder {
    // SAFETY: the machine knows which descriptors are open; the folder is written before it is read.
    unsafe {
        match told(|told| host::bf_status(file, core::ptr::null(), told)) {
            Ok(told) if told.kind == FOLDER => {}
            Ok(_) => {
                errors::set(errors::ENOTDIR);
                return null_mut();
            }
            Err(error) => {
                errors::set(error);
                return null_mut();
            }
        }
        let folder = malloc(size_of::<Folder>()).cast::<Folder>();
        if folder.is_null() {
            errors::set(errors::ENOMEM);
            return null_mut();
        }
        (*folder).file = file;
        (*folder).at = 0;
        (*folder).end = 0;
        (*folder).place = lseek(file, 0, 1);
        folder
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn opendir(path: *const u8) -> *mut Folder {
    // SAFETY: a string.
    unsafe {
        let file = open(path, DIRECTORY);
        if file < 0 {
            return null_mut();
        }
        let folder = fdopendir(file);
        if folder.is_null() {
            close(file);
        }
        folder
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn closedir(folder: *mut Folder) -> c_int {
    // SAFETY: one that was opened here, and is not used any more.
    unsafe {
        let result = close((*folder).file);
        free(folder.cast());
        result
    }
}

/// Null at the end, and after an error, which alone sets `errno`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn readdir(folder: *mut Folder) -> *mut u8 {
    // SAFETY: an open folder; the machine gives whole entries.
    unsafe {
        let entries = (&raw mut (*folder).entries).cast::<u8>();
        if (*folder).at == (*folder).end {
            let got = check(host::bf_list((*folder).file, entries, BUFFER));
            if got <= 0 {
                return null_mut();
            }
            (*folder).at = 0;
            (*folder).end = got as usize;
        }
        let entry = entries.add((*folder).at);
        (*folder).at += usize::from(entry.add(LENGTH).cast::<u16>().read());
        (*folder).place = entry.add(NEXT).cast::<c_long>().read();
        entry
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn readdir64(folder: *mut Folder) -> *mut u8 {
    // SAFETY: the same contract.
    unsafe { readdir(folder) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rewinddir(folder: *mut Folder) {
    // SAFETY: the same contract.
    unsafe { seekdir(folder, 0) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn telldir(folder: *mut Folder) -> c_long {
    // SAFETY: an open folder.
    unsafe { (*folder).place }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn seekdir(folder: *mut Folder, place: c_long) {
    // SAFETY: an open folder.
    unsafe {
        (*folder).at = 0;
        (*folder).end = 0;
        (*folder).place = place;
        lseek((*folder).file, place, 0);
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn dirfd(folder: *mut Folder) -> c_int {
    // SAFETY: an open folder.
    unsafe { (*folder).file }
}

/// An entry of a list by its place there.
type Entry = *const *const u8;

/// By name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn alphasort(one: Entry, other: Entry) -> c_int {
    // SAFETY: two entries.
    unsafe { strcmp((*one).add(NAME), (*other).add(NAME)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn alphasort64(one: Entry, other: Entry) -> c_int {
    // SAFETY: two entries.
    unsafe { alphasort(one, other) }
}

/// All entries of a folder that `wanted` takes, each from `malloc`, in a list from there; their number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn scandir(
    path: *const u8,
    list: *mut *mut *mut u8,
    wanted: Option<unsafe extern "C" fn(*const u8) -> c_int>,
    compare: Option<unsafe extern "C" fn(*const u8, *const u8) -> c_int>,
) -> c_int {
    // SAFETY: a string, the caller's place for the list, and functions that take entries.
    unsafe {
        let folder = opendir(path);
        if folder.is_null() {
            return -1;
        }
        let mut found: *mut *mut u8 = null_mut();
        let (mut count, mut room) = (0, 0);
        let mut whole = true;
        loop {
            let entry = readdir(folder);
            if entry.is_null() {
                break;
            }
            if wanted.is_some_and(|wanted| wanted(entry) == 0) {
                continue;
            }
            if count == room {
                room = room * 2 + 16;
                let moved = realloc(found.cast(), room * size_of::<*mut u8>());
                if moved.is_null() {
                    whole = false;
                    break;
                }
                found = moved.cast();
            }
            let len = usize::from(entry.add(LENGTH).cast::<u16>().read());
            let copy = malloc(len);
            if copy.is_null() {
                whole = false;
                break;
            }
            memcpy(copy, entry, len);
            *found.add(count) = copy;
            count += 1;
        }
        closedir(folder);
        if !whole {
            for at in 0..count {
                free(*found.add(at));
            }
            free(found.cast());
            errors::set(errors::ENOMEM);
            return -1;
        }
        if let Some(compare) = compare {
            crate::sort::qsort(found.cast(), count, size_of::<*mut u8>(), compare);
        }
        *list = found;
        count as c_int
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn scandir64(
    path: *const u8,
    list: *mut *mut *mut u8,
    wanted: Option<unsafe extern "C" fn(*const u8) -> c_int>,
    compare: Option<unsafe extern "C" fn(*const u8, *const u8) -> c_int>,
) -> c_int {
    // SAFETY: the same contract.
    unsafe { scandir(path, list, wanted, compare) }
}
