//! Variadic arguments: the `va_list` of the calling convention (psABI 1.0, section 3.5.7).

use super::read;
use crate::machine::{Cx, Fp, header};
use crate::value::Fault;

/// `va_list`.
#[derive(Clone, Copy)]
#[repr(C)]
struct List {
    /// Offset in the save area of the next integer register.
    ints: u32,
    /// Offset in the save area of the next vector register.
    floats: u32,
    /// The next stack argument.
    overflow: *mut u8,
    /// The save area.
    save: *mut u8,
}

/// `va_start`: operands are the place of the list's address, and the registers that named
/// arguments took.
///
/// # Safety
/// As of every function.
pub(crate) unsafe fn start(fp: Fp, _: Cx, _: u32, operands: *const u32) -> Option<Fault> {
    // SAFETY: decoding put the operands there; the address is the program's.
    unsafe {
        let list = read::<*mut List>(fp, *operands);
        let link = &*header(fp);
        list.write_unaligned(List {
            ints: *operands.add(1) * 8,
            floats: 48 + *operands.add(2) * 16,
            overflow: link.overflow,
            save: link.save,
        });
        None
    }
}

/// `va_copy`: places of the addresses of both lists.
///
/// # Safety
/// As of every function.
pub(crate) unsafe fn copy(fp: Fp, _: Cx, _: u32, operands: *const u32) -> Option<Fault> {
    // SAFETY: decoding put the operands there; the addresses are the program's.
    unsafe {
        let to = read::<*mut List>(fp, *operands);
        let from = read::<*const List>(fp, *operands.add(1));
        to.write_unaligned(from.read_unaligned());
        None
    }
}

/// The next argument: the place of the list's address, 0 for an integer or 1 for a float, and
/// its size.
///
/// # Safety
/// As of every function.
pub(crate) unsafe fn take(fp: Fp, _: Cx, out: u32, operands: *const u32) -> Option<Fault> {
    // SAFETY: decoding put the operands there; the addresses are the program's.
    unsafe {
        let list = read::<*mut List>(fp, *operands);
        let mut state = list.read_unaligned();
        let (next, end, step) = if *operands.add(1) == 0 {
            (&mut state.ints, 48, 8)
        } else {
            (&mut state.floats, 176, 16)
        };
        let from = if *next < end {
            *next += step;
            state.save.add((*next - step) as usize)
        } else {
            let at = state.overflow;
            state.overflow = at.add(8);
            at
        };
        super::write(fp, out, from.cast::<u64>().read_unaligned());
        list.write_unaligned(state);
        None
    }
}
