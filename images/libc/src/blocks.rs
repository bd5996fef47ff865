//! Searching and comparing memory, 16 bytes at a time and 64 where there are many.
//!
//! A search reads blocks at multiples of 16, whole. So it reads bytes in front of where it starts
//! and behind where it ends, but never from a page that holds none of its own: pages, too, begin
//! at multiples of 16. What those bytes are has no influence.
//!
//! No compiler may see both such a search and the object it is in: what lies around the object is none of it, and
//! a compiler that knows its size takes reads of it for ones that never happen. So the searches are never inlined.
//!
//! What is looked for is told as a function that makes a block's bytes zero where they match
//! ([`Wanted::mark`]): four such blocks are one by taking the lesser of each byte.

use core::arch::x86_64::{
    __m128i, _mm_cmpeq_epi8, _mm_load_si128, _mm_loadu_si128, _mm_min_epu8, _mm_movemask_epi8,
    _mm_or_si128, _mm_set1_epi8, _mm_setzero_si128, _mm_xor_si128,
};

/// Bytes in a block.
const BLOCK: usize = 16;
/// Bytes looked at together.
const GROUP: usize = 64;
const PAGE: usize = 4096;

/// What a search looks for.
pub trait Wanted: Copy {
    /// The block with zeros for the bytes that match, and only for those.
    fn mark(self, block: __m128i) -> __m128i;
}

/// The NUL.
#[derive(Clone, Copy)]
pub struct Nul;

/// A byte.
#[derive(Clone, Copy)]
pub struct Byte(__m128i);

/// A byte or the NUL.
#[derive(Clone, Copy)]
pub struct ByteOrNul(__m128i);

impl Byte {
    #[inline(always)]
    pub fn new(byte: u8) -> Self {
        // SAFETY: every x86-64 processor has SSE2.
        Self(unsafe { _mm_set1_epi8(byte.cast_signed()) })
    }
}

impl ByteOrNul {
    #[inline(always)]
    pub fn new(byte: u8) -> Self {
        Self(Byte::new(byte).0)
    }
}

impl Wanted for Nul {
    #[inline(always)]
    fn mark(self, block: __m128i) -> __m128i {
        block
    }
}

impl Wanted for Byte {
    #[inline(always)]
    fn mark(self, block: __m128i) -> __m128i {
        // SAFETY: SSE2.
        unsafe { _mm_xor_si128(block, self.0) }
    }
}

impl Wanted for ByteOrNul {
    #[inline(always)]
    fn mark(self, block: __m128i) -> __m128i {
        // SAFETY: SSE2.
        unsafe { _mm_min_epu8(block, _mm_xor_si128(block, self.0)) }
    }
}

/// A bit for each byte of a block that is zero, the first one's lowest.
#[inline(always)]
fn zeros(block: __m128i) -> u32 {
    // SAFETY: SSE2.
    unsafe { _mm_movemask_epi8(_mm_cmpeq_epi8(block, _mm_setzero_si128())) as u32 }
}

/// The lesser of each byte.
#[inline(always)]
fn least(a: __m128i, b: __m128i) -> __m128i {
    // SAFETY: SSE2.
    unsafe { _mm_min_epu8(a, b) }
}

/// The block at an address that is a multiple of 16.
#[inline(always)]
unsafe fn aligned(at: *const u8) -> __m128i {
    // SAFETY: the caller's: a byte of the block may be read, so its page may.
    unsafe { _mm_load_si128(at.cast()) }
}

#[inline(always)]
unsafe fn anywhere(at: *const u8) -> __m128i {
    // SAFETY: the caller's: all 16 bytes may be read.
    unsafe { _mm_loadu_si128(at.cast()) }
}

/// The first byte that matches, from `start` on; `end` when there is none before. `end` may be the
/// end of memory where there is one that matches for certain.
#[inline(never)]
pub unsafe fn find(start: *const u8, end: *const u8, wanted: impl Wanted) -> *const u8 {
    if start >= end {
        return end;
    }
    let inside = start as usize % BLOCK;
    let mut at = start.wrapping_sub(inside);
    let found = |at: *const u8, bits: u32| {
        let place = at.wrapping_add(bits.trailing_zeros() as usize);
        if place < end { place } else { end }
    };
    // SAFETY: each block that is read has a byte between `start` and `end`, before the first that
    // matches: it is the first, or it begins there, behind blocks without a match.
    unsafe {
        let bits = zeros(wanted.mark(aligned(at))) >> inside << inside;
        if bits != 0 {
            return found(at, bits);
        }
        at = at.wrapping_add(BLOCK);
        while at < end && !(at as usize).is_multiple_of(GROUP) {
            let bits = zeros(wanted.mark(aligned(at)));
            if bits != 0 {
                return found(at, bits);
            }
            at = at.wrapping_add(BLOCK);
        }
        while at < end {
            // A group lies in one page.
            let block = |index: usize| wanted.mark(aligned(at.wrapping_add(index * BLOCK)));
            if any_zero(block(0), block(1), block(2), block(3)) {
                let mut index = 0;
                while zeros(block(index)) == 0 {
                    index += 1;
                }
                return found(at.wrapping_add(index * BLOCK), zeros(block(index)));
            }
            at = at.wrapping_add(GROUP);
        }
    }
    end
}

