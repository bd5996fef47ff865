//! Rows of groups of quantised weights.
//!
//! # What time goes into
//!
//! Processors have two or three units that do lanes, and a product takes about ten of their operations for a group: that is
//! what its time is. So nothing else is left to them. A scale is read by operations on whole numbers, and is put into
//! memory: from there a number comes into all lanes at once, by what reads memory. Least values meet the sums of
//! their groups sixteen at a time, behind the loop; what is added to each number of a format does, too, as a
//! least value that is a part of the scale. Scales are read some groups ahead, since else a compiler
//! would see that what is read has just been written.

use core::mem::MaybeUninit;

use crate::blocks::Packed;
use crate::formats::{ABREAST, GROUP, Input, LANES, LIFT, Lanes, Quarter, Row, quarter};

/// Rows of groups.
pub struct Grouped<P>(P);

/// Groups that are multiplied in one go: a multiple of what a block has of them, and of lanes.
const PART: usize = 64;
/// So many groups before its numbers are read, a group's scale is.
const AHEAD: usize = 2;

/// What groups of a row have in common, of up to [`PART`] of them.
struct Common {
    scales: Numbers,
    seconds: Numbers,
    leasts: Numbers,
}
/// Not written at first: that would take longer than what is made of them.
type Numbers = [MaybeUninit<f32>; PART];

impl Common {
    const NONE: Self = {
        let none = [MaybeUninit::uninit(); PART];
        Self { scales: none, seconds: none, leasts: none }
    };

    /// Whole lanes of what sums of groups meet are read; what is behind the last of `count` is multiplied by zeros.
    ///
    /// # Safety
    /// There is one, and there are at most [`PART`].
    #[inline(always)]
    unsafe fn end<P: Packed>(&mut self, count: usize) {
        let met = if P::LEAST { &mut self.leasts } else { &mut self.scales };
        // SAFETY: by this function's contract.
        unsafe {
            let last = met.as_mut_ptr().add((count - 1) / LANES * LANES);
            last.cast::<Lanes>().write([0.0; LANES]);
        }
    }

    /// Reads what a group has in common.
    ///
    /// # Safety
    /// The blocks have that group, and its number is below [`PART`].
    #[inline(always)]
    unsafe fn note<P: Packed>(&mut self, blocks: *const u8, at: usize) {
        // SAFETY: by this function's contract.
        unsafe {
            let group = P::group(blocks.add(at / P::GROUPS * P::BYTES), at % P::GROUPS);
            self.scales.get_unchecked_mut(at).write(group.scale);
            if P::HALVES {
                self.seconds.get_unchecked_mut(at).write(group.second);
            }
            if P::LEAST {
                self.leasts.get_unchecked_mut(at).write(group.least);
            }
        }
    }

    /// The product of one lane of a group.
    ///
    /// # Safety
    /// As for [`Self::note`], which was called for this group.
    #[inline(always)]
    unsafe fn lane<P: Packed>(
        &self,
        blocks: *const u8,
        at: usize,
        lane: usize,
        values: [f32; 2],
    ) -> f32 {
        // SAFETY: by this function's contract.
        unsafe {
            let (block, inside) = (blocks.add(at / P::GROUPS * P::BYTES), at % P::GROUPS);
            let low = P::low(block, inside, lane) * values[0];
            let high = P::high(block, inside, lane) * values[1];
            let scale = self.scales.get_unchecked(at).assume_init();
            if P::HALVES {
                scale * low + self.seconds.get_unchecked(at).assume_init() * high
            } else {
                scale * (low + high)
            }
        }
    }

    /// What sixteen sums of groups meet: least values, or scales.
    ///
    /// # Safety
    /// They were noted, or are behind the end.
    #[inline(always)]
    unsafe fn met<P: Packed>(&self, at: usize) -> &Lanes {
        let met = if P::LEAST { &self.leasts } else { &self.scales };
        // SAFETY: by this function's contract.
        unsafe { &*met.as_ptr().cast::<Lanes>().add(at) }
    }
}

/// What rows are multiplied with, from a group on.
struct Values {
    values: *const f32,
    sums: *const f32,
    /// Groups: at least one and at most [`PART`].
    count: usize,
}

impl<P: Packed> Grouped<P> {
    /// Whether sums of groups are needed.
    const SUMS: bool = P::LEAST || P::OFFSET != 0.0;

