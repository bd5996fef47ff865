//! What memory is: free frames, and page tables in frames.

use bareflow_machine::paging::TableMemory;
use bareflow_machine::ranges::{FreeRanges, From, PAGE};
use bareflow_machine::windows::Plan;

/// What devices and page tables can reach.
pub(super) const FOUR_GIB: u64 = 1 << 32;

/// The physical memory and the tables that map it.
pub struct Memory {
    pub(super) free: FreeRanges,
    /// All that was ever free, and the kernel.
    pub(super) ours: FreeRanges,
    pub(super) root: u64,
    /// A page below 1 MiB that nobody uses.
    pub(super) low: Option<u64>,
    pub(super) plan: Option<Plan>,
    /// Set once a block could not be had: from then on single pages are brought in.
    pub(super) scarce: bool,
}

pub(super) fn zero(physical: u64, len: u64) {
    let first = core::ptr::with_exposed_provenance_mut::<u8>(physical as usize);
    // SAFETY: frames just taken from the free ranges are mapped one to one and nobody else's
    // (kernel invariant 4).
    unsafe { first.write_bytes(0, len as usize) };
}

/// Page tables in frames, reached one to one.
pub(super) struct Tables<'a> {
    pub(super) free: Option<&'a mut FreeRanges>,
}

impl TableMemory for Tables<'_> {
    fn new_table(&mut self) -> Option<u64> {
        let table = self.free.as_mut()?.take(PAGE, PAGE, FOUR_GIB, From::Low)?;
        zero(table, PAGE);
        Some(table)
    }

    fn entry(&mut self, table: u64, index: usize) -> &mut u64 {
        let first = core::ptr::with_exposed_provenance_mut::<u64>(table as usize);
        // SAFETY: `table` is a frame that this type made, and `index` is below 512; the tables
        // are changed with the memory locked only (kernel invariant 5).
        unsafe { &mut *first.add(index) }
    }
}
