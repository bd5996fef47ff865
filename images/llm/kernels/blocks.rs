//! Quantised weights, as GGUF files hold them: groups of 32 small whole numbers with a scale, in some
//! formats two, and in some a least value. A weight is `scale * number + least`.
//!
//! ```text
//!   format  bytes  weights  layout of a block (f16: binary16; nibbles: low ones first, then high ones)
//!   Q8       36      32     d f32, 32 * i8                                 w = d * q
//!   Q8_0     34      32     d f16, 32 * i8                                 w = d * q
//!   Q4_0     18      32     d f16, 16 bytes of nibbles                     w = d * (q - 8)
//!   Q4_1     20      32     d f16, m f16, 16 bytes of nibbles              w = d * q + m
//!   Q5_0     22      32     d f16, 32 fifth bits, 16 bytes of nibbles      w = d * (q - 16)
//!   Q5_1     24      32     d f16, m f16, fifth bits, nibbles              w = d * q + m
//!   Q4_K    144     256     d f16, e f16, 12 bytes of scales, 128 bytes    w = d * s * q - e * m
//!   Q5_K    176     256     d f16, e f16, scales, 32 bytes of fifth bits, 128 bytes
//!   Q6_K    210     256     128 bytes of four bits, 64 of two, 16 * i8 scales, d f16
//!                                                                          w = d * s * (q - 32)
//! ```
//!
//! A scale and a least number `m` of 6 bits each for every group of Q4_K and Q5_K are in 12 bytes: four scales,
//! four leasts, in the low 6 bits of a byte each, then the low 4 bits of the other four of both, whose
//! upper bits are those of the first eight bytes that were left.

use crate::numbers::{HALF, low_half};

/// What all weights of a group have in common, as parts of a format's unit.
#[derive(Clone, Copy)]
pub struct Group {
    /// Of the first sixteen, or of all.
    pub scale: f32,
    /// Of the second sixteen, where a format has two.
    pub second: f32,
    pub least: f32,
}

/// Blocks of groups.
pub trait Packed {
    /// Bytes in a block.
    const BYTES: usize;
    /// Groups in a block.
    const GROUPS: usize = 1;
    /// Whether the halves of a group have scales of their own.
    const HALVES: bool = false;
    /// Whether groups have a least value.
    const LEAST: bool = false;
    /// What is added to every number before its scale: to a product, all at once ([`crate::groups`]).
    const OFFSET: f32 = 0.0;
    /// What scales and least values are parts of.
    const UNIT: f32 = HALF;
    /// # Safety
    /// The block is whole, and has that group; so for the others.
    unsafe fn group(block: *const u8, group: usize) -> Group;
    /// The number at place `lane` of a group.
    unsafe fn low(block: *const u8, group: usize, lane: usize) -> f32;
    /// The number at place `lane + 16`.
    unsafe fn high(block: *const u8, group: usize, lane: usize) -> f32;
}

pub struct Q8;
pub struct Q8_0;
pub struct Q4_0;
pub struct Q4_1;
pub struct Q5_0;
pub struct Q5_1;
pub struct Q4K;
pub struct Q5K;
pub struct Q6K;

/// A byte of a block.
///
/// # Safety
/// It is in the block. All functions here are only called with places that are, by the layout above.
#[inline(always)]
unsafe fn byte(block: *const u8, at: usize) -> u8 {
    // SAFETY: by this function's contract.
    unsafe { *block.add(at) }
}

/// A half of a block, as a part of [`HALF`].
#[inline(always)]
unsafe fn half(block: *const u8, at: usize) -> f32 {
    // SAFETY: as for `byte`.
    low_half(unsafe { block.add(at).cast::<u16>().read_unaligned() })
}

/// A group with one scale.
#[inline(always)]
fn scaled(scale: f32, least: f32) -> Group {
    Group { scale, second: scale, least }
}

/// A group with one scale that is the block's.
macro_rules! small {
    ($name:ident, $bytes:literal, $least:literal, $offset:literal, low($b:ident, $l:ident) $low:expr, high $high:expr) => {
        impl Packed for $name {
            const BYTES: usize = $bytes;
            const LEAST: bool = $least;
            const OFFSET: f32 = $offset;
            #[inline(always)]
            unsafe fn group(block: *const u8, _: usize) -> Group {
                // SAFETY: as for `byte`.
                unsafe { scaled(half(block, 0), if $least { half(block, 2) } else { 0.0 }) }
            }
            #[inline(always)]
            unsafe fn low($b: *const u8, _: usize, $l: usize) -> f32 {
                // SAFETY: as for `byte`.
                unsafe { $low as f32 }
            }
            #[inline(always)]
            unsafe fn high($b: *const u8, _: usize, $l: usize) -> f32 {
                // SAFETY: as for `byte`.
                unsafe { $high as f32 }
            }
        }
    };
}

/// The low, and the high four bits of a byte: taken apart when it is wide already, so that it becomes so once.
#[inline(always)]
unsafe fn low_four(block: *const u8, at: usize) -> i32 {
    // SAFETY: as for `byte`.
    i32::from(unsafe { byte(block, at) }) & 15
}

#[inline(always)]
unsafe fn high_four(block: *const u8, at: usize) -> i32 {
    // SAFETY: as for `byte`.
    i32::from(unsafe { byte(block, at) }) >> 4
}

