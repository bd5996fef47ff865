//! Host calls about files.

use alloc::sync::Arc;
use core::ffi::{CStr, c_char};
use core::sync::atomic::Ordering::Relaxed;

use bareflow_platform::Platform;

use super::current::{at_leisure, session};
use crate::errno::Errno;
use crate::files::{self, APPEND, Files, Opening, Told, place};

/// Of all files (`bf_sync`).
const ALL: i32 = -1;

/// The address of the host call `name`.
pub(super) fn address(name: &str) -> Option<usize> {
    Some(match name {
        "bf_write" => write as *const () as usize,
        "bf_read" => read as *const () as usize,
        "bf_write_at" => write_at as *const () as usize,
        "bf_read_at" => read_at as *const () as usize,
        "bf_open" => open as *const () as usize,
        "bf_close" => close as *const () as usize,
        "bf_seek" => seek as *const () as usize,
        "bf_resize" => resize as *const () as usize,
        "bf_sync" => sync as *const () as usize,
        "bf_map" => map as *const () as usize,
        "bf_duplicate" => duplicate as *const () as usize,
        "bf_flags" => flags as *const () as usize,
        "bf_status" => status as *const () as usize,
        "bf_path" => path_of as *const () as usize,
        "bf_list" => list as *const () as usize,
        "bf_rename" => rename as *const () as usize,
        "bf_remove" => remove as *const () as usize,
        "bf_make_folder" => make_folder as *const () as usize,
        "bf_terminal" => terminal as *const () as usize,
        _ => return None,
    })
}

fn here() -> (&'static Files, &'static dyn Platform) {
    let shared = &session().shared;
    (&shared.files, shared.platform)
}

fn counted(result: Result<usize, Errno>) -> isize {
    result.map_or_else(|error| error.result() as isize, |count| count as isize)
}

fn done(result: Result<(), Errno>) -> i32 {
    result.map_or_else(Errno::result, |()| 0)
}

/// # Safety
/// The program vouches for its buffer, as it does towards any `write`.
unsafe fn given<'a>(bytes: *const u8, len: usize) -> &'a [u8] {
    // SAFETY: by this function's contract; of no bytes the address may be anything.
    if len == 0 { &[] } else { unsafe { core::slice::from_raw_parts(bytes, len) } }
}

/// # Safety
/// As [`given`]; the program owns the buffer.
unsafe fn room<'a>(to: *mut u8, len: usize) -> &'a mut [u8] {
    // SAFETY: as above.
    if len == 0 { &mut [] } else { unsafe { core::slice::from_raw_parts_mut(to, len) } }
}

/// # Safety
/// The program passes a C string.
unsafe fn bytes<'a>(path: *const c_char) -> &'a [u8] {
    // SAFETY: by this function's contract.
    unsafe { CStr::from_ptr(path) }.to_bytes()
}

extern "C" fn write(descriptor: i32, from: *const u8, len: usize) -> isize {
    let shared = &at_leisure().shared;
    // SAFETY: the program vouches for its buffer.
    let bytes = unsafe { given(from, len) };
    counted(shared.files.get(descriptor).and_then(|open| {
        if open.as_console().is_some() {
            shared.writes.fetch_add(1, Relaxed);
        }
        open.write(shared.platform, bytes)
    }))
}

extern "C" fn read(descriptor: i32, to: *mut u8, len: usize) -> isize {
    // SAFETY: the program owns the buffer.
    let to = unsafe { room(to, len) };
    let shared = &session().shared;
    let open = shared.files.get(descriptor);
    counted(open.and_then(|open| {
        if open.as_console().is_some() {
            at_leisure();
        }
        open.read(shared.platform, to)
    }))
}

extern "C" fn write_at(descriptor: i32, from: *const u8, len: usize, offset: i64) -> isize {
    let shared = &at_leisure().shared;
    // SAFETY: the program vouches for its buffer.
    let bytes = unsafe { given(from, len) };
    let open = shared.files.get(descriptor);
    counted(open.and_then(|open| open.write_at(shared.platform, bytes, offset)))
}

extern "C" fn read_at(descriptor: i32, to: *mut u8, len: usize, offset: i64) -> isize {
    let (files, platform) = here();
    // SAFETY: the program owns the buffer.
    let to = unsafe { room(to, len) };
    counted(files.get(descriptor).and_then(|open| open.read_at(platform, to, offset)))
}

extern "C" fn open(path: *const c_char, flags: i32) -> i32 {
    let (files, platform) = here();
    // SAFETY: the program passes a C string.
    let path = place(platform, unsafe { bytes(path) });
    path.and_then(|path| files.open(platform, &path, flags)).unwrap_or_else(Errno::result)
}

extern "C" fn close(descriptor: i32) -> i32 {
    let (files, platform) = here();
    done(files.close(platform, descriptor))
}

extern "C" fn seek(descriptor: i32, offset: i64, whence: i32) -> i64 {
    let (files, platform) = here();
    let sought = files.get(descriptor).and_then(|open| open.seek(platform, offset, whence));
    sought.unwrap_or_else(|error| error.result().into())
}

