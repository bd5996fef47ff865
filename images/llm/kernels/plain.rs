//! Rows of weights that stand for themselves.

use crate::formats::{ABREAST, Input, LANES, LIFT, Lanes, Row, Rows, shortest, total};
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

    /// The products of fewer than sixteen from number `start` on; zeros behind them.
    #[inline(never)]
    fn fewer(row: &[u8], values: &[f32], start: usize, count: usize) -> Lanes {
        let (mut weights, mut numbers, mut lanes) = ([0; MOST], [0.0; LANES], [0.0; LANES]);
        fill(&mut weights, row, start * P::BYTES, count * P::BYTES);
        fill(&mut numbers, values, start, count);
        // SAFETY: the arrays have sixteen of them.
        unsafe { Self::sixteen(weights.as_ptr(), numbers.as_ptr(), &mut lanes) };
        lanes
    }
}

impl<P: Plain> Row for Single<P> {
    #[inline(always)]
    fn times(rows: Rows, input: Input) -> [f32; ABREAST] {
        // Four names, not an array of four: so they stay in registers.
        let (mut of_a, mut of_b, mut of_c, mut of_d) =
            ([0.0; LANES], [0.0; LANES], [0.0; LANES], [0.0; LANES]);
        let count = (shortest(rows) / P::BYTES).min(input.values.len());
        let (whole, rest) = (count / LANES, count % LANES);
        let [a, b, c, d] = rows.map(<[u8]>::as_ptr);
        for at in 0..whole {
            let byte = at * LANES * P::BYTES;
            // SAFETY: rows and vector have at least `count` of them.
            unsafe {
                let values = input.values.as_ptr().add(at * LANES);
                Self::sixteen(a.add(byte), values, &mut of_a);
                Self::sixteen(b.add(byte), values, &mut of_b);
                Self::sixteen(c.add(byte), values, &mut of_c);
                Self::sixteen(d.add(byte), values, &mut of_d);
            }
        }
        if rest > 0 {
            let last = |row| Self::fewer(row, input.values, whole * LANES, rest);
            let [a, b, c, d] = rows.map(last);
            for lane in 0..LANES {
                of_a[lane] += a[lane];
                of_b[lane] += b[lane];
                of_c[lane] += c[lane];
                of_d[lane] += d[lane];
            }
        }
        [of_a, of_b, of_c, of_d].map(|lanes| total(lanes) / LIFT)
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