/// The end of memory, for searches that find something before it.
const EVERYWHERE: *const u8 = usize::MAX as *const u8;

/// Whether 16 bytes from each of two places on lie in a page each, so that they may be read. Not said of some for
/// which it is so.
#[inline(always)]
fn are_whole(a: *const u8, b: *const u8) -> bool {
    (a as usize | b as usize) % PAGE <= PAGE - BLOCK
}

/// [`find`] for what matches for certain. Most texts are short, and a call takes as long as a look at them, so the
/// first bytes are looked at here: who has this inlined is never inlined itself.
#[inline(always)]
pub unsafe fn find_near(start: *const u8, wanted: impl Wanted) -> *const u8 {
    let mut at = start;
    // SAFETY: there is one that matches, and of the block one page has a byte of the text and all others.
    unsafe {
        if are_whole(at, at) {
            let bits = zeros(wanted.mark(anywhere(at)));
            if bits != 0 {
                return at.wrapping_add(bits.trailing_zeros() as usize);
            }
            at = at.wrapping_add(BLOCK);
        }
        find(at, EVERYWHERE, wanted)
    }
}

/// [`mismatch`] of strings, their first bytes looked at here as by [`find_near`].
#[inline(always)]
pub unsafe fn mismatch_near(a: *const u8, b: *const u8) -> usize {
    // SAFETY: as there.
    unsafe {
        if are_whole(a, b) {
            let (x, y) = (anywhere(a), anywhere(b));
            let bits = zeros(least(_mm_cmpeq_epi8(x, y), x));
            if bits != 0 {
                return bits.trailing_zeros() as usize;
            }
        }
        mismatch::<true>(a, b, usize::MAX)
    }
}

/// The last byte that matches between `start` and `end`; null when there is none.
#[inline(never)]
pub unsafe fn find_last(start: *const u8, end: *const u8, wanted: impl Wanted) -> *const u8 {
    if start >= end {
        return core::ptr::null();
    }
    let last = end.wrapping_sub(1);
    let behind = BLOCK - 1 - last as usize % BLOCK;
    let mut at = last.wrapping_sub(last as usize % BLOCK);
    let found = |at: *const u8, bits: u32| {
        let place = at.wrapping_add(31 - bits.leading_zeros() as usize);
        if place >= start { place } else { core::ptr::null() }
    };
    // SAFETY: as in `find`, from the other side.
    unsafe {
        let bits = zeros(wanted.mark(aligned(at))) & 0xFFFF >> behind;
        if bits != 0 {
            return found(at, bits);
        }
        while at > start && !(at as usize).is_multiple_of(GROUP) {
            at = at.wrapping_sub(BLOCK);
            let bits = zeros(wanted.mark(aligned(at)));
            if bits != 0 {
                return found(at, bits);
            }
        }
        while at > start {
            at = at.wrapping_sub(GROUP);
            let block = |index: usize| wanted.mark(aligned(at.wrapping_add(index * BLOCK)));
            if any_zero(block(0), block(1), block(2), block(3)) {
                let mut index = 3;
                while zeros(block(index)) == 0 {
                    index -= 1;
                }
                return found(at.wrapping_add(index * BLOCK), zeros(block(index)));
            }
        }
    }
    core::ptr::null()
}