    /// Adds up the products of some groups.
    ///
    /// # Safety
    /// Each row has so many; there are values for each, and whole lanes of sums.
    #[inline(always)]
    unsafe fn part(
        [a, b, c, d]: [*const u8; ABREAST],
        Values { values, sums, count }: Values,
        to_a: &mut Lanes,
        to_b: &mut Lanes,
        to_c: &mut Lanes,
        to_d: &mut Lanes,
    ) {
        let (mut of_a, mut of_b) = (Common::NONE, Common::NONE);
        let (mut of_c, mut of_d) = (Common::NONE, Common::NONE);
        // SAFETY: by this function's contract; what is read has been noted before.
        unsafe {
            if Self::SUMS {
                of_a.end::<P>(count);
                of_b.end::<P>(count);
                of_c.end::<P>(count);
                of_d.end::<P>(count);
            }
            for ahead in 0..count + AHEAD {
                if ahead < count {
                    of_a.note::<P>(a, ahead);
                    of_b.note::<P>(b, ahead);
                    of_c.note::<P>(c, ahead);
                    of_d.note::<P>(d, ahead);
                }
                let Some(at) = ahead.checked_sub(AHEAD) else { continue };
                let values = values.add(at * GROUP);
                for lane in 0..LANES {
                    let values = [*values.add(lane), *values.add(lane + LANES)];
                    to_a[lane] += of_a.lane::<P>(a, at, lane, values);
                    to_b[lane] += of_b.lane::<P>(b, at, lane, values);
                    to_c[lane] += of_c.lane::<P>(c, at, lane, values);
                    to_d[lane] += of_d.lane::<P>(d, at, lane, values);
                }
            }
            if Self::SUMS {
                let each = if P::LEAST { 1.0 } else { P::OFFSET };
                for at in 0..count.div_ceil(LANES) {
                    let (a, b) = (of_a.met::<P>(at), of_b.met::<P>(at));
                    let (c, d) = (of_c.met::<P>(at), of_d.met::<P>(at));
                    for lane in 0..LANES {
                        let sum = *sums.add(at * LANES + lane) * each;
                        to_a[lane] += a[lane] * sum;
                        to_b[lane] += b[lane] * sum;
                        to_c[lane] += c[lane] * sum;
                        to_d[lane] += d[lane] * sum;
                    }
                }
            }
        }
    }
}

impl<P: Packed> Row for Grouped<P> {
    const UNIT: f32 = P::UNIT / LIFT;

    #[inline(always)]
    unsafe fn times(rows: [*const u8; ABREAST], bytes: usize, input: Input, to: &mut [Quarter; ABREAST]) {
        // Four names, not an array of four: so they stay in registers.
        let (mut a, mut b, mut c, mut d) = ([0.0; LANES], [0.0; LANES], [0.0; LANES], [0.0; LANES]);
        let mut count = (bytes / P::BYTES * P::GROUPS).min(input.values.len() / GROUP);
        if Self::SUMS {
            count = count.min(input.sums.len() / LANES * LANES);
        }
        let mut at = 0;
        while at < count {
            // SAFETY: the rows have that block, and the vector at least `count` groups of numbers, with whole lanes of
            // sums where they are needed.
            unsafe {
                let blocks = rows.map(|row| row.add(at / P::GROUPS * P::BYTES));
                let values = Values {
                    values: input.values.as_ptr().add(at * GROUP),
                    sums: input.sums.as_ptr().wrapping_add(at),
                    count: PART.min(count - at),
                };
                Self::part(blocks, values, &mut a, &mut b, &mut c, &mut d);
            }
            at += PART;
        }
        quarter(a, &mut to[0]);
        quarter(b, &mut to[1]);
        quarter(c, &mut to[2]);
        quarter(d, &mut to[3]);
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
                let (scale, least) = (group.scale * P::UNIT, group.least * P::UNIT);
                let second = if P::HALVES { group.second * P::UNIT } else { scale };
                for lane in 0..LANES {
                    let low = P::low(block, inside, lane) + P::OFFSET;
                    *values.add(lane) = scale * low + least;
                }
                for lane in 0..LANES {
                    let high = P::high(block, inside, lane) + P::OFFSET;
                    *values.add(lane + LANES) = second * high + least;
                }
            }
        }
    }
}
