//! Operations lane by lane, for whatever has no faster handler: vectors, odd widths, short
//! floats. A scalar is a vector of one lane.

use alloc::vec::Vec;

use bareflow_ir::{BinaryOp, CastOp, FloatPredicate, IntPredicate};

use crate::machine::{Cx, Fp};
use crate::value::{Fault, Format, Lane, Overflow, convert, float, int, low, signed};

/// What is done with each lane.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LaneOp {
    Int(BinaryOp),
    Float(BinaryOp),
    IntCompare(IntPredicate),
    FloatCompare(FloatPredicate),
    Cast(CastOp),
    /// A second result, one bit a lane, says whether it overflowed.
    Overflow(Overflow),
    Saturating(Overflow),
    /// Signed?
    ShiftSaturating(bool),
    /// The left one if the comparison holds, the right one otherwise.
    Choose(IntPredicate),
    IntUnary(int::Unary),
    FloatUnary(float::Unary),
    FloatPair(float::Pair),
    /// Fused?
    MultiplyAdd(bool),
    Power,
    /// The classes asked for.
    Class(u32),
    /// Left?
    Funnel(bool),
    Select,
    /// Signed?
    ToIntSaturating(bool),
    /// -1, 0 or 1. Signed?
    Order(bool),
    /// Mantissa and exponent.
    FractionExponent,
    /// The fraction and the whole part of a float, both floats.
    FractionWhole,
    /// The sine and the cosine.
    SineCosine,
    /// First operand times 2 to the power of the second.
    Scale,
}

/// An operation on lanes, its operands and its result.
#[derive(Clone, Debug)]
pub(crate) struct LaneDesc {
    pub op: LaneOp,
    pub lanes: u32,
    /// Each operand, and whether it is one scalar for all lanes.
    pub ins: Vec<(Lane, bool)>,
    pub out: Lane,
    /// Offset in bytes of a second result in the first one.
    pub second: u32,
}

/// Reads lane `index` of what lies at `at`. Lanes are packed without gaps.
///
/// # Safety
/// The lane is there.
#[inline]
pub(crate) unsafe fn read_lane(at: *const u8, bits: u32, index: u32) -> u128 {
    let position = u64::from(index) * u64::from(bits);
    let (byte, shift) = ((position / 8) as usize, (position % 8) as u32);
    let mut buffer = [0u8; 32];
    // SAFETY: the caller's.
    unsafe {
        let bytes = (shift + bits).div_ceil(8) as usize;
        core::ptr::copy(at.add(byte), buffer.as_mut_ptr(), bytes);
    }
    let word = |from: usize| {
        let mut part = [0u8; 16];
        part.copy_from_slice(&buffer[from..from + 16]);
        u128::from_le_bytes(part)
    };
    let value = if shift == 0 { word(0) } else { word(0) >> shift | word(16) << (128 - shift) };
    low(value, bits)
}

/// Writes lane `index`; nothing else changes.
pub(crate) fn write_lane(to: &mut [u8], bits: u32, index: u32, value: u128) {
    let position = u64::from(index) * u64::from(bits);
    if bits.is_multiple_of(8) {
        let (at, bytes) = ((position / 8) as usize, (bits / 8) as usize);
        to[at..at + bytes].copy_from_slice(&value.to_le_bytes()[..bytes]);
        return;
    }
    for bit in 0..bits {
        let at = position + u64::from(bit);
        let byte = &mut to[(at / 8) as usize];
        *byte = *byte & !(1 << (at % 8)) | ((value >> bit & 1) as u8) << (at % 8);
    }
}

/// Bytes that lanes take, rounded up to words.
pub(crate) fn lane_bytes(bits: u32, lanes: u32) -> usize {
    (u64::from(bits) * u64::from(lanes)).div_ceil(64) as usize * 8
}

/// Bytes on the machine's stack if there are few, on the heap otherwise; zero at first.
struct Buffer {
    small: [u64; 16],
    large: Vec<u64>,
}

impl Buffer {
    fn new(bytes: usize) -> Self {
        let words = bytes.div_ceil(8);
        let large = if words > 16 { alloc::vec![0; words] } else { Vec::new() };
        Self { small: [0; 16], large }
    }

    fn bytes(&mut self, bytes: usize) -> &mut [u8] {
        let words: &mut [u64] =
            if self.large.is_empty() { &mut self.small } else { &mut self.large };
        let room = size_of_val(words);
        // SAFETY: words are bytes, and there are this many.
        unsafe { core::slice::from_raw_parts_mut(words.as_mut_ptr().cast(), bytes.min(room)) }
    }
}

