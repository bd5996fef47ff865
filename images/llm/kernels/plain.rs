//! Rows of weights that stand for themselves.

use crate::formats::{ABREAST, Input, LANES, LIFT, Lanes, Quarter, Row, quarter};
use crate::numbers;

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

    /// The product of fewer than sixteen, of a row that has no more.
    #[inline(never)]
    fn fewer(row: *const u8, values: &[f32], count: usize, to: &mut Quarter) {
        let mut lanes = [0.0; LANES];
        for (at, value) in values.iter().enumerate().take(count) {
            // SAFETY: the row has `count` of them.
            lanes[at % LANES] += unsafe { P::weight(row, at) } * value;
        }
        quarter(lanes, to);
    }
}

impl<P: Plain> Row for Single<P> {
    const UNIT: f32 = 1.0 / LIFT;

    #[inline(always)]
    unsafe fn times(rows: [*const u8; ABREAST], bytes: usize, input: Input, to: &mut [Quarter; ABREAST]) {
        let count = (bytes / P::BYTES).min(input.values.len());
        if count < LANES {
            for (row, to) in rows.into_iter().zip(to) {
                Self::fewer(row, input.values, count, to);
            }
            return;
        }
        // Four names, not an array of four: so they stay in registers.
        let (mut of_a, mut of_b, mut of_c, mut of_d) =
            ([0.0; LANES], [0.0; LANES], [0.0; LANES], [0.0; LANES]);
        let [a, b, c, d] = rows;
        // SAFETY: rows and vector have at least `count` of them.
        unsafe {
            let mut sixteen = |weight: usize, values: *const f32| {
                let byte = weight * P::BYTES;
                Self::sixteen(a.add(byte), values, &mut of_a);
                Self::sixteen(b.add(byte), values, &mut of_b);
                Self::sixteen(c.add(byte), values, &mut of_c);
                Self::sixteen(d.add(byte), values, &mut of_d);
            };
            for at in 0..count / LANES {
                sixteen(at * LANES, input.values.as_ptr().add(at * LANES));
            }
            if count % LANES > 0 {
                sixteen(count - LANES, input.last.as_ptr());
            }
        }
        quarter(of_a, &mut to[0]);
        quarter(of_b, &mut to[1]);
        quarter(of_c, &mut to[2]);
        quarter(of_d, &mut to[3]);
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
