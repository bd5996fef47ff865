//! Operations on stretches of memory, and what the processor alone knows.

use super::{handlers, next, read, write};
use crate::machine::{Cx, Fp};
use crate::value::Fault;

handlers! {
    /// Copies as many bytes as `c` says from the address in `b` to that in `a`; they may
    /// overlap.
    fn copy_memory(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        let (to, from) = (read::<*mut u8>(fp, inst.a), read::<*const u8>(fp, inst.b));
        core::ptr::copy(from, to, read::<u64>(fp, inst.c) as usize);
        next!(ip.add(1), fp, cx, acc, f, s)
    }

    /// Writes the low byte of `b` as often as `c` says from the address in `a` on.
    fn fill_memory(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        let to = read::<*mut u8>(fp, inst.a);
        core::ptr::write_bytes(to, read::<u8>(fp, inst.b), read::<u64>(fp, inst.c) as usize);
        next!(ip.add(1), fp, cx, acc, f, s)
    }
}

/// `llvm.load.relative`: places of base and offset, and the offset's bits.
///
/// # Safety
/// As of every function; the address is the program's.
pub(crate) unsafe fn load_relative(fp: Fp, _: Cx, out: u32, operands: *const u32) -> Option<Fault> {
    // SAFETY: decoding put the operands there.
    unsafe {
        let base = read::<u64>(fp, *operands);
        let offset = u128::from(read::<u64>(fp, *operands.add(1)));
        let offset = crate::value::signed(offset, *operands.add(2)) as u64;
        let at = base.wrapping_add(offset) as *const i32;
        write(fp, out, base.wrapping_add(at.read_unaligned() as u64));
        None
    }
}

/// The highest bit of each lane of a vector: its place, bytes of a lane, number of lanes.
///
/// # Safety
/// As of every function.
pub(crate) unsafe fn high_bits(fp: Fp, _: Cx, out: u32, operands: *const u32) -> Option<Fault> {
    // SAFETY: decoding put the operands there.
    unsafe {
        let (vector, bytes, lanes) = (*operands, *operands.add(1), *operands.add(2));
        let bit = |lane: u32| {
            let last = read::<u8>(fp, vector + (lane + 1) * bytes - 1);
            u64::from(last >> 7) << lane
        };
        write(fp, out, (0..lanes).map(bit).fold(0, |all, bit| all | bit));
        None
    }
}