/// The [`super::slow::Function`] of a [`LaneDesc`]: its address, then places of operands.
///
/// # Safety
/// As of every function.
pub(crate) unsafe fn run(fp: Fp, _: Cx, out: u32, operands: *const u32) -> Option<Fault> {
    // SAFETY: decoding put the operands there.
    unsafe {
        let desc = &*operands.cast::<*const LaneDesc>().read_unaligned();
        let bits = desc.out.bits();
        let (second_bits, two) = match desc.op {
            LaneOp::Overflow(_) => (1, true),
            LaneOp::FractionExponent => (32, true),
            LaneOp::FractionWhole | LaneOp::SineCosine => (bits, true),
            _ => (1, false),
        };
        let bytes = lane_bytes(bits, desc.lanes);
        let second_bytes = lane_bytes(second_bits, desc.lanes);
        let (mut first, mut second) = (Buffer::new(bytes), Buffer::new(second_bytes));
        let (first, second) = (first.bytes(bytes), second.bytes(second_bytes));
        for lane in 0..desc.lanes {
            let mut values = [0u128; 3];
            for (index, (kind, scalar)) in desc.ins.iter().enumerate() {
                let from = fp.add(*operands.add(2 + index) as usize);
                values[index] = read_lane(from, kind.bits(), if *scalar { 0 } else { lane });
            }
            let (value, more) = match one(desc, values) {
                Ok(pair) => pair,
                Err(fault) => return Some(fault),
            };
            write_lane(first, bits, lane, low(value, bits));
            if two {
                write_lane(second, second_bits, lane, more);
            }
        }
        let to = fp.add(out as usize);
        if two {
            // Members of a struct: exactly their bytes.
            let exact = |bits: u32| (u64::from(bits) * u64::from(desc.lanes)).div_ceil(8) as usize;
            core::ptr::copy(first.as_ptr(), to, exact(bits));
            core::ptr::copy(second.as_ptr(), to.add(desc.second as usize), exact(second_bits));
        } else {
            core::ptr::copy(first.as_ptr(), to, first.len());
        }
        None
    }
}

/// Combines all lanes in order, from a start value if there is one: the address of a
/// [`LaneDesc`], the place of the vector, the place of the start value.
///
/// # Safety
/// As of every function.
pub(crate) unsafe fn reduce(fp: Fp, _: Cx, out: u32, operands: *const u32) -> Option<Fault> {
    // SAFETY: decoding put the operands there.
    unsafe {
        let desc = &*operands.cast::<*const LaneDesc>().read_unaligned();
        let bits = desc.out.bits();
        let vector = fp.add(*operands.add(2) as usize);
        let (mut sum, first) = if desc.ins.len() > 1 {
            (read_lane(fp.add(*operands.add(3) as usize), bits, 0), 0)
        } else {
            (read_lane(vector, bits, 0), 1)
        };
        for lane in first..desc.lanes {
            sum = match one(desc, [sum, read_lane(vector, bits, lane), 0]) {
                Ok((value, _)) => value,
                Err(fault) => return Some(fault),
            };
        }
        super::write(fp, out, sum as u64);
        if bits > 64 {
            super::write(fp, out + 8, (sum >> 64) as u64);
        }
        None
    }
}

/// One lane.
fn one(desc: &LaneDesc, [a, b, c]: [u128; 3]) -> Result<(u128, u128), Fault> {
    let from = desc.ins[0].0;
    let bits = from.bits();
    let format = match from {
        Lane::Float(format) => format,
        Lane::Int(_) => Format::F64,
    };
    let value = match desc.op {
        LaneOp::Int(op) => int::binary(op, bits, a, b)?,
        LaneOp::Float(op) => float::binary(op, format, a, b),
        LaneOp::IntCompare(pred) => u128::from(int::compare(pred, bits, a, b)),
        LaneOp::FloatCompare(pred) => u128::from(float::compare(pred, format, a, b)),
        LaneOp::Cast(op) => convert::cast(op, from, desc.out, a),
        LaneOp::Overflow(op) => {
            let (value, over) = int::overflowing(op, bits, a, b);
            return Ok((value, u128::from(over)));
        }
        LaneOp::Saturating(op) => int::saturating(op, bits, a, b),
        LaneOp::ShiftSaturating(is_signed) => int::shift_saturating(is_signed, bits, a, b),
        LaneOp::Choose(pred) => {
            if int::compare(pred, bits, a, b) {
                a
            } else {
                b
            }
        }
        LaneOp::IntUnary(op) => int::unary(op, bits, a),
        LaneOp::FloatUnary(op) => float::unary(op, format, a),
        LaneOp::FloatPair(op) => float::pair(op, format, a, b),
        LaneOp::MultiplyAdd(fused) => float::multiply_add(fused, format, a, b, c),
        LaneOp::Power => float::power(format, a, signed(b, desc.ins[1].0.bits()) as i32),
        LaneOp::Class(mask) => u128::from(float::class(format, a) & mask != 0),
        LaneOp::Funnel(left) => int::funnel(left, bits, a, b, c),
        LaneOp::Select => {
            if a & 1 != 0 {
                b
            } else {
                c
            }
        }
        LaneOp::ToIntSaturating(is_signed) => {
            convert::to_int(is_signed, format, desc.out.bits(), a)
        }
        LaneOp::Order(is_signed) => {
            let order = if is_signed { signed(a, bits).cmp(&signed(b, bits)) } else { a.cmp(&b) };
            low(order as i128 as u128, desc.out.bits())
        }
        LaneOp::FractionExponent => {
            let (fraction, exponent) = libm::frexp(float::to_double(format, a));
            return Ok((float::from_double(format, fraction), low(exponent as u128, 32)));
        }
        LaneOp::FractionWhole => {
            let (fraction, whole) = libm::modf(float::to_double(format, a));
            return Ok((float::from_double(format, fraction), float::from_double(format, whole)));
        }
        LaneOp::SineCosine => {
            let of = |op| float::unary(op, format, a);
            return Ok((of(float::Unary::Sin), of(float::Unary::Cos)));
        }
        LaneOp::Scale => {
            let exponent = signed(b, desc.ins[1].0.bits()) as i32;
            float::from_double(format, libm::ldexp(float::to_double(format, a), exponent))
        }
    };
    Ok((value, 0))
}
