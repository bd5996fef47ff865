//! How rows of weights are stored, and the two things that are done with a row: its product with a vector
//! and unpacking it.
//!
//! # The order of sums
//!
//! A product adds up in sixteen lanes: lane `l` takes the products of places `l`, `l + 16`, `l + 32` ... in
//! this order, of quantised rows one group after the other. The last weights of a row that does not fill lanes are in the
//! last lanes, of a row of fewer than sixteen in the first. Then the upper half of the lanes is added
//! to the lower half, four times. What is the same for a whole group (the least value of formats that have one)
//! goes to lanes by the group's number, behind the products of each 64 groups. So the order depends on the format alone; how
//! many rows or vectors are multiplied at once, which processor does it and how wide its own vectors are, changes
//! nothing.
//!
//! The one thing that is not so is a row with several vectors (a prompt): it is unpacked first, so that the
//! work of that is done once, and a weight is a number with its own rounding then. Which of the two is done
//! depends on the prompt alone.
//!
//! All loops over lanes have a fixed number of rounds and no order among them: that is what compilers
//! make vectors of without being allowed to change a sum.

use core::mem::MaybeUninit;

use crate::blocks::{Packed, Q4_0, Q4_1, Q4K, Q5_0, Q5_1, Q5K, Q6K, Q8, Q8_0};
use crate::groups::Grouped;
use crate::plain::{BF16, F16, F32, Single};

/// Numbers that are added up side by side.
pub const LANES: usize = 16;
pub type Lanes = [f32; LANES];

/// Weights that are together in what has a scale of its own, in every quantised format.
pub const GROUP: usize = 32;

/// Sixteen lanes to one number, halves first.
#[inline(always)]
pub fn total(mut lanes: Lanes) -> f32 {
    for half in [8, 4, 2, 1] {
        for lane in 0..half {
            lanes[lane] += lanes[lane + half];
        }
    }
    lanes[0]
}

/// Lanes of which two halvings are done. Not written at first: that would take longer than what is made of them.
pub type Quarter = [MaybeUninit<f32>; LANES / 4];

/// The first two halvings of [`total`], into memory: what is done with whole halves stays so. Made into one number at
/// once, sums of several rows are put side by side lane by lane, which takes longer than the sums.
#[inline(always)]
pub fn quarter(lanes: Lanes, to: &mut Quarter) {
    for lane in 0..LANES / 4 {
        to[lane].write((lanes[lane] + lanes[lane + 8]) + (lanes[lane + 4] + lanes[lane + 12]));
    }
}

/// The other two.
///
/// # Safety
/// [`quarter`] has made it.
#[inline(always)]
pub unsafe fn whole(quarter: &Quarter) -> f32 {
    // SAFETY: by this function's contract.
    let [a, b, c, d] = quarter.map(|lane| unsafe { lane.assume_init() });
    (a + c) + (b + d)
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

/// A vector to multiply rows with, [`LIFT`] times as large as it is: its values, and the sum of each group of them, filled
/// up with zeros to whole lanes, for formats that have a least value. Of values that do not fill lanes, `last` are the last
/// sixteen, zeros where they are in whole lanes already: a row is read to its end by whole lanes, without a copy.
///
/// Scales of groups are halves, which need fewer operations where they stay parts of a unit that is large. To
/// what is lifted before, such parts lose nothing; powers of two change no digits.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    pub values: &'a [f32],
    pub last: &'a Lanes,
    pub sums: &'a [f32],
}

/// See [`Input`].
pub const LIFT: f32 = f32::from_bits(0x5f80_0000); // 2^64

/// A vector as large as an [`Input`] has it.
#[inline(never)]
pub fn lift(values: &[f32], to: &mut [f32]) {
    for (to, value) in to.iter_mut().zip(values) {
        *to = value * LIFT;
    }
}

/// Rows that are multiplied at once. Their sums wait for one another less than those of one row do, and what is brought of
/// the vector serves all.
pub const ABREAST: usize = 4;
/// Rows that are multiplied by one call, one after the other at each of those places.
pub const ROWS: usize = 4;

/// Rows at [`ABREAST`] places: `count` of them at each, no more than [`ROWS`], of so many bytes.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    pub places: [&'a [u8]; ABREAST],
    pub bytes: usize,
    pub count: usize,
}

/// Their products, those of the first row of each place first, all but finished.
pub type Quarters = [[Quarter; ABREAST]; ROWS];
pub const NO_QUARTERS: Quarters = [[[MaybeUninit::uninit(); LANES / 4]; ABREAST]; ROWS];

/// A way to store a row.
pub trait Row {
    /// What products are made with, when all else is done.
    const UNIT: f32;
    /// The products of four rows of so many bytes with a vector. What the vector has fewer numbers than rows have weights does
    /// not count, and the other way round.
    ///
    /// # Safety
    /// The rows are there.
    unsafe fn times(rows: [*const u8; ABREAST], bytes: usize, input: Input, to: &mut [Quarter; ABREAST]);
    /// Its weights as numbers, as many as there are in both.
    fn unpack(row: &[u8], to: &mut [f32]);
}

/// The products of a row of numbers, in whole lanes, with four vectors, all but finished. What a vector with fewer numbers
/// makes is of no use.
#[inline(never)]
pub fn products(row: &[f32], vectors: [&[f32]; ABREAST], to: &mut [Quarter; ABREAST]) {
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
    quarter(of_a, &mut to[0]);
    quarter(of_b, &mut to[1]);
    quarter(of_c, &mut to[2]);
    quarter(of_d, &mut to[3]);
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
fn times_of<R: Row>(rows: &Rows, input: &Input, to: &mut Quarters) -> f32 {
    for (row, to) in to.iter_mut().enumerate().take(rows.count) {
        // SAFETY: `times` has made sure that all are there.
        unsafe {
            let rows_now = rows.places.map(|place| place.as_ptr().add(row * rows.bytes));
            R::times(rows_now, rows.bytes, *input, to);
        }
    }
    R::UNIT
}

#[inline(never)]
fn unpack_of<R: Row>(row: &[u8], to: &mut [f32]) {
    R::unpack(row, to);
}

/// The products of rows with a vector, and what they are to be multiplied with when they are finished. None, if there are
/// not as many rows.
#[inline(never)]
pub fn times(format: Format, rows: &Rows, input: &Input, to: &mut Quarters) -> Option<f32> {
    let short = |place: &&[u8]| place.len() < rows.count * rows.bytes;
    if rows.count > ROWS || rows.places.iter().any(short) {
        return None;
    }
    Some(with_row!(format, times_of(rows, input, to)))
}

/// Makes numbers of a row.
#[inline(never)]
pub fn unpack(format: Format, row: &[u8], to: &mut [f32]) {
    with_row!(format, unpack_of(row, to));
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
