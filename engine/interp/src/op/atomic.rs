//! Atomic accesses. All are sequentially consistent, which is at least what was asked for.

use core::sync::atomic::{
    AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering, fence as machine_fence,
};

use bareflow_ir::{BinaryOp, RmwOp};

use super::{read, write};
use crate::machine::{Cx, Fp};
use crate::value::{Fault, Format, float, int};

/// A fence.
///
/// # Safety
/// As of every function.
pub(crate) unsafe fn fence(_: Fp, _: Cx, _: u32, _: *const u32) -> Option<Fault> {
    machine_fence(Ordering::SeqCst);
    None
}

/// The codes that stand for operations in operands.
const OPS: [RmwOp; 19] = [
    RmwOp::Xchg,
    RmwOp::Add,
    RmwOp::Sub,
    RmwOp::And,
    RmwOp::Nand,
    RmwOp::Or,
    RmwOp::Xor,
    RmwOp::Max,
    RmwOp::Min,
    RmwOp::UMax,
    RmwOp::UMin,
    RmwOp::FAdd,
    RmwOp::FSub,
    RmwOp::FMax,
    RmwOp::FMin,
    RmwOp::UIncWrap,
    RmwOp::UDecWrap,
    RmwOp::USubCond,
    RmwOp::USubSat,
];

/// The code of an operation.
pub(crate) fn code(op: RmwOp) -> u32 {
    OPS.iter().position(|known| *known == op).unwrap_or(0) as u32
}

/// The new value, of the old one and the operand.
fn apply(op: RmwOp, bits: u32, a: u128, b: u128) -> u128 {
    let format = if bits == 64 { Format::F64 } else { Format::F32 };
    let format = if bits == 16 { Format::Half } else { format };
    let plain = |op| int::binary(op, bits, a, b).unwrap_or(0);
    use bareflow_ir::IntPredicate as P;
    let choose = |pred| if int::compare(pred, bits, a, b) { a } else { b };
    match op {
        RmwOp::Xchg => b,
        RmwOp::Add => plain(BinaryOp::Add),
        RmwOp::Sub => plain(BinaryOp::Sub),
        RmwOp::And => a & b,
        RmwOp::Nand => crate::value::low(!(a & b), bits),
        RmwOp::Or => a | b,
        RmwOp::Xor => a ^ b,
        RmwOp::Max => choose(P::Sgt),
        RmwOp::Min => choose(P::Slt),
        RmwOp::UMax => choose(P::Ugt),
        RmwOp::UMin => choose(P::Ult),
        RmwOp::FAdd => float::binary(BinaryOp::FAdd, format, a, b),
        RmwOp::FSub => float::binary(BinaryOp::FSub, format, a, b),
        RmwOp::FMax => float::pair(float::Pair::MaxNum, format, a, b),
        RmwOp::FMin => float::pair(float::Pair::MinNum, format, a, b),
        RmwOp::UIncWrap => {
            if a >= b {
                0
            } else {
                a + 1
            }
        }
        RmwOp::UDecWrap => {
            if a == 0 || a > b {
                b
            } else {
                a - 1
            }
        }
        RmwOp::USubCond => {
            if a >= b {
                a - b
            } else {
                a
            }
        }
        RmwOp::USubSat => a.saturating_sub(b),
    }
}

/// Whether this processor compares and exchanges 16 bytes at once; all but the first of their kind do.
pub(crate) fn has_wide() -> bool {
    const CMPXCHG16B: u32 = 1 << 13;
    core::arch::x86_64::__cpuid(1).ecx & CMPXCHG16B != 0
}

/// Compares and exchanges 16 bytes: what was there.
///
/// # Safety
/// [`has_wide`]; the address is the program's, a multiple of 16.
unsafe fn exchange_wide(address: u64, expected: u128, new: u128) -> u128 {
    let (mut low, mut high) = (expected as u64, (expected >> 64) as u64);
    // SAFETY: the caller's. The compiler keeps `rbx` for itself, so that is put back.
    unsafe {
        core::arch::asm!(
            "xchg rbx, rsi",
            "lock cmpxchg16b [rdi]",
            "mov rbx, rsi",
            in("rdi") address,
            inout("rsi") new as u64 => _,
            in("rcx") (new >> 64) as u64,
            inout("rax") low,
            inout("rdx") high,
            options(nostack),
        );
    }
    u128::from(low) | u128::from(high) << 64
}

