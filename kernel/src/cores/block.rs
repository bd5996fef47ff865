//! What a processor has for itself.

use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, Ordering};

use bareflow_machine::vectors::STACKS;

use super::job::Job;
use crate::alarm::Alarm;
#[cfg(feature = "engine")]
use crate::arch::context::Context;
use crate::arch::diversion::Diversion;
use crate::arch::gdt::Segments;
use crate::arch::stack::InterruptStack;

/// A processor's data, where its GS points for good.
///
/// # Invariants
/// Only its own processor writes `diversion`, `alarm` and the segments. The first word is the
/// engine's: compiled code reads it as `gs:[0]`.
#[derive(Debug)]
#[repr(C, align(64))]
pub struct Block {
    /// Address of what the engine keeps for this processor.
    pub engine: AtomicPtr<()>,
    /// Address of this block.
    pub this: AtomicPtr<Block>,
    /// Where the processor's own stack begins, from its top.
    pub stack_top: AtomicU64,
    /// The call that is slipped into the program.
    pub diversion: Diversion,
    /// When the timer is to interrupt the program.
    pub alarm: Alarm,
    /// The program beside the kernel that it is in, or null.
    #[cfg(feature = "engine")]
    pub beside: AtomicPtr<Context>,
    /// When that one must have stopped, in nanoseconds of the clock.
    #[cfg(feature = "engine")]
    pub patience: AtomicU64,
    /// Number among the processors that run; before it has joined them, the one it may get.
    number: AtomicU32,
    /// Which of the windows for processors are its own; nothing for the first.
    place: u32,
    /// Identifier of its interrupt controller.
    pub apic: AtomicU32,
    /// Whether it sleeps until an interrupt comes.
    pub asleep: AtomicBool,
    /// Whether it stands still because another one ends the machine.
    pub stands: AtomicBool,
    /// What it is given to do.
    pub job: Job,
    pub(super) segments: UnsafeCell<Segments>,
    pub(super) stacks: AtomicPtr<InterruptStack>,
}

// SAFETY: only the processor that owns the block touches the one field that is not atomic.
unsafe impl Sync for Block {}

/// The first processor's.
pub static FIRST: Block = Block::new(0, 0);

pub(super) static mut FIRST_STACKS: [InterruptStack; STACKS] =
    [const { InterruptStack::new() }; STACKS];

/// Addresses of the pages below the first processor's interrupt stacks, to be unmapped.
pub fn guard_pages() -> impl Iterator<Item = u64> {
    let first = (&raw const FIRST_STACKS).addr() as u64;
    (0..STACKS as u64).map(move |i| first + i * size_of::<InterruptStack>() as u64)
}

impl Block {
    /// One for the processor at a place.
    pub const fn new(number: u32, place: u32) -> Self {
        Self {
            engine: AtomicPtr::new(core::ptr::null_mut()),
            this: AtomicPtr::new(core::ptr::null_mut()),
            stack_top: AtomicU64::new(0),
            diversion: Diversion::new(),
            alarm: Alarm::new(),
            #[cfg(feature = "engine")]
            beside: AtomicPtr::new(core::ptr::null_mut()),
            #[cfg(feature = "engine")]
            patience: AtomicU64::new(u64::MAX),
            number: AtomicU32::new(number),
            place,
            apic: AtomicU32::new(0),
            asleep: AtomicBool::new(false),
            stands: AtomicBool::new(false),
            job: Job::new(),
            segments: UnsafeCell::new(Segments::new()),
            stacks: AtomicPtr::new(core::ptr::null_mut()),
        }
    }

    /// Its number.
    pub fn number(&self) -> u32 {
        self.number.load(Ordering::Relaxed)
    }

    /// Gives it the number it has from now on.
    pub fn set_number(&self, number: u32) {
        self.number.store(number, Ordering::Relaxed);
    }

    /// Its place, if it is not the first processor.
    pub fn place(&self) -> Option<usize> {
        (!core::ptr::eq(self, &FIRST)).then_some(self.place as usize)
    }

    /// Address of its first interrupt stack.
    pub fn stacks(&self) -> u64 {
        self.stacks.load(Ordering::Relaxed).addr() as u64
    }

    /// Tells where its interrupt stacks are, before it takes over.
    pub fn set_stacks(&self, stacks: *mut InterruptStack) {
        self.stacks.store(stacks, Ordering::Relaxed);
    }

    /// Tells where its own stack begins.
    pub fn set_stack_top(&self, top: u64) {
        self.stack_top.store(top, Ordering::Relaxed);
    }
}
