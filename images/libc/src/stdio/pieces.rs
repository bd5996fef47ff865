//! Reading and writing of several pieces of memory at once.

use core::ffi::{c_int, c_long};

use super::descriptor::{pread, pwrite, read, write};

/// `struct iovec`.
#[repr(C)]
pub struct Piece {
    at: *mut u8,
    len: usize,
}

/// Pieces one after the other, until one is not taken whole.
unsafe fn each(
    pieces: *const Piece,
    count: c_int,
    mut act: impl FnMut(*mut u8, usize) -> c_long,
) -> c_long {
    let mut all = 0;
    for at in 0..usize::try_from(count).unwrap_or(0) {
        // SAFETY: the caller's pieces.
        let piece = unsafe { &*pieces.add(at) };
        let done = act(piece.at, piece.len);
        if done < 0 {
            return if all > 0 { all } else { done };
        }
        all += done;
        if (done as usize) < piece.len {
            break;
        }
    }
    all
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn writev(file: c_int, pieces: *const Piece, count: c_int) -> c_long {
    // SAFETY: the caller's pieces.
    unsafe { each(pieces, count, |at, len| write(file, at, len)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn readv(file: c_int, pieces: *const Piece, count: c_int) -> c_long {
    // SAFETY: the caller's pieces.
    unsafe { each(pieces, count, |at, len| read(file, at, len)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pwritev(
    file: c_int,
    pieces: *const Piece,
    count: c_int,
    mut offset: c_long,
) -> c_long {
    // SAFETY: the caller's pieces.
    unsafe {
        each(pieces, count, |at, len| {
            let done = pwrite(file, at, len, offset);
            offset += done.max(0);
            done
        })
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn preadv(
    file: c_int,
    pieces: *const Piece,
    count: c_int,
    mut offset: c_long,
) -> c_long {
    // SAFETY: the caller's pieces.
    unsafe {
        each(pieces, count, |at, len| {
            let done = pread(file, at, len, offset);
            offset += done.max(0);
            done
        })
    }
}
