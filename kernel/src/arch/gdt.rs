//! Segments and the task state segment, whose one use is the table of interrupt stacks.

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

/// Null, flat code, flat data, and the two halves of the task state's descriptor.
static mut GDT: [u64; 5] = [0, 0x00af_9b00_0000_ffff, 0x00cf_9300_0000_ffff, 0, 0];
static mut TASK_STATE: TaskStateSegment = TaskStateSegment::new();
static mut INTERRUPT_STACKS: [InterruptStack; STACKS] = [const { InterruptStack::new() }; STACKS];

/// Addresses of the pages below the interrupt stacks, to be unmapped.
pub fn guard_pages() -> impl Iterator<Item = u64> {
    let first = (&raw const INTERRUPT_STACKS).addr() as u64;
    (0..STACKS as u64).map(move |i| first + i * size_of::<InterruptStack>() as u64)
}

/// Loads the segments and the task state of the first processor.
///
/// # Safety
/// Called once, before any other processor runs.
pub unsafe fn load() {
    let stacks = (&raw const INTERRUPT_STACKS).cast::<InterruptStack>();
    let task = &raw mut TASK_STATE;
    for i in 0..STACKS {
        // Stacks grow down, from one past their last byte.
        // SAFETY: nobody else refers to the task state yet: this is called once.
        unsafe { (*task).set_ist(i, stacks.wrapping_add(i + 1).addr() as u64) };
    }
    const AVAILABLE_TASK: u64 = 0x89 << 40;
    let base = task.addr() as u64;
    let limit = size_of::<TaskStateSegment>() as u64 - 1;
    let low = limit | (base & 0xff_ffff) << 16 | AVAILABLE_TASK | (base >> 24 & 0xff) << 56;
    let gdt = &raw mut GDT;
    // SAFETY: as above for the table, which lives for ever. The selectors name its entries,
    // and the code segment is the same flat one that runs now (kernel invariant 2).
    unsafe {
        (*gdt)[3] = low;
        (*gdt)[4] = base >> 32;
        lgdt(&DescriptorTablePointer {
            limit: size_of::<[u64; 5]>() as u16 - 1,
            base: gdt.cast::<u64>().cast_const(),
        });
        load_cs(SegmentSelector::from_raw(CODE));
        load_ss(SegmentSelector::from_raw(DATA));
        load_ds(SegmentSelector::from_raw(DATA));
        load_es(SegmentSelector::from_raw(DATA));
        x86::task::load_tr(SegmentSelector::from_raw(TASK));
    }
}

/// First address and length of the stack that a vector runs on.
pub fn interrupt_stack(vector: u8) -> (u64, u64) {
    let len = size_of::<InterruptStack>() as u64;
    let first = (&raw const INTERRUPT_STACKS).addr() as u64;
    (first + u64::from(vectors::stack(vector) - 1) * len, len)
}
