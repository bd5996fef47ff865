//! Loads and stores of the lanes that a mask selects.
//!
//! Operands of all: bytes and number of lanes, places of the address (or addresses), of the
//! mask, and of the data: what is stored, or what unselected lanes of a load become.

use super::read;
use crate::machine::{Cx, Fp};
use crate::value::Fault;

/// The operands.
struct Access {
    bytes: usize,
    lanes: usize,
    address: u32,
    mask: *const u8,
    data: *mut u8,
}

impl Access {
    unsafe fn new(fp: Fp, operands: *const u32) -> Self {
        // SAFETY: decoding put the operands there.
        unsafe {
            Self {
                bytes: *operands as usize,
                lanes: *operands.add(1) as usize,
                address: *operands.add(2),
                mask: fp.add(*operands.add(3) as usize),
                data: fp.add(*operands.add(4) as usize),
            }
        }
    }

    /// The lanes that are selected.
    fn selected(&self) -> impl Iterator<Item = usize> + '_ {
        // SAFETY: the mask has a bit for each lane.
        (0..self.lanes).filter(|lane| unsafe { *self.mask.add(lane / 8) >> (lane % 8) & 1 != 0 })
    }
}

macro_rules! loads {
    ($($(#[$meta:meta])* $name:ident: |$access:ident, $fp:ident, $lane:ident, $rank:ident| $from:expr;)*) => {$(
        $(#[$meta])*
        ///
        /// # Safety
        /// As of every function; the addresses are the program's.
        pub(crate) unsafe fn $name($fp: Fp, _: Cx, out: u32, operands: *const u32) -> Option<Fault> {
            // SAFETY: decoding put the operands there.
            unsafe {
                let $access = Access::new($fp, operands);
                let words = ($access.bytes * $access.lanes).next_multiple_of(8);
                let mut result = alloc::vec![0u8; words];
                core::ptr::copy($access.data, result.as_mut_ptr(), $access.bytes * $access.lanes);
                for ($rank, $lane) in $access.selected().enumerate() {
                    let _ = $rank;
                    let from: *const u8 = $from;
                    let to = result.as_mut_ptr().add($lane * $access.bytes);
                    core::ptr::copy(from, to, $access.bytes);
                }
                core::ptr::copy(result.as_ptr(), $fp.add(out as usize), words);
                None
            }
        }
    )*};
}

macro_rules! stores {
    ($($(#[$meta:meta])* $name:ident: |$access:ident, $fp:ident, $lane:ident, $rank:ident| $to:expr;)*) => {$(
        $(#[$meta])*
        ///
        /// # Safety
        /// As of every function; the addresses are the program's.
        pub(crate) unsafe fn $name($fp: Fp, _: Cx, _: u32, operands: *const u32) -> Option<Fault> {
            // SAFETY: decoding put the operands there.
            unsafe {
                let $access = Access::new($fp, operands);
                for ($rank, $lane) in $access.selected().enumerate() {
                    let _ = $rank;
                    let to: *mut u8 = $to;
                    core::ptr::copy($access.data.add($lane * $access.bytes), to, $access.bytes);
                }
                None
            }
        }
    )*};
}

loads! {
    /// Consecutive lanes.
    load: |access, fp, lane, rank|
        read::<*const u8>(fp, access.address).wrapping_add(lane * access.bytes);
    /// Lanes from anywhere.
    gather: |access, fp, lane, rank| read::<*const u8>(fp, access.address + lane as u32 * 8);
    /// The selected lanes lie without gaps in memory.
    expand: |access, fp, lane, rank|
        read::<*const u8>(fp, access.address).wrapping_add(rank * access.bytes);
}

stores! {
    /// Consecutive lanes.
    store: |access, fp, lane, rank|
        read::<*mut u8>(fp, access.address).wrapping_add(lane * access.bytes);
    /// Lanes to anywhere.
    scatter: |access, fp, lane, rank| read::<*mut u8>(fp, access.address + lane as u32 * 8);
    /// The selected lanes are stored without gaps.
    compress: |access, fp, lane, rank|
        read::<*mut u8>(fp, access.address).wrapping_add(rank * access.bytes);
}
