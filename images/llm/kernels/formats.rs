//! How rows of weights are stored, and the two things that are done with a row: its product with a vector
//! and unpacking it.
//!
//! # The order of sums
//!
//! A product adds up in sixteen lanes: lane `l` takes the products of places `l`, `l + 16`, `l + 32` ... in
//! this order, of quantised rows one group after the other. Then the upper half of the lanes is added
//! to the lower half, four times. What is the same for a whole group (the least value of formats that have one)
//! is added up beside, and goes to the sum last. So the order depends on the format alone; how many vectors
//! are multiplied at once, which processor does it and how wide its own vectors are, changes nothing.
//!
//! The one thing that is not so is a row with several vectors (a prompt): it is unpacked first, so that the
//! work of that is done once, and a weight is a number with its own rounding then. Which of the two is done
//! depends on the prompt alone.
//!
//! All loops over lanes have a fixed number of rounds and no order among them: that is what compilers
//! make vectors of without being allowed to change a sum.

use crate::blocks::{Packed, Q4_0, Q4_1, Q4K, Q5_0, Q5_1, Q5K, Q6K, Q8, Q8_0};
use crate::numbers;

/// Numbers that are added up side by side.
pub const LANES: usize = 16;
type Lanes = [f32; LANES];

/// Weights that are together in what has a scale of its own, in every quantised format.
pub const GROUP: usize = 32;

/// Sixteen lanes to one number, halves first.
#[inline(always)]
fn total(mut lanes: Lanes) -> f32 {
    for half in [8, 4, 2, 1] {
        for lane in 0..half {
            lanes[lane] += lanes[lane + half];
        }
    }
    lanes[0]
}

/// Numbers in sixteens; the last are filled up with what changes no result.
#[inline(always)]
fn by_lanes(values: &[f32], neutral: f32, mut each: impl FnMut(&Lanes)) {
    let (whole, rest) = values.as_chunks::<LANES>();
    whole.iter().for_each(&mut each);
    if !rest.is_empty() {
        let mut last = [neutral; LANES];
        last[..rest.len()].copy_from_slice(rest);
        each(&last);
    }
}

/// The sum of a row of numbers, in the order of a product.
#[inline(never)]
pub fn sum(values: &[f32]) -> f32 {
    let mut lanes = [0.0; LANES];
    by_lanes(values, 0.0, |values| {
        for lane in 0..LANES {
            lanes[lane] += values[lane];
        }
    });
    total(lanes)
}

/// The sum of their squares.
#[inline(never)]
pub fn squares(values: &[f32]) -> f32 {
    let mut lanes = [0.0; LANES];
    by_lanes(values, 0.0, |values| {
        for lane in 0..LANES {
            lanes[lane] += values[lane] * values[lane];
        }
    });
    total(lanes)
}

/// The largest of some numbers.
#[inline(never)]
pub fn largest(values: &[f32]) -> f32 {
    let larger = |a: f32, b: f32| if a > b { a } else { b };
    let mut lanes = [f32::MIN; LANES];
    by_lanes(values, f32::MIN, |values| {
        for lane in 0..LANES {
            lanes[lane] = larger(values[lane], lanes[lane]);
        }
    });
    lanes.into_iter().fold(f32::MIN, larger)
}

/// Vectors to multiply with: their values, and the sum of each group of them.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    pub values: &'a [f32],
    pub sums: &'a [f32],
}

/// A way to store a row.
pub trait Row {
    /// Its product with a vector. What the vector has fewer numbers than the row has weights does not
    /// count, and the other way round.
    fn times(row: &[u8], input: Input) -> f32;
    /// Its weights as numbers, as many as there are in both.
    fn unpack(row: &[u8], to: &mut [f32]);
}

/// A weight that stands for itself.
pub trait Plain {
    const BYTES: usize;
    /// The weight number `at` from `bytes` on.
    ///
    /// # Safety
    /// It is there.
    unsafe fn weight(bytes: *const u8, at: usize) -> f32;
}

/// Rows of weights that stand for themselves.
pub struct Single<P>(P);
/// Rows of groups.
pub struct Grouped<P>(P);

/// Most bytes of sixteen weights that stand for themselves.
const MOST: usize = LANES * 4;

impl<P: Plain> Single<P> {
    /// # Safety
    /// There are sixteen weights and sixteen values.
    #[inline(always)]
    unsafe fn sixteen(weights: *const u8, values: *const f32, lanes: &mut Lanes) {
        for lane in 0..LANES {
            // SAFETY: by this function's contract.
            lanes[lane] += unsafe { P::weight(weights, lane) * *values.add(lane) };
        }
    }
}

