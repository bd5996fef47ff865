//! How far a string goes on with bytes of a set, 16 bytes at a time.
//!
//! A block is compared with each member of the set, which for as many as there usually are is less than looking
//! each of its bytes up. Sets of more have a table. Blocks are read whole, as in [`crate::blocks`], and for the
//! same reason never by code that is part of another function.

use core::arch::x86_64::{
    __m128i, _mm_cmpeq_epi8, _mm_load_si128, _mm_movemask_epi8, _mm_or_si128, _mm_set1_epi8,
    _mm_setzero_si128,
};
use core::mem::MaybeUninit;

const BLOCK: usize = 16;
/// Blocks looked at together.
const GROUP: usize = 4;
/// Most members of a set that blocks are compared with.
const FEW: usize = 16;
const ALL: u32 = 0xFFFF;

/// Members of a set, each in all bytes of a block.
struct Members {
    blocks: [MaybeUninit<__m128i>; FEW],
    len: usize,
}

impl Members {
    /// Takes one more in; whether there is room.
    #[inline(always)]
    fn add(&mut self, byte: u8) -> bool {
        if self.len == FEW {
            return false;
        }
        // SAFETY: every x86-64 processor has SSE2; there is room.
        unsafe {
            let place = self.blocks.as_mut_ptr().add(self.len);
            place.cast::<__m128i>().write(_mm_set1_epi8(byte.cast_signed()));
        }
        self.len += 1;
        true
    }

    /// A bit for each byte of a block that is a member.
    #[inline(always)]
    fn bits(&self, block: __m128i) -> u32 {
        let first = self.blocks.as_ptr().cast::<__m128i>();
        // SAFETY: SSE2; so many were written.
        unsafe {
            let mut hits = _mm_setzero_si128();
            for at in 0..self.len {
                hits = _mm_or_si128(hits, _mm_cmpeq_epi8(block, first.add(at).read()));
            }
            _mm_movemask_epi8(hits) as u32
        }
    }

    /// The same of a group, which is read here.
    #[inline(always)]
    unsafe fn bits_of_group(&self, group: *const __m128i) -> u64 {
        let first = self.blocks.as_ptr().cast::<__m128i>();
        // SAFETY: SSE2; so many were written; the caller's: all of the group may be read.
        unsafe {
            let block = |at: usize| _mm_load_si128(group.wrapping_add(at));
            let (a, b, c, d) = (block(0), block(1), block(2), block(3));
            let none = _mm_setzero_si128();
            let (mut in_a, mut in_b, mut in_c, mut in_d) = (none, none, none, none);
            for at in 0..self.len {
                let member = first.add(at).read();
                in_a = _mm_or_si128(in_a, _mm_cmpeq_epi8(a, member));
                in_b = _mm_or_si128(in_b, _mm_cmpeq_epi8(b, member));
                in_c = _mm_or_si128(in_c, _mm_cmpeq_epi8(c, member));
                in_d = _mm_or_si128(in_d, _mm_cmpeq_epi8(d, member));
            }
            let bits = |hits| u64::from(_mm_movemask_epi8(hits) as u32);
            bits(in_a) | bits(in_b) << 16 | bits(in_c) << 32 | bits(in_d) << 48
        }
    }
}

/// Length of the prefix in which every byte's being in `set` is `inside`.
///
/// # Safety
/// Two strings.
#[inline(never)]
pub unsafe fn span(text: *const u8, set: *const u8, inside: bool) -> usize {
    let mut members = Members { blocks: [MaybeUninit::uninit(); FEW], len: 0 };
    // The prefix ends at the NUL at the latest.
    let mut fits = inside || members.add(0);
    // SAFETY: each block that is read has a byte of the text: it is the first, or begins behind bytes of it.
    unsafe {
        let mut at = set;
        while *at != 0 && fits {
            fits = members.add(*at);
            at = at.add(1);
        }
        if !fits {
            return by_table(text, set, inside);
        }
        let flip = if inside { ALL } else { 0 };
        let skipped = text as usize % BLOCK;
        let mut block = text.wrapping_sub(skipped).cast::<__m128i>();
        let ends = (members.bits(_mm_load_si128(block)) ^ flip) >> skipped;
        if ends != 0 {
            return ends.trailing_zeros() as usize;
        }
        block = block.wrapping_add(1);
        while !(block as usize).is_multiple_of(GROUP * BLOCK) {
            let ends = members.bits(_mm_load_si128(block)) ^ flip;
            if ends != 0 {
                return block as usize - text as usize + ends.trailing_zeros() as usize;
            }
            block = block.wrapping_add(1);
        }
        let flip = if inside { u64::MAX } else { 0 };
        loop {
            // A group lies in one page.
            let ends = members.bits_of_group(block) ^ flip;
            if ends != 0 {
                return block as usize - text as usize + ends.trailing_zeros() as usize;
            }
            block = block.wrapping_add(GROUP);
        }
    }
}

/// With an entry for every byte.
#[inline(never)]
unsafe fn by_table(text: *const u8, set: *const u8, inside: bool) -> usize {
    let mut members = [!inside; 256];
    let members = members.as_mut_ptr();
    // SAFETY: two strings; the table has an entry for every byte.
    unsafe {
        let mut at = set;
        while *at != 0 {
            *members.add(usize::from(*at)) = inside;
            at = at.add(1);
        }
        *members = false;
        let mut at = text;
        loop {
            for further in 0..4 {
                if !*members.add(usize::from(*at.add(further))) {
                    return at.add(further).offset_from(text) as usize;
                }
            }
            at = at.add(4);
        }
    }
}
