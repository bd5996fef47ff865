//! What a processor that starts finds: registers of the first one, and a block of its own.

use core::cell::UnsafeCell;
use core::mem::offset_of;
use core::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

use bareflow_machine::ranges::PAGE;
use bareflow_machine::windows::MOST_CORES;
use x86::controlregs::{Cr4, cr0, cr3, cr4};
use x86::msr::{IA32_EFER, rdmsr};

use crate::cores::Block;

core::arch::global_asm!(
    include_str!("startup.s"),
    startup = sym STARTUP,
    tickets = const offset_of!(Startup, tickets),
    places = const offset_of!(Startup, places),
    cr0 = const offset_of!(Startup, registers) + offset_of!(Registers, cr0),
    cr3 = const offset_of!(Startup, registers) + offset_of!(Registers, cr3),
    cr4 = const offset_of!(Startup, registers) + offset_of!(Registers, cr4),
    efer = const offset_of!(Startup, registers) + offset_of!(Registers, efer),
    blocks = const offset_of!(Startup, blocks),
    stack_top = const offset_of!(Block, stack_top),
);

unsafe extern "C" {
    /// What runs below 1 MiB.
    static startup_low: u8;
    static startup_low_end: u8;
}

/// Control registers that decide how code runs at all.
#[repr(C)]
#[derive(Debug)]
struct Registers {
    efer: u64,
    cr0: u32,
    cr3: u32,
    cr4: u32,
}

/// Read by the assembly, below 4 GiB as all of the kernel.
#[repr(C)]
struct Startup {
    registers: UnsafeCell<Registers>,
    /// Numbers drawn so far.
    tickets: AtomicU32,
    /// Numbers that lead to a block; 0: nobody may come any more.
    places: AtomicU32,
    blocks: [AtomicPtr<Block>; MOST_CORES],
}

// SAFETY: `registers` are written before any other processor starts (`open`), and only read after.
unsafe impl Sync for Startup {}

static STARTUP: Startup = Startup {
    registers: UnsafeCell::new(Registers { efer: 0, cr0: 0, cr3: 0, cr4: 0 }),
    tickets: AtomicU32::new(0),
    places: AtomicU32::new(0),
    blocks: [const { AtomicPtr::new(core::ptr::null_mut()) }; MOST_CORES],
};

/// Lets processors that start at the page `low` come in, each with one of the blocks.
///
/// # Safety
/// Called once, by the first processor when its registers are as they will stay. `low` is a page
/// of memory below 1 MiB, mapped, which nobody else uses; the blocks' stacks are in place.
pub unsafe fn open(low: u64, blocks: &[&'static Block]) {
    const LONG_MODE_ACTIVE: u64 = 1 << 10;
    // SAFETY: reading registers changes nothing, and nobody else looks at ours yet. The bits left
    // out cannot be set outside of long mode; this kernel does not use the second.
    unsafe {
        *STARTUP.registers.get() = Registers {
            efer: rdmsr(IA32_EFER) & !LONG_MODE_ACTIVE,
            cr0: cr0().bits() as u32,
            cr3: cr3() as u32,
            cr4: (cr4() - Cr4::CR4_ENABLE_PCID).bits() as u32,
        };
    }
    for (place, block) in STARTUP.blocks.iter().zip(blocks) {
        place.store(core::ptr::from_ref(*block).cast_mut(), Ordering::Relaxed);
    }
    let first = &raw const startup_low;
    let len = (&raw const startup_low_end).addr() - first.addr();
    debug_assert!(len as u64 <= PAGE);
    let page = core::ptr::with_exposed_provenance_mut::<u8>(low as usize);
    // SAFETY: the page is nobody else's, by this function's contract.
    unsafe { page.copy_from_nonoverlapping(first, len) };
    STARTUP.places.store(blocks.len().min(MOST_CORES) as u32, Ordering::Release);
}

/// From now on processors that start stand still at once.
pub fn close() {
    STARTUP.places.store(0, Ordering::Release);
}
