//! Frames: the values of a call, and below them what links it to its caller.

use core::ptr::NonNull;

use super::inst::{Fp, Ip};

/// Bytes below a frame that link it to its caller.
pub(crate) const HEADER: usize = 48;

/// What lies below a frame, the last field directly below it.
#[repr(C)]
pub(crate) struct Header {
    /// What `llvm.stackrestore` at the return sets: the end of free stack at the call.
    pub high: usize,
    /// The stack arguments behind the fixed ones, of a variadic call.
    pub overflow: *mut u8,
    /// The register save area of a variadic call.
    pub save: *mut u8,
    /// Where the result goes.
    pub dst: *mut u8,
    /// The caller's frame.
    pub fp: Fp,
    /// Where the caller goes on.
    pub ip: Ip,
}

const _: () = assert!(size_of::<Header>() == HEADER);

/// Bytes beyond a frame that are surely there: room for the few words that calls write before
/// they check.
pub(crate) const SLACK: u32 = 1024;

/// The header of a frame.
///
/// # Safety
/// `fp` is a frame.
#[inline(always)]
pub(crate) unsafe fn header(fp: Fp) -> *mut Header {
    // SAFETY: a header lies below every frame.
    unsafe { fp.sub(HEADER).cast() }
}

/// Reads from the frame.
///
/// # Safety
/// The bytes lie in the frame and hold a `T`.
#[inline(always)]
pub(crate) unsafe fn read<T: Copy>(fp: Fp, at: u32) -> T {
    // SAFETY: the caller's.
    unsafe { fp.add(at as usize).cast::<T>().read_unaligned() }
}

/// Writes to the frame.
///
/// # Safety
/// The bytes lie in the frame.
#[inline(always)]
pub(crate) unsafe fn write<T: Copy>(fp: Fp, at: u32, value: T) {
    // SAFETY: the caller's.
    unsafe { fp.add(at as usize).cast::<T>().write_unaligned(value) }
}

/// Interpreted calls that are under way, `fp` being the innermost one's frame or null.
///
/// # Safety
/// It is the frame of a call that is under way.
pub(crate) unsafe fn depth(fp: *mut u8) -> u64 {
    let mut depth = 0;
    let mut frame = NonNull::new(fp);
    while let Some(fp) = frame {
        depth += 1;
        // SAFETY: engine invariant 2: frames are linked down to a null.
        frame = NonNull::new(unsafe { (*header(fp.as_ptr())).fp });
    }
    depth
}
