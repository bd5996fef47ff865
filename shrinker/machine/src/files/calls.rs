//! Host calls about files, but for their content and their names.

use super::{
    EBADF, EEXIST, EINVAL, EISDIR, ENOENT, ENOTDIR, ESPIPE, State, What, result, state, text,
};
use crate::fat::{At, Entry};

#[cfg(not(test))]
unsafe extern "C" {
    /// The console's.
    fn console_bf_terminal(descriptor: i32) -> i32;
}

/// There is no console to be had in tests.
#[cfg(test)]
unsafe fn console_bf_terminal(_: i32) -> i32 {
    0
}

/// Flags of `open`, as Linux numbers them.
const ACCESS: i32 = 3;
const CREATE: i32 = 0o100;
const EXCLUSIVE: i32 = 0o200;
const TRUNCATE: i32 = 0o1000;
const APPEND: i32 = 0o2000;
const DIRECTORY: i32 = 0o200_000;

impl State {
    /// Opens what a path leads to, or makes it.
    pub(super) fn open_path(&mut self, path: &[u8], flags: i32) -> Result<i32, i32> {
        let access = flags & ACCESS;
        if access == ACCESS {
            return Err(EINVAL);
        }
        let writes = access != 0 || flags & TRUNCATE != 0;
        let found = match self.find(path) {
            Ok(_) if flags & CREATE != 0 && flags & EXCLUSIVE != 0 => Err(EEXIST),
            Ok(Entry { is_folder: true, .. }) if writes || flags & CREATE != 0 => Err(EISDIR),
            Ok(Entry { is_folder: false, .. }) if flags & DIRECTORY != 0 => Err(ENOTDIR),
            Err(ENOENT) if flags & CREATE != 0 => self.make(path, false, 0),
            found => found,
        };
        let descriptor = self.open(found?, access as u8, flags & APPEND != 0)?;
        if flags & TRUNCATE != 0 {
            let number = self.opening(descriptor)?.node;
            self.resize(number, 0)?;
        }
        Ok(descriptor)
    }
}

/// `bf_open`: the path ends in a zero.
///
/// # Safety
/// It does.
#[unsafe(no_mangle)]
unsafe extern "C" fn bf_open(path: *const u8, flags: i32) -> i32 {
    // SAFETY: the caller's; this is a host call.
    let (state, path) = unsafe { (state(), text(path)) };
    result(state.open_path(path, flags))
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
    let state = unsafe { state() };
    let size = match state.node(descriptor) {
        Ok(node) => node.size,
        Err(error) => return (-error).into(),
    };
    let Ok(opening) = state.opening(descriptor) else { return (-EBADF).into() };
    let from = match whence {
        0 => 0,
        1 => opening.position as i64,
        2 => size.into(),
        _ => return (-EINVAL).into(),
    };
    let to = from.wrapping_add(offset);
    if to < 0 {
        return (-EINVAL).into();
    }
    opening.position = to as u64;
    to
}

/// `bf_flags`.
#[unsafe(no_mangle)]
extern "C" fn bf_flags(descriptor: i32, change: i32) -> i32 {
    // SAFETY: this is a host call.
    let state = unsafe { state() };
    match (state.what(descriptor), state.opening(descriptor)) {
        (Ok(What::Console(1..)), _) => 1,
        (_, Ok(opening)) => {
            if change >= 0 {
                opening.append = change & APPEND != 0;
            }
            i32::from(opening.access) | if opening.append { APPEND } else { 0 }
        }
        (Ok(_), _) => 0,
        (Err(error), _) => -error,
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

/// What tells a file from others: where its entry stands.
fn number(at: At, removed: bool) -> u64 {
    u64::from(at.sector) << 17 | u64::from(at.byte) << 1 | u64::from(removed)
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
        match state.node(descriptor) {
            Ok(node) => Ok((node.is_folder, node.size, number(node.at, node.removed))),
            Err(ESPIPE) => {
                // SAFETY: the caller's.
                unsafe { to.write(Told { kind: 3, size: 0, number: 0, changed_ns: 0 }) };
                return 0;
            }
            Err(error) => Err(error),
        }
    } else {
        // SAFETY: the caller's.
        let found = state.find(unsafe { text(path) });
        found.map(|found| {
            // What is open may have grown.
            let size = state.node_at(found.at).map_or(found.size, |node| node.size);
            (found.is_folder, size, number(found.at, false))
        })
    };
    match found {
        Ok((is_folder, size, number)) => {
            let (kind, size) = if is_folder { (2, 0) } else { (1, size.into()) };
            // SAFETY: the caller's.
            unsafe { to.write(Told { kind, size, number, changed_ns: 0 }) };
            0
        }
        Err(error) => -error,
    }
}
