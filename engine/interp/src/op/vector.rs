//! Lanes that move: extraction, insertion, shuffles.

use super::lanes::{lane_bytes, read_lane, write_lane};
use super::{read, write};
use crate::machine::{Cx, Fp};
use crate::value::Fault;

/// One lane: bits and number of lanes, places of vector and index. Beyond the last lane there
/// is poison: 0.
///
/// # Safety
/// As of every function.
pub(crate) unsafe fn extract(fp: Fp, _: Cx, out: u32, operands: *const u32) -> Option<Fault> {
    // SAFETY: decoding put the operands there.
    unsafe {
        let (bits, lanes) = (*operands, *operands.add(1));
        let from = fp.add(*operands.add(2) as usize);
        let index = read::<u64>(fp, *operands.add(3));
        let value = if index < u64::from(lanes) { read_lane(from, bits, index as u32) } else { 0 };
        write(fp, out, value as u64);
        if bits > 64 {
            write(fp, out + 8, (value >> 64) as u64);
        }
        None
    }
}

/// Overwrites one lane of the result: bits and number of lanes, places of value and index.
///
/// # Safety
/// As of every function.
pub(crate) unsafe fn insert(fp: Fp, _: Cx, out: u32, operands: *const u32) -> Option<Fault> {
    // SAFETY: decoding put the operands there.
    unsafe {
        let (bits, lanes) = (*operands, *operands.add(1));
        let value = read_lane(fp.add(*operands.add(2) as usize), bits, 0);
        let index = read::<u64>(fp, *operands.add(3));
        if index < u64::from(lanes) {
            let bytes = lane_bytes(bits, lanes);
            let vector = core::slice::from_raw_parts_mut(fp.add(out as usize), bytes);
            write_lane(vector, bits, index as u32, value);
        }
        None
    }
}

/// A shuffle of lanes that are no whole bytes: bits, lanes of each operand, lanes of the
/// result, places of both operands, then the lane of each lane.
///
/// # Safety
/// As of every function.
pub(crate) unsafe fn shuffle_bits(fp: Fp, _: Cx, out: u32, operands: *const u32) -> Option<Fault> {
    // SAFETY: decoding put the operands there.
    unsafe {
        let (bits, lanes, count) = (*operands, *operands.add(1), *operands.add(2));
        let a = fp.add(*operands.add(3) as usize);
        let b = fp.add(*operands.add(4) as usize);
        let mut result = alloc::vec![0u8; lane_bytes(bits, count)];
        for lane in 0..count {
            let from = *operands.add(5 + lane as usize);
            let value = match from {
                from if from < lanes => read_lane(a, bits, from),
                from if from < lanes.saturating_mul(2) => read_lane(b, bits, from - lanes),
                _ => 0,
            };
            write_lane(&mut result, bits, lane, value);
        }
        core::ptr::copy(result.as_ptr(), fp.add(out as usize), result.len());
        None
    }
}

/// A vector of lanes of whole bytes: bytes of a lane, number of lanes, bytes of the result,
/// then the place of each lane, `u32::MAX` for poison.
///
/// # Safety
/// As of every function.
pub(crate) unsafe fn gather_lanes(fp: Fp, _: Cx, out: u32, operands: *const u32) -> Option<Fault> {
    // SAFETY: decoding put the operands there.
    unsafe {
        let (size, count, bytes) = (*operands, *operands.add(1), *operands.add(2) as usize);
        let mut small = [0u64; 16];
        let mut large = alloc::vec::Vec::new();
        let to = if bytes <= size_of_val(&small) {
            small.as_mut_ptr().cast::<u8>()
        } else {
            large.resize(bytes, 0u8);
            large.as_mut_ptr()
        };
        let places = operands.add(3);
        macro_rules! lanes {
            ($t:ty) => {
                for lane in 0..count as usize {
                    let from = *places.add(lane);
                    if from != u32::MAX {
                        to.cast::<$t>().add(lane).write_unaligned(read::<$t>(fp, from));
                    }
                }
            };
        }
        match size {
            1 => lanes!(u8),
            2 => lanes!(u16),
            4 => lanes!(u32),
            8 => lanes!(u64),
            _ => {
                for lane in 0..count as usize {
                    let from = *places.add(lane);
                    if from != u32::MAX {
                        let to = to.add(lane * size as usize);
                        core::ptr::copy(fp.add(from as usize), to, size as usize);
                    }
                }
            }
        }
        core::ptr::copy(to, fp.add(out as usize), bytes);
        None
    }
}

/// Addresses: number of lanes, place of the base and whether it is scalar, a distance (two
/// numbers), the number of steps; for each its place, bits, whether it is scalar, and its
/// scale (two numbers).
///
/// # Safety
/// As of every function.
pub(crate) unsafe fn addresses(fp: Fp, _: Cx, out: u32, operands: *const u32) -> Option<Fault> {
    // SAFETY: decoding put the operands there.
    unsafe {
        let at = |index: usize| *operands.add(index);
        let double = |index: usize| u64::from(at(index)) | u64::from(at(index + 1)) << 32;
        let lanes = at(0);
        let mut result = alloc::vec![0u64; lanes as usize];
        for lane in 0..lanes {
            let pick = |scalar: u32| if scalar != 0 { 0 } else { lane };
            let base = read_lane(fp.add(at(1) as usize), 64, pick(at(2))) as u64;
            let mut address = base.wrapping_add(double(3));
            for step in 0..at(5) as usize {
                let first = 6 + step * 5;
                let bits = at(first + 1);
                let index = read_lane(fp.add(at(first) as usize), bits, pick(at(first + 2)));
                let index = crate::value::signed(index, bits) as u64;
                address = address.wrapping_add(index.wrapping_mul(double(first + 3)));
            }
            result[lane as usize] = address;
        }
        for (lane, address) in result.iter().enumerate() {
            write(fp, out + lane as u32 * 8, *address);
        }
        None
    }
}