impl<P: Plain> Row for Single<P> {
    #[inline(always)]
    fn times(row: &[u8], input: Input) -> f32 {
        let mut lanes = [0.0; LANES];
        let count = (row.len() / P::BYTES).min(input.values.len());
        let (whole, rest) = (count / LANES, count % LANES);
        for at in 0..whole {
            // SAFETY: row and vector have at least `count` of them.
            unsafe {
                let weights = row.as_ptr().add(at * LANES * P::BYTES);
                Self::sixteen(weights, input.values.as_ptr().add(at * LANES), &mut lanes);
            }
        }
        if rest > 0 {
            let (mut weights, mut values) = ([0; MOST], [0.0; LANES]);
            let start = whole * LANES;
            fill(&mut weights, row, start * P::BYTES, rest * P::BYTES);
            fill(&mut values, input.values, start, rest);
            // SAFETY: the arrays have sixteen of them.
            unsafe { Self::sixteen(weights.as_ptr(), values.as_ptr(), &mut lanes) };
        }
        total(lanes)
    }

    #[inline(always)]
    fn unpack(row: &[u8], to: &mut [f32]) {
        let count = (row.len() / P::BYTES).min(to.len());
        for (at, to) in to.iter_mut().enumerate().take(count) {
            // SAFETY: there are `count` of them.
            *to = unsafe { P::weight(row.as_ptr(), at) };
        }
    }
}

/// Copies a part to the beginning of an array.
#[inline(always)]
fn fill<T: Copy, const N: usize>(to: &mut [T; N], from: &[T], start: usize, count: usize) {
    if let (Some(to), Some(from)) = (to.get_mut(..count), from.get(start..start + count)) {
        to.copy_from_slice(from);
    }
}

impl<P: Packed> Row for Grouped<P> {
    #[inline(always)]
    fn times(row: &[u8], input: Input) -> f32 {
        let (mut lanes, mut least) = ([0.0; LANES], 0.0);
        let mut count = (row.len() / P::BYTES * P::GROUPS).min(input.values.len() / GROUP);
        if P::LEAST {
            count = count.min(input.sums.len());
        }
        for at in 0..count {
            let inside = at % P::GROUPS;
            // SAFETY: the row has that block, and the vector at least `count` groups of numbers.
            unsafe {
                let block = row.as_ptr().add(at / P::GROUPS * P::BYTES);
                let values = input.values.as_ptr().add(at * GROUP);
                let group = P::group(block, inside);
                for lane in 0..LANES {
                    let low = P::low(block, inside, lane) * *values.add(lane);
                    let high = P::high(block, inside, lane) * *values.add(lane + LANES);
                    lanes[lane] += if P::HALVES {
                        group.scale * low + group.second * high
                    } else {
                        group.scale * (low + high)
                    };
                }
                if P::LEAST {
                    least += group.least * *input.sums.as_ptr().add(at);
                }
            }
        }
        if P::LEAST { total(lanes) + least } else { total(lanes) }
    }

    #[inline(always)]
    fn unpack(row: &[u8], to: &mut [f32]) {
        let count = (row.len() / P::BYTES * P::GROUPS).min(to.len() / GROUP);
        for at in 0..count {
            let inside = at % P::GROUPS;
            // SAFETY: the row has the block, and `to` the group.
            unsafe {
                let block = row.as_ptr().add(at / P::GROUPS * P::BYTES);
                let values = to.as_mut_ptr().add(at * GROUP);
                let group = P::group(block, inside);
                let second = if P::HALVES { group.second } else { group.scale };
                for lane in 0..LANES {
                    *values.add(lane) = group.scale * P::low(block, inside, lane) + group.least;
                }
                for lane in 0..LANES {
                    let high = second * P::high(block, inside, lane);
                    *values.add(lane + LANES) = high + group.least;
                }
            }
        }
    }
}

/// 32 bits: IEEE 754's binary32.
pub struct F32;
/// 16 bits: binary16.
pub struct F16;
/// 16 bits: the upper half of binary32.
pub struct BF16;

impl Plain for F32 {
    const BYTES: usize = 4;
    #[inline(always)]
    unsafe fn weight(bytes: *const u8, at: usize) -> f32 {
        // SAFETY: by this function's contract; it may lie anywhere.
        unsafe { bytes.cast::<f32>().add(at).read_unaligned() }
    }
}

impl Plain for F16 {
    const BYTES: usize = 2;
    #[inline(always)]
    unsafe fn weight(bytes: *const u8, at: usize) -> f32 {
        // SAFETY: as above.
        numbers::from_half(unsafe { bytes.cast::<u16>().add(at).read_unaligned() })
    }
}

impl Plain for BF16 {
    const BYTES: usize = 2;
    #[inline(always)]
    unsafe fn weight(bytes: *const u8, at: usize) -> f32 {
        // SAFETY: as above.
        f32::from_bits(u32::from(unsafe { bytes.cast::<u16>().add(at).read_unaligned() }) << 16)
    }
}

