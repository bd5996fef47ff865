//! Copying, filling and comparing memory, 16 bytes at a time.
//!
//! A tail shorter than a block is done by one more block that ends where the range ends and
//! overlaps the one before.
//!
//! `SAFETY` lines say what the C standard has the caller of the function see to.

use core::arch::x86_64::{__m128i, _mm_loadu_si128, _mm_set1_epi8, _mm_storeu_si128};
use core::ffi::c_int;

use crate::blocks::{Byte, find, find_last, mismatch};
use crate::substring::Part;

unsafe fn block(from: *const u8) -> __m128i {
    // SAFETY: the caller's: 16 bytes may be read.
    unsafe { _mm_loadu_si128(from.cast()) }
}

unsafe fn put_block(to: *mut u8, block: __m128i) {
    // SAFETY: the caller's: 16 bytes may be written.
    unsafe { _mm_storeu_si128(to.cast(), block) }
}

unsafe fn get<T: Copy>(from: *const u8) -> T {
    // SAFETY: the caller's: the bytes may be read.
    unsafe { from.cast::<T>().read_unaligned() }
}

unsafe fn put<T>(to: *mut u8, value: T) {
    // SAFETY: the caller's: the bytes may be written.
    unsafe { to.cast::<T>().write_unaligned(value) }
}

/// Up to 16 bytes; everything is read before anything is written.
unsafe fn copy_short(to: *mut u8, from: *const u8, len: usize) {
    // SAFETY: `len` bytes on both sides; each access lies within them.
    unsafe {
        if len >= 8 {
            let (first, last) = (get::<u64>(from), get::<u64>(from.add(len - 8)));
            put(to, first);
            put(to.add(len - 8), last);
        } else if len >= 4 {
            let (first, last) = (get::<u32>(from), get::<u32>(from.add(len - 4)));
            put(to, first);
            put(to.add(len - 4), last);
        } else if len >= 2 {
            let (first, last) = (get::<u16>(from), get::<u16>(from.add(len - 2)));
            put(to, first);
            put(to.add(len - 2), last);
        } else if len == 1 {
            *to = *from;
        }
    }
}

/// Ascending; right also where the ranges overlap and `to` lies below `from`. Most copies are short, and take no
/// longer than another call would.
#[inline(always)]
unsafe fn copy_up(to: *mut u8, from: *const u8, len: usize) {
    // SAFETY: `len` bytes on both sides.
    unsafe { if len <= 16 { copy_short(to, from, len) } else { copy_long(to, from, len) } }
}