/// A mask: number of lanes, places of base and limit. Lane `i` is set if `base + i < limit`,
/// as if computed exactly.
///
/// # Safety
/// As of every function.
pub(crate) unsafe fn active_lanes(fp: Fp, _: Cx, out: u32, operands: *const u32) -> Option<Fault> {
    // SAFETY: decoding put the operands there.
    unsafe {
        let lanes = *operands;
        let base = u128::from(read::<u64>(fp, *operands.add(1)));
        let limit = u128::from(read::<u64>(fp, *operands.add(2)));
        let mut result = alloc::vec![0u8; lane_bytes(1, lanes)];
        for lane in 0..lanes {
            let set = base + u128::from(lane) < limit;
            write_lane(&mut result, 1, lane, u128::from(set));
        }
        core::ptr::copy(result.as_ptr(), fp.add(out as usize), result.len());
        None
    }
}

/// The first lane that is not zero, or the number of lanes: bits and number of lanes, place.
///
/// # Safety
/// As of every function.
pub(crate) unsafe fn first_set(fp: Fp, _: Cx, out: u32, operands: *const u32) -> Option<Fault> {
    // SAFETY: decoding put the operands there.
    unsafe {
        let (bits, lanes) = (*operands, *operands.add(1));
        let from = fp.add(*operands.add(2) as usize);
        let first = (0..lanes).find(|lane| read_lane(from, bits, *lane) != 0).unwrap_or(lanes);
        write(fp, out, u64::from(first));
        None
    }
}

/// 0, 1, 2, ...: bits and number of lanes.
///
/// # Safety
/// As of every function.
pub(crate) unsafe fn steps(fp: Fp, _: Cx, out: u32, operands: *const u32) -> Option<Fault> {
    // SAFETY: decoding put the operands there.
    unsafe {
        let (bits, lanes) = (*operands, *operands.add(1));
        let mut result = alloc::vec![0u8; lane_bytes(bits, lanes)];
        for lane in 0..lanes {
            write_lane(&mut result, bits, lane, crate::value::low(u128::from(lane), bits));
        }
        core::ptr::copy(result.as_ptr(), fp.add(out as usize), result.len());
        None
    }
}

/// Adds the lanes of a long vector to those of a short one, lane `i` to lane `i` modulo the
/// length: bits of a lane, number of lanes of both, places of both.
///
/// # Safety
/// As of every function.
pub(crate) unsafe fn partial_sum(fp: Fp, _: Cx, out: u32, operands: *const u32) -> Option<Fault> {
    // SAFETY: decoding put the operands there.
    unsafe {
        let (bits, few, many) = (*operands, *operands.add(1), *operands.add(2));
        let short = fp.add(*operands.add(3) as usize);
        let long = fp.add(*operands.add(4) as usize);
        let mut sums: alloc::vec::Vec<u128> =
            (0..few).map(|lane| read_lane(short, bits, lane)).collect();
        for lane in 0..many {
            let sum = &mut sums[(lane % few) as usize];
            *sum = sum.wrapping_add(read_lane(long, bits, lane));
        }
        let mut result = alloc::vec![0u8; lane_bytes(bits, few)];
        for (lane, sum) in sums.iter().enumerate() {
            write_lane(&mut result, bits, lane as u32, crate::value::low(*sum, bits));
        }
        core::ptr::copy(result.as_ptr(), fp.add(out as usize), result.len());
        None
    }
}

/// A copy of a vector with some bytes replaced: its place and bytes, the place and bytes of
/// what goes in, and the offset.
///
/// # Safety
/// As of every function.
pub(crate) unsafe fn overwrite(fp: Fp, _: Cx, out: u32, operands: *const u32) -> Option<Fault> {
    // SAFETY: decoding put the operands there.
    unsafe {
        let at = |index: usize| *operands.add(index) as usize;
        let mut result = alloc::vec![0u8; at(1).max(at(4) + at(3))];
        core::ptr::copy(fp.add(at(0)), result.as_mut_ptr(), at(1));
        core::ptr::copy(fp.add(at(2)), result.as_mut_ptr().add(at(4)), at(3));
        core::ptr::copy(result.as_ptr(), fp.add(out as usize), at(1));
        None
    }
}

/// Even and odd lanes apart: bits and number of lanes, place, offset of the odd ones in the
/// result.
///
/// # Safety
/// As of every function.
pub(crate) unsafe fn deinterleave(fp: Fp, _: Cx, out: u32, operands: *const u32) -> Option<Fault> {
    // SAFETY: decoding put the operands there.
    unsafe {
        let (bits, lanes) = (*operands, *operands.add(1));
        let from = fp.add(*operands.add(2) as usize);
        let half = lanes / 2;
        let values: alloc::vec::Vec<u128> =
            (0..lanes).map(|lane| read_lane(from, bits, lane)).collect();
        for (odd, at) in [(0, out), (1, out + *operands.add(3))] {
            let mut result = alloc::vec![0u8; lane_bytes(bits, half)];
            for lane in 0..half {
                write_lane(&mut result, bits, lane, values[(lane * 2 + odd) as usize]);
            }
            let bytes = (u64::from(bits) * u64::from(half)).div_ceil(8) as usize;
            core::ptr::copy(result.as_ptr(), fp.add(at as usize), bytes);
        }
        None
    }
}
