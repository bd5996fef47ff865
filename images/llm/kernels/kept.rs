//! Keys and values as the cache keeps them: sixteen positions side by side, so that one operation on lanes does for all of
//! them what is done with a position's number. Scores are then sums without an order among lanes, nothing is summed over
//! lanes for them, and a head of few numbers fills lanes as well as one of many.
//!
//! ```text
//!   a block: a head's numbers of sixteen positions, in this order
//!   F32    number 0 of each position, number 1 ...                      4 bytes each
//!   F16    the same                                                     2 bytes each
//!   Q8_0   groups of 32 numbers: each position's scale, a binary16,
//!          then number 0 of each position, number 1 ...                 1 byte each   w = scale * q
//! ```
//!
//! # The order of sums
//!
//! A score adds up a group's even numbers and its odd ones, one after the other, then both, then groups. What positions say
//! together adds up in sixteen lanes by position, as a product of rows does ([`crate::formats`]).

use crate::formats::{ABREAST, Format, GROUP, LANES, Lanes, Quarter, quarter};
use crate::numbers::{from_half, to_half};

/// Blocks of one head, each so many bytes behind the one before.
#[derive(Clone, Copy)]
pub struct Blocks<'a> {
    pub bytes: &'a [u8],
    pub step: usize,
}

/// A way to keep numbers.
trait Kept {
    /// Numbers that have scales of their own: as many as no head has, where there are none.
    const GROUP: usize = 1 << 16;
    /// Bytes of a group's scales.
    const SCALES: usize = 0;
    /// Bytes of a number.
    const BYTES: usize;
    /// A scale.
    ///
    /// # Safety
    /// The group has sixteen of them; so for the numbers below.
    #[inline(always)]
    unsafe fn scale(_: *const u8, _: usize) -> f32 {
        1.0
    }
    unsafe fn number(sixteen: *const u8, lane: usize) -> f32;
    /// Keeps a group's scale; what its numbers are multiplied with before they are kept.
    #[inline(always)]
    unsafe fn keep_scale(_: *mut u8, _: usize, _: &[f32]) -> f32 {
        1.0
    }
    unsafe fn keep(sixteen: *mut u8, lane: usize, number: f32);

    /// Where a group begins in a block, and where the sixteen of a number are.
    #[inline(always)]
    fn group(number: usize) -> usize {
        number / Self::GROUP * (Self::SCALES + Self::GROUP * LANES * Self::BYTES)
    }
    #[inline(always)]
    fn place(number: usize) -> usize {
        Self::group(number) + Self::SCALES + number % Self::GROUP * LANES * Self::BYTES
    }
}

struct F32;
struct F16;
struct Q8_0;

impl Kept for F32 {
    const BYTES: usize = 4;
    #[inline(always)]
    unsafe fn number(sixteen: *const u8, lane: usize) -> f32 {
        // SAFETY: by the trait's contract; it may lie anywhere.
        unsafe { sixteen.cast::<f32>().add(lane).read_unaligned() }
    }
    #[inline(always)]
    unsafe fn keep(sixteen: *mut u8, lane: usize, number: f32) {
        // SAFETY: as above.
        unsafe { sixteen.cast::<f32>().add(lane).write_unaligned(number) };
    }
}

/// A half.
///
/// # Safety
/// It is there.
#[inline(always)]
unsafe fn half(halves: *const u8, at: usize) -> f32 {
    // SAFETY: by this function's contract.
    from_half(unsafe { halves.cast::<u16>().add(at).read_unaligned() })
}

impl Kept for F16 {
    const BYTES: usize = 2;
    #[inline(always)]
    unsafe fn number(sixteen: *const u8, lane: usize) -> f32 {
        // SAFETY: by the trait's contract.
        unsafe { half(sixteen, lane) }
    }
    #[inline(always)]
    unsafe fn keep(sixteen: *mut u8, lane: usize, number: f32) {
        // SAFETY: as above.
        unsafe { sixteen.cast::<u16>().add(lane).write_unaligned(to_half(number)) };
    }
}

impl Kept for Q8_0 {
    const GROUP: usize = GROUP;
    const SCALES: usize = LANES * 2;
    const BYTES: usize = 1;
    #[inline(always)]
    unsafe fn scale(group: *const u8, lane: usize) -> f32 {
        // SAFETY: by the trait's contract.
        unsafe { half(group, lane) }
    }
    #[inline(always)]
    unsafe fn number(sixteen: *const u8, lane: usize) -> f32 {
        // SAFETY: by the trait's contract.
        f32::from(unsafe { *sixteen.add(lane) } as i8)
    }
    /// The largest number becomes 127.
    #[inline(always)]
    unsafe fn keep_scale(group: *mut u8, lane: usize, numbers: &[f32]) -> f32 {
        let mut largest = 0.0;
        for number in numbers {
            let size = f32::from_bits(number.to_bits() & 0x7fff_ffff);
            largest = if size > largest { size } else { largest };
        }
        let scale = to_half(largest / 127.0);
        // SAFETY: by the trait's contract.
        unsafe { group.cast::<u16>().add(lane).write_unaligned(scale) };
        let exact = from_half(scale);
        if exact > 0.0 { 1.0 / exact } else { 0.0 }
    }
    #[inline(always)]
    unsafe fn keep(sixteen: *mut u8, lane: usize, steps: f32) {
        const ROUND: f32 = 12_582_912.0; // 1.5 * 2^23
        // The scale may have been rounded down, so that more than 127 comes out.
        let steps = if steps > 127.0 { 127.0 } else { steps };
        let steps = if steps < -127.0 { -127.0 } else { steps };
        // SAFETY: by the trait's contract.
        unsafe { *sixteen.add(lane) = (steps + ROUND).to_bits() as u8 };
    }
}