/// [`modify`] of 16 bytes.
///
/// # Safety
/// As for [`exchange_wide`], and `operands` as for [`modify`].
unsafe fn modify_wide(fp: Fp, out: u32, op: RmwOp, operands: *const u32) {
    // SAFETY: the caller's.
    unsafe {
        let address = read::<u64>(fp, *operands.add(2));
        let by = read::<u128>(fp, *operands.add(3));
        let mut old = exchange_wide(address, 0, 0);
        loop {
            let now = exchange_wide(address, old, apply(op, 128, old, by));
            if now == old {
                break;
            }
            old = now;
        }
        write(fp, out, old);
    }
}

/// A load of 16 bytes at once: place of the address.
///
/// # Safety
/// As of every function; the address is the program's, and may be written to.
pub(crate) unsafe fn load_wide(fp: Fp, _: Cx, out: u32, operands: *const u32) -> Option<Fault> {
    // SAFETY: decoding put the operands there, and looked at the processor.
    unsafe { write(fp, out, exchange_wide(read::<u64>(fp, *operands), 0, 0)) };
    None
}

fn wide<T: Into<u64>>(value: T) -> u64 {
    value.into()
}

macro_rules! by_width {
    ($bits:expr, $address:expr, |$cell:ident, $t:ident| $body:expr) => {
        match $bits {
            8 => {
                type $t = u8;
                let $cell = &*($address as *const AtomicU8);
                $body
            }
            16 => {
                type $t = u16;
                let $cell = &*($address as *const AtomicU16);
                $body
            }
            32 => {
                type $t = u32;
                let $cell = &*($address as *const AtomicU32);
                $body
            }
            _ => {
                type $t = u64;
                let $cell = &*($address as *const AtomicU64);
                $body
            }
        }
    };
}

/// A read-modify-write: operation, bits (8 to 128), places of address and operand.
///
/// # Safety
/// As of every function; the address is the program's.
pub(crate) unsafe fn modify(fp: Fp, _: Cx, out: u32, operands: *const u32) -> Option<Fault> {
    // SAFETY: decoding put the operands there.
    unsafe {
        let op = OPS.get(*operands as usize).copied().unwrap_or(RmwOp::Xchg);
        let bits = *operands.add(1);
        if bits == 128 {
            modify_wide(fp, out, op, operands);
            return None;
        }
        let address = read::<u64>(fp, *operands.add(2));
        let by = read::<u64>(fp, *operands.add(3));
        let by = by << (64 - bits) >> (64 - bits);
        let old = by_width!(bits, address, |cell, T| {
            let mut old = cell.load(Ordering::SeqCst);
            loop {
                let new = apply(op, bits, u128::from(old), u128::from(by)) as T;
                match cell.compare_exchange_weak(old, new, Ordering::SeqCst, Ordering::SeqCst) {
                    Ok(_) => break wide(old),
                    Err(now) => old = now,
                }
            }
        });
        write(fp, out, old);
        None
    }
}

/// A compare-exchange: bits (8 to 128), places of address, expected and new value, and the
/// offset of the success bit in the result.
///
/// # Safety
/// As of every function; the address is the program's.
pub(crate) unsafe fn exchange(fp: Fp, _: Cx, out: u32, operands: *const u32) -> Option<Fault> {
    // SAFETY: decoding put the operands there.
    unsafe {
        let bits = *operands;
        let at = *operands.add(4);
        let address = read::<u64>(fp, *operands.add(1));
        if bits == 128 {
            let expected = read::<u128>(fp, *operands.add(2));
            let old = exchange_wide(address, expected, read::<u128>(fp, *operands.add(3)));
            write(fp, out, old);
            write(fp, out + at, u64::from(old == expected));
            return None;
        }
        let expected = read::<u64>(fp, *operands.add(2));
        let new = read::<u64>(fp, *operands.add(3));
        let (old, done) = by_width!(bits, address, |cell, T| {
            let order = Ordering::SeqCst;
            match cell.compare_exchange(expected as T, new as T, order, order) {
                Ok(old) => (wide(old), true),
                Err(old) => (wide(old), false),
            }
        });
        write(fp, out, old);
        if bits == 64 {
            write(fp, out + at, u64::from(done));
        } else {
            write(fp, out + at, u8::from(done));
        }
        None
    }
}