/// Sixteen, when the fifth bit of a weight is set; `at`: where the block's 32 of them are.
#[inline(always)]
unsafe fn fifth(block: *const u8, at: usize, bit: usize) -> i32 {
    // SAFETY: as for `byte`.
    let bits = unsafe { block.add(at).cast::<u32>().read_unaligned() };
    ((bits >> bit & 1) << 4) as i32
}

small!(Q8_0, 34, false, 0.0, low(b, l) byte(b, 2 + l) as i8, high byte(b, 18 + l) as i8);
small!(Q4_0, 18, false, -8.0, low(b, l) low_four(b, 2 + l), high high_four(b, 2 + l));
small!(Q4_1, 20, true, 0.0, low(b, l) low_four(b, 4 + l), high high_four(b, 4 + l));
small!(Q5_0, 22, false, -16.0,
    low(b, l) low_four(b, 6 + l) | fifth(b, 2, l),
    high high_four(b, 6 + l) | fifth(b, 2, l + 16));
small!(Q5_1, 24, true, 0.0,
    low(b, l) low_four(b, 8 + l) | fifth(b, 4, l),
    high high_four(b, 8 + l) | fifth(b, 4, l + 16));

impl Packed for Q8 {
    const BYTES: usize = 36;
    const UNIT: f32 = 1.0;
    #[inline(always)]
    unsafe fn group(block: *const u8, _: usize) -> Group {
        // SAFETY: as for `byte`.
        scaled(unsafe { block.cast::<f32>().read_unaligned() }, 0.0)
    }
    #[inline(always)]
    unsafe fn low(block: *const u8, _: usize, lane: usize) -> f32 {
        // SAFETY: as for `byte`.
        f32::from(unsafe { byte(block, 4 + lane) } as i8)
    }
    #[inline(always)]
    unsafe fn high(block: *const u8, _: usize, lane: usize) -> f32 {
        // SAFETY: as for `byte`.
        f32::from(unsafe { byte(block, 20 + lane) } as i8)
    }
}

/// Scale and least value of a group of Q4_K and Q5_K.
#[inline(always)]
unsafe fn six_bits(block: *const u8, group: usize) -> Group {
    // SAFETY: as for `byte`.
    unsafe {
        let at = |index: usize| u32::from(byte(block, 4 + index));
        let (scale, least) = if group < 4 {
            (at(group) & 63, at(group + 4) & 63)
        } else {
            let (low, high) = (at(group + 4) & 15, at(group + 4) >> 4);
            (low | at(group - 4) >> 6 << 4, high | at(group) >> 6 << 4)
        };
        scaled(half(block, 0) * scale as f32, -(half(block, 2) * least as f32))
    }
}

/// Four bits of a group of two that share 32 bytes: the low ones are the first group's.
#[inline(always)]
unsafe fn four(block: *const u8, start: usize, group: usize, at: usize) -> i32 {
    // SAFETY: as for `byte`.
    i32::from(unsafe { byte(block, start + group / 2 * 32 + at) } >> (group % 2 * 4) & 15)
}

/// A format with several groups a block, whose number at `lane` is an expression of all three.
macro_rules! large {
    ($name:ident, $bytes:literal, least $least:literal, halves $halves:literal,
     group($gb:ident, $gg:ident) $group:expr, number($b:ident, $g:ident, $l:ident) $number:expr) => {
        impl Packed for $name {
            const BYTES: usize = $bytes;
            const GROUPS: usize = 8;
            const LEAST: bool = $least;
            const HALVES: bool = $halves;
            #[inline(always)]
            unsafe fn group($gb: *const u8, $gg: usize) -> Group {
                // SAFETY: as for `byte`.
                unsafe { $group }
            }
            #[inline(always)]
            unsafe fn low($b: *const u8, $g: usize, $l: usize) -> f32 {
                // SAFETY: as for `byte`.
                unsafe { ($number) as f32 }
            }
            #[inline(always)]
            unsafe fn high(block: *const u8, group: usize, lane: usize) -> f32 {
                // SAFETY: by this function's contract.
                unsafe { Self::low(block, group, lane + 16) }
            }
        }
    };
}

large!(Q4K, 144, least true, halves false,
    group(b, g) six_bits(b, g),
    number(b, g, l) four(b, 16, g, l));
large!(Q5K, 176, least true, halves false,
    group(b, g) six_bits(b, g),
    number(b, g, l) four(b, 48, g, l) | i32::from(byte(b, 16 + l) >> g & 1) << 4);
// Half a block is four groups: the low four bits of 64 bytes are the first two's.
large!(Q6K, 210, least false, halves true,
group(b, g) {
    let scale = |at: usize| half(b, 208) * f32::from(byte(b, 192 + at) as i8);
    Group { scale: scale(g * 2), second: scale(g * 2 + 1), least: 0.0 }
},
number(b, g, l) {
    let low = byte(b, g / 4 * 64 + g % 2 * 32 + l) >> (g % 4 / 2 * 4) & 15;
    let high = byte(b, 128 + g / 4 * 32 + l) >> (g % 4 * 2) & 3;
    (i32::from(low) | i32::from(high) << 4) - 32
});