macro_rules! with_kept {
    ($format:expr, $function:ident($($argument:expr),*)) => {
        match $format {
            Format::F16 => $function::<F16>($($argument),*),
            Format::Q8_0 => $function::<Q8_0>($($argument),*),
            _ => $function::<F32>($($argument),*),
        }
    };
}

impl Blocks<'_> {
    /// Whether there are so many with so many numbers.
    #[inline(always)]
    fn have<K: Kept>(self, count: usize, numbers: usize) -> bool {
        let last = K::place(numbers.saturating_sub(1)) + LANES * K::BYTES;
        count > 0 && (count - 1) * self.step + last <= self.bytes.len()
    }
}

/// What every position's key has to say to a query, sixteen at a time.
pub fn scores(format: Format, keys: Blocks, query: &[f32], to: &mut [Lanes]) {
    with_kept!(format, scores_of(keys, query, to));
}

#[inline(never)]
fn scores_of<K: Kept>(keys: Blocks, query: &[f32], to: &mut [Lanes]) {
    if !keys.have::<K>(to.len(), query.len()) {
        return;
    }
    for (block, to) in to.iter_mut().enumerate() {
        let mut sums = [0.0; LANES];
        for (group, query) in query.chunks(K::GROUP).enumerate() {
            let (mut even, mut odd) = ([0.0; LANES], [0.0; LANES]);
            // SAFETY: the blocks have as many numbers as the query.
            unsafe {
                let group = keys.bytes.as_ptr().add(block * keys.step + K::group(group * K::GROUP));
                for (at, pair) in query.as_chunks::<2>().0.iter().enumerate() {
                    let numbers = group.add(K::place(at * 2));
                    for lane in 0..LANES {
                        even[lane] += pair[0] * K::number(numbers, lane);
                        odd[lane] += pair[1] * K::number(numbers.add(LANES * K::BYTES), lane);
                    }
                }
                for lane in 0..LANES {
                    sums[lane] += (even[lane] + odd[lane]) * K::scale(group, lane);
                }
            }
        }
        *to = sums;
    }
}

/// Four numbers of what positions say together, of `count` from number `first` on: values, each times its position's share,
/// all but finished. Zeros, if there are no such.
pub fn mixed(
    format: Format,
    values: Blocks,
    shares: &[Lanes],
    (first, count): (usize, usize),
    to: &mut [Quarter; ABREAST],
) {
    with_kept!(format, mixed_of(values, shares, first, count, to));
}

#[inline(never)]
fn mixed_of<K: Kept>(
    values: Blocks,
    shares: &[Lanes],
    first: usize,
    count: usize,
    to: &mut [Quarter; ABREAST],
) {
    // Four names, not an array of four: so they stay in registers.
    let (mut of_a, mut of_b) = ([0.0; LANES], [0.0; LANES]);
    let (mut of_c, mut of_d) = ([0.0; LANES], [0.0; LANES]);
    if first < count && values.have::<K>(shares.len(), count) {
        // The last stands in for what is behind it.
        let [a, b, c, d] = [0, 1, 2, 3].map(|each| K::place((first + each).min(count - 1)));
        let group = K::group(first);
        for (block, shares) in shares.iter().enumerate() {
            // SAFETY: the blocks have `count` numbers.
            unsafe {
                let block = values.bytes.as_ptr().add(block * values.step);
                for lane in 0..LANES {
                    let share = shares[lane] * K::scale(block.add(group), lane);
                    of_a[lane] += share * K::number(block.add(a), lane);
                    of_b[lane] += share * K::number(block.add(b), lane);
                    of_c[lane] += share * K::number(block.add(c), lane);
                    of_d[lane] += share * K::number(block.add(d), lane);
                }
            }
        }
    }
    quarter(of_a, &mut to[0]);
    quarter(of_b, &mut to[1]);
    quarter(of_c, &mut to[2]);
    quarter(of_d, &mut to[3]);
}

/// Keeps a position's numbers in its lane of a block.
pub fn put(format: Format, numbers: &[f32], lane: usize, block: &mut [u8]) {
    with_kept!(format, put_of(numbers, lane, block));
}

#[inline(never)]
fn put_of<K: Kept>(numbers: &[f32], lane: usize, block: &mut [u8]) {
    if !(Blocks { bytes: block, step: 0 }).have::<K>(1, numbers.len()) || lane >= LANES {
        return;
    }
    // SAFETY: the block has as many numbers.
    unsafe {
        let mut at = block.as_mut_ptr();
        for group in numbers.chunks(K::GROUP) {
            let factor = K::keep_scale(at, lane, group);
            at = at.add(K::SCALES);
            for number in group {
                K::keep(at, lane, number * factor);
                at = at.add(LANES * K::BYTES);
            }
        }
    }
}