/// The last place of a byte in a string, its NUL included; null when there is none. Looked for in one pass: what
/// is found is only kept until more is.
#[inline(never)]
pub unsafe fn find_last_in_string(text: *const u8, byte: u8) -> *const u8 {
    let (wanted, either) = (Byte::new(byte), ByteOrNul::new(byte));
    let inside = text as usize % BLOCK;
    let mut at = text.wrapping_sub(inside);
    // What is in front of the text is no part of it.
    let mut mask = u32::MAX << inside;
    // The last block that has some, and which of its bytes are.
    let (mut found, mut found_bits) = (core::ptr::null(), 0);
    // SAFETY: as in `find`: nothing behind the block with the NUL is read, and a group lies in one page.
    unsafe {
        loop {
            if (at as usize).is_multiple_of(GROUP) {
                let mark = |at: *const u8, index: usize| {
                    either.mark(aligned(at.wrapping_add(index * BLOCK)))
                };
                while mask == u32::MAX
                    && !any_zero(mark(at, 0), mark(at, 1), mark(at, 2), mark(at, 3))
                {
                    at = at.wrapping_add(GROUP);
                }
            }
            let block = aligned(at);
            let ends = zeros(block) & mask;
            let mut bits = zeros(wanted.mark(block)) & mask;
            if ends != 0 {
                // Up to the NUL, and with it.
                bits &= ends ^ ends.wrapping_sub(1);
            }
            if bits != 0 {
                (found, found_bits) = (at, bits);
            }
            if ends != 0 {
                break;
            }
            mask = u32::MAX;
            at = at.wrapping_add(BLOCK);
        }
    }
    if found.is_null() {
        found
    } else {
        found.wrapping_add(31 - found_bits.leading_zeros() as usize)
    }
}

/// Whether any byte of a group is zero, which is seldom.
#[inline(always)]
fn any_zero(a: __m128i, b: __m128i, c: __m128i, d: __m128i) -> bool {
    zeros(least(least(a, b), least(c, d))) != 0
}

/// The first place below `most` where two texts differ, or, with `STRINGS`, where the first one
/// has its NUL; `most` when there is none.
#[inline(never)]
pub unsafe fn mismatch<const STRINGS: bool>(a: *const u8, b: *const u8, most: usize) -> usize {
    // Zero where they differ, or at a NUL.
    let pair = |at: usize| {
        // SAFETY: callers have seen that both blocks may be read.
        unsafe {
            let (x, y) = (anywhere(a.wrapping_add(at)), anywhere(b.wrapping_add(at)));
            let same = _mm_cmpeq_epi8(x, y);
            if STRINGS { least(same, x) } else { same }
        }
    };
    let mut at = 0;
    while at < most {
        // Of memory all may be read, of strings what is in the same page as a byte of them.
        let whole = most - at;
        let room = if STRINGS || whole < BLOCK {
            let page = |text: *const u8| PAGE - (text as usize).wrapping_add(at) % PAGE;
            page(a).min(page(b))
        } else {
            whole
        };
        let mut left = room / BLOCK;
        while left > 0 {
            let bits = zeros(pair(at));
            if bits != 0 {
                return most.min(at + bits.trailing_zeros() as usize);
            }
            at += BLOCK;
            left -= 1;
            while left >= 4 && at < most {
                let next = |index: usize| pair(at + index * BLOCK);
                if any_zero(next(0), next(1), next(2), next(3)) {
                    break;
                }
                at += GROUP;
                left -= 4;
            }
            if at >= most {
                return most;
            }
        }
        if !STRINGS && most >= BLOCK {
            // The last bytes, together with some before them, which are the same.
            at = most - BLOCK;
            let bits = zeros(pair(at));
            return if bits == 0 { most } else { at + bits.trailing_zeros() as usize };
        }
        // Over the end of a page byte by byte.
        let behind = at + BLOCK;
        while at < behind && at < most {
            // SAFETY: both reach this place: what is before it is the same, and no NUL.
            let (x, y) = unsafe { (*a.add(at), *b.add(at)) };
            if x != y || STRINGS && x == 0 {
                return at;
            }
            at += 1;
        }
    }
    most
}

/// A bit for each of 16 bytes that differ.
#[inline(always)]
pub unsafe fn differing(a: *const u8, b: *const u8) -> u32 {
    // SAFETY: the caller's: the bytes may be read.
    unsafe { zeros(_mm_cmpeq_epi8(anywhere(a), anywhere(b))) }
}

/// A bit for each of 16 places from `at` on where `first` stands, and `second` so many bytes further on.
#[inline(always)]
pub unsafe fn pairs(at: *const u8, distance: usize, first: Byte, second: Byte) -> u32 {
    // SAFETY: the caller's: the bytes may be read.
    unsafe {
        let (x, y) = (anywhere(at), anywhere(at.wrapping_add(distance)));
        zeros(_mm_or_si128(first.mark(x), second.mark(y)))
    }
}