extern "C" fn resize(descriptor: i32, size: i64) -> i32 {
    let (files, platform) = here();
    done(files.get(descriptor).and_then(|open| open.resize(platform, size)))
}

extern "C" fn sync(descriptor: i32) -> i32 {
    let (files, platform) = here();
    if descriptor == ALL {
        return done(platform.files().sync_all().map_err(Errno::from));
    }
    done(files.get(descriptor).and_then(|open| open.sync(platform)))
}

extern "C" fn map(descriptor: i32, at: *mut *const u8) -> i64 {
    let shared = &session().shared;
    let mapped = |open: Arc<Opening>| files::map(&open, shared.platform, &shared.heap);
    match shared.files.get(descriptor).and_then(mapped) {
        Ok(bytes) => {
            // SAFETY: the program gives room for an address.
            unsafe { at.write_unaligned(bytes.as_ptr()) };
            bytes.len() as i64
        }
        Err(error) => error.result().into(),
    }
}

/// `exactly`: at that number, else at the lowest free one from it on.
extern "C" fn duplicate(descriptor: i32, to: i32, exactly: i32) -> i32 {
    let (files, platform) = here();
    let made = match exactly {
        0 => files.duplicate(descriptor, to),
        _ => files.replace(platform, descriptor, to),
    };
    made.unwrap_or_else(Errno::result)
}

/// How a descriptor was opened. `change` is -1, or says whether it appends from now on.
extern "C" fn flags(descriptor: i32, change: i32) -> i32 {
    let (files, _) = here();
    match files.get(descriptor) {
        Ok(open) => {
            if change >= 0 {
                open.set_append(change & APPEND != 0);
            }
            open.flags()
        }
        Err(error) => error.result(),
    }
}

/// Of what has the path, or without one of what the descriptor leads to.
extern "C" fn status(descriptor: i32, path: *const c_char, to: *mut Told) -> i32 {
    let (files, platform) = here();
    let told = if path.is_null() {
        files.get(descriptor).and_then(|open| open.status(platform))
    } else {
        // SAFETY: the program passes a C string.
        let path = place(platform, unsafe { bytes(path) });
        path.and_then(|path| Ok(platform.files().status(&path)?.into()))
    };
    done(told.map(|told| {
        // SAFETY: the program gives room for the answer.
        unsafe { to.write_unaligned(told) };
    }))
}

/// The path that a descriptor was opened with, without a zero at its end; its length.
extern "C" fn path_of(descriptor: i32, to: *mut u8, len: usize) -> isize {
    let (files, _) = here();
    // SAFETY: the program owns the buffer.
    let to = unsafe { room(to, len) };
    counted(files.get(descriptor).and_then(|open| {
        let path = open.path()?.as_bytes();
        to.get_mut(..path.len()).ok_or(Errno::ENAMETOOLONG)?.copy_from_slice(path);
        Ok(path.len())
    }))
}

extern "C" fn list(descriptor: i32, to: *mut u8, len: usize) -> isize {
    let (files, _) = here();
    // SAFETY: the program owns the buffer.
    let to = unsafe { room(to, len) };
    counted(files.get(descriptor).and_then(|open| open.list(to)))
}

extern "C" fn rename(from: *const c_char, to: *const c_char) -> i32 {
    let (_, platform) = here();
    // SAFETY: the program passes C strings.
    let (from, to) = unsafe { (place(platform, bytes(from)), place_new(platform, bytes(to))) };
    done(from.and_then(|from| Ok(platform.files().rename(&from, &to?)?)))
}

/// `folder`: a folder, which must be empty, else a file.
extern "C" fn remove(path: *const c_char, folder: i32) -> i32 {
    let (_, platform) = here();
    // SAFETY: the program passes a C string.
    let path = place(platform, unsafe { bytes(path) });
    done(path.and_then(|path| match folder {
        0 => Ok(platform.files().remove(&path)?),
        _ => Ok(platform.files().remove_folder(&path)?),
    }))
}

extern "C" fn make_folder(path: *const c_char) -> i32 {
    let (_, platform) = here();
    // SAFETY: the program passes a C string.
    let path = place_new(platform, unsafe { bytes(path) });
    done(path.and_then(|path| Ok(platform.files().make_folder(&path)?)))
}

/// The place of what may be a folder that is to be: it need not be there for a slash behind its name.
fn place_new(platform: &dyn Platform, path: &[u8]) -> Result<alloc::string::String, Errno> {
    let end = path.iter().rposition(|byte| *byte != b'/').map_or(path.len(), |last| last + 1);
    place(platform, &path[..end])
}

extern "C" fn terminal(descriptor: i32) -> i32 {
    let (files, platform) = here();
    match files.get(descriptor) {
        Ok(open) => i32::from(open.as_console().is_some_and(|number| platform.is_terminal(number))),
        Err(error) => error.result(),
    }
}