/// The products of a row of numbers, in whole lanes, with four vectors. What a vector with fewer numbers makes is
/// of no use.
#[inline(never)]
pub fn products(row: &[f32], vectors: [&[f32]; 4]) -> [f32; 4] {
    // What is too short is not read: the row itself stands for it.
    let [a, b, c, d] = vectors.map(|vector| if vector.len() < row.len() { row } else { vector });
    let rest = |vector: &'_ [f32]| vector.as_chunks::<LANES>().0.as_ptr();
    let (a, b, c, d) = (rest(a), rest(b), rest(c), rest(d));
    // Four names, not an array of four: so they stay in registers.
    let (mut of_a, mut of_b) = ([0.0; LANES], [0.0; LANES]);
    let (mut of_c, mut of_d) = ([0.0; LANES], [0.0; LANES]);
    for (at, weights) in row.as_chunks::<LANES>().0.iter().enumerate() {
        // SAFETY: every vector is at least as long as the row.
        let (a, b, c, d) = unsafe { (&*a.add(at), &*b.add(at), &*c.add(at), &*d.add(at)) };
        for lane in 0..LANES {
            of_a[lane] += weights[lane] * a[lane];
            of_b[lane] += weights[lane] * b[lane];
            of_c[lane] += weights[lane] * c[lane];
            of_d[lane] += weights[lane] * d[lane];
        }
    }
    [total(of_a), total(of_b), total(of_c), total(of_d)]
}

/// How a tensor is stored.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Format {
    F32,
    F16,
    BF16,
    /// As Q8_0, but with a scale in 32 bits; of no GGUF file.
    Q8,
    Q8_0,
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q4K,
    Q5K,
    Q6K,
}

/// Calls a function with the [`Row`] of a format.
macro_rules! with_row {
    ($format:expr, $function:ident($($argument:expr),*)) => {
        match $format {
            Format::F32 => $function::<Single<F32>>($($argument),*),
            Format::F16 => $function::<Single<F16>>($($argument),*),
            Format::BF16 => $function::<Single<BF16>>($($argument),*),
            Format::Q8 => $function::<Grouped<Q8>>($($argument),*),
            Format::Q8_0 => $function::<Grouped<Q8_0>>($($argument),*),
            Format::Q4_0 => $function::<Grouped<Q4_0>>($($argument),*),
            Format::Q4_1 => $function::<Grouped<Q4_1>>($($argument),*),
            Format::Q5_0 => $function::<Grouped<Q5_0>>($($argument),*),
            Format::Q5_1 => $function::<Grouped<Q5_1>>($($argument),*),
            Format::Q4K => $function::<Grouped<Q4K>>($($argument),*),
            Format::Q5K => $function::<Grouped<Q5K>>($($argument),*),
            Format::Q6K => $function::<Grouped<Q6K>>($($argument),*),
        }
    };
}

// A function of its own for each format: what a model does not have never runs, never rises, and can be left
// out of an image.
#[inline(never)]
fn times_of<R: Row>(row: &[u8], input: Input) -> f32 {
    R::times(row, input)
}

#[inline(never)]
fn unpack_of<R: Row>(row: &[u8], to: &mut [f32]) {
    R::unpack(row, to);
}

/// The product of a row with a vector.
#[inline(never)]
pub fn times(format: Format, row: &[u8], input: Input) -> f32 {
    with_row!(format, times_of(row, input))
}

/// Makes numbers of a row.
#[inline(never)]
pub fn unpack(format: Format, row: &[u8], to: &mut [f32]) {
    with_row!(format, unpack_of(row, to));
}

/// Adds `factor` times a row to `to`.
#[inline(never)]
pub fn add(format: Format, row: &[u8], factor: f32, to: &mut [f32]) {
    if format == Format::F32 {
        for (to, weight) in to.iter_mut().zip(row.as_chunks().0) {
            *to += factor * f32::from_le_bytes(*weight);
        }
        return;
    }
    // As many as whole blocks of every format have.
    const PART: usize = 256;
    let (bytes, each) = format.block();
    let mut part = [0.0; PART];
    for (row, to) in row.chunks(PART / each * bytes).zip(to.chunks_mut(PART)) {
        unpack(format, row, &mut part);
        for (to, weight) in to.iter_mut().zip(&part) {
            *to += factor * weight;
        }
    }
}

impl Format {
    /// Bytes of a block, and weights in it.
    pub const fn block(self) -> (usize, usize) {
        const fn of<P: Packed>() -> (usize, usize) {
            (P::BYTES, P::GROUPS * GROUP)
        }
        match self {
            Self::F32 => (4, 1),
            Self::F16 | Self::BF16 => (2, 1),
            Self::Q8 => of::<Q8>(),
            Self::Q8_0 => of::<Q8_0>(),
            Self::Q4_0 => of::<Q4_0>(),
            Self::Q4_1 => of::<Q4_1>(),
            Self::Q5_0 => of::<Q5_0>(),
            Self::Q5_1 => of::<Q5_1>(),
            Self::Q4K => of::<Q4K>(),
            Self::Q5K => of::<Q5K>(),
            Self::Q6K => of::<Q6K>(),
        }
    }

    /// Bytes of a row of so many weights; none when they do not fill blocks.
    pub fn row_bytes(self, weights: usize) -> Option<usize> {
        let (bytes, each) = self.block();
        if weights % each == 0 { (weights / each).checked_mul(bytes) } else { None }
    }
}
