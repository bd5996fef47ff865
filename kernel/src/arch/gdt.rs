//! Segments and the task state segment, whose one use is the table of interrupt stacks. Each
//! processor has its own: the task state is marked busy by the processor that loads it.

use bareflow_machine::vectors::{self, STACKS};
use x86::bits64::segmentation::load_cs;
use x86::bits64::task::TaskStateSegment;
use x86::dtables::{DescriptorTablePointer, lgdt};
use x86::segmentation::{SegmentSelector, load_ds, load_es, load_ss};

use super::stack::InterruptStack;

/// Selector of the code segment.
pub const CODE: u16 = 0x08;
const DATA: u16 = 0x10;
const TASK: u16 = 0x18;

/// The tables of a processor.
#[derive(Debug)]
pub struct Segments {
    /// Null, flat code, flat data, and the two halves of the task state's descriptor. The
    /// descriptors are marked as accessed already: the processor would write that otherwise.
    table: [u64; 5],
    task: TaskStateSegment,
}

impl Segments {
    /// Before [`load`].
    pub const fn new() -> Self {
        Self {
            table: [0, 0x00af_9b00_0000_ffff, 0x00cf_9300_0000_ffff, 0, 0],
            task: TaskStateSegment::new(),
        }
    }
}

/// Loads the segments and the task state of the calling processor, whose interrupt stacks begin at
/// `stacks`.
///
/// # Safety
/// Called once on each processor. `segments` stay where they are for ever and nobody else uses
/// them; there are [`STACKS`] stacks, of this processor alone.
pub unsafe fn load(segments: *mut Segments, stacks: *const InterruptStack) {
    const AVAILABLE_TASK: u64 = 0x89 << 40;
    // SAFETY: nobody else refers to them, by this function's contract.
    let Segments { table, task } = unsafe { &mut *segments };
    for i in 0..STACKS {
        // Stacks grow down, from one past their last byte.
        task.set_ist(i, stacks.wrapping_add(i + 1).addr() as u64);
    }
    let base = core::ptr::from_ref(task).addr() as u64;
    let limit = size_of::<TaskStateSegment>() as u64 - 1;
    table[3] = limit | (base & 0xff_ffff) << 16 | AVAILABLE_TASK | (base >> 24 & 0xff) << 56;
    table[4] = base >> 32;
    // SAFETY: the table lives for ever. The selectors name its entries, and the code segment is
    // the same flat one that runs now (kernel invariant 2). GS keeps its base: it is not loaded.
    unsafe {
        lgdt(&DescriptorTablePointer {
            limit: size_of::<[u64; 5]>() as u16 - 1,
            base: table.as_ptr(),
        });
        load_cs(SegmentSelector::from_raw(CODE));
        load_ss(SegmentSelector::from_raw(DATA));
        load_ds(SegmentSelector::from_raw(DATA));
        load_es(SegmentSelector::from_raw(DATA));
        x86::task::load_tr(SegmentSelector::from_raw(TASK));
    }
}

/// First address and length of the stack that a vector runs on, of a processor whose interrupt
/// stacks begin at `stacks`.
pub fn interrupt_stack(stacks: u64, vector: u8) -> (u64, u64) {
    let len = size_of::<InterruptStack>() as u64;
    (stacks + u64::from(vectors::stack(vector) - 1) * len, len)
}