/// The same for more than 16 bytes.
#[inline(never)]
unsafe fn copy_long(to: *mut u8, from: *const u8, len: usize) {
    // SAFETY: `len` bytes on both sides; each access lies within them.
    unsafe {
        // The last block is read first: an overlapping write may reach it.
        let last = block(from.add(len - 16));
        let mut i = 0;
        while i + 64 < len {
            let a = block(from.add(i));
            let b = block(from.add(i + 16));
            let c = block(from.add(i + 32));
            let d = block(from.add(i + 48));
            put_block(to.add(i), a);
            put_block(to.add(i + 16), b);
            put_block(to.add(i + 32), c);
            put_block(to.add(i + 48), d);
            i += 64;
        }
        while i + 16 < len {
            put_block(to.add(i), block(from.add(i)));
            i += 16;
        }
        put_block(to.add(len - 16), last);
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, len: usize) -> *mut u8 {
    // SAFETY: `len` bytes on both sides.
    unsafe { copy_up(to, from, len) };
    to
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mempcpy(to: *mut u8, from: *const u8, len: usize) -> *mut u8 {
    // SAFETY: `len` bytes on both sides.
    unsafe {
        copy_up(to, from, len);
        to.add(len)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn memmove(to: *mut u8, from: *const u8, len: usize) -> *mut u8 {
    // SAFETY: `len` bytes on both sides.
    unsafe {
        // Descending only where ascending would overwrite what is still to be read.
        if (to as usize).wrapping_sub(from as usize) >= len || len <= 16 {
            copy_up(to, from, len);
            return to;
        }
        let first = block(from);
        let mut i = len;
        while i > 16 {
            i -= 16;
            put_block(to.add(i), block(from.add(i)));
        }
        put_block(to, first);
    }
    to
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn memset(to: *mut u8, byte: c_int, len: usize) -> *mut u8 {
    // SAFETY: `len` bytes; each access lies within them.
    unsafe {
        if len < 16 {
            let word = u64::from(byte as u8) * 0x0101_0101_0101_0101;
            if len >= 8 {
                put(to, word);
                put(to.add(len - 8), word);
            } else if len >= 4 {
                put(to, word as u32);
                put(to.add(len - 4), word as u32);
            } else {
                let mut i = 0;
                while i < len {
                    *to.add(i) = byte as u8;
                    i += 1;
                }
            }
            return to;
        }
        let value = _mm_set1_epi8(byte as i8);
        let mut i = 0;
        while i + 64 < len {
            put_block(to.add(i), value);
            put_block(to.add(i + 16), value);
            put_block(to.add(i + 32), value);
            put_block(to.add(i + 48), value);
            i += 64;
        }
        while i + 16 < len {
            put_block(to.add(i), value);
            i += 16;
        }
        put_block(to.add(len - 16), value);
    }
    to
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn memcmp(a: *const u8, b: *const u8, len: usize) -> c_int {
    // SAFETY: both have `len` bytes.
    unsafe {
        if (8..16).contains(&len) {
            // The first byte that differs is the highest after swapping.
            let order = |x: u64, y: u64| if x.swap_bytes() < y.swap_bytes() { -1 } else { 1 };
            let (x, y) = (get::<u64>(a), get::<u64>(b));
            if x != y {
                return order(x, y);
            }
            let (x, y) = (get::<u64>(a.add(len - 8)), get::<u64>(b.add(len - 8)));
            return if x == y { 0 } else { order(x, y) };
        }
        let at = mismatch::<false>(a, b, len);
        if at == len { 0 } else { c_int::from(*a.add(at)) - c_int::from(*b.add(at)) }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn bcmp(a: *const u8, b: *const u8, len: usize) -> c_int {
    // SAFETY: the same contract.
    unsafe { memcmp(a, b, len) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn memchr(bytes: *const u8, byte: c_int, len: usize) -> *mut u8 {
    // A program may say more than there is where it knows that the byte is there.
    let end = (bytes as usize).saturating_add(len) as *const u8;
    // SAFETY: so many bytes are there, or the byte is.
    let found = unsafe { find(bytes, end, Byte::new(byte as u8)) };
    if found == end { core::ptr::null_mut() } else { found.cast_mut() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn memrchr(bytes: *const u8, byte: c_int, len: usize) -> *mut u8 {
    // SAFETY: so many bytes are there.
    unsafe { find_last(bytes, bytes.add(len), Byte::new(byte as u8)).cast_mut() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rawmemchr(bytes: *const u8, byte: c_int) -> *mut u8 {
    // SAFETY: the byte is there.
    unsafe { find(bytes, usize::MAX as *const u8, Byte::new(byte as u8)).cast_mut() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn memccpy(to: *mut u8, from: *const u8, byte: c_int, len: usize) -> *mut u8 {
    // SAFETY: `len` bytes on both sides, or as many as are copied.
    unsafe {
        let mut i = 0;
        while i < len {
            *to.add(i) = *from.add(i);
            i += 1;
            if *from.add(i - 1) == byte as u8 {
                return to.add(i);
            }
        }
    }
    core::ptr::null_mut()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn memmem(
    bytes: *const u8,
    len: usize,
    part: *const u8,
    part_len: usize,
) -> *mut u8 {
    if part_len == 0 {
        return bytes.cast_mut();
    }
    // SAFETY: so many bytes are there.
    unsafe {
        if part_len == 1 {
            return memchr(bytes, c_int::from(*part), len);
        }
        Part::new(part, part_len).find(bytes, bytes.add(len)).cast_mut()
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn bzero(to: *mut u8, len: usize) {
    // SAFETY: `len` bytes.
    unsafe { memset(to, 0, len) };
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn bcopy(from: *const u8, to: *mut u8, len: usize) {
    // SAFETY: `len` bytes on both sides.
    unsafe { memmove(to, from, len) };
}
